import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import policy_text
from tests.policy.catalogue import IMAGE, policies, policy, uses_of
from webhook.errors import InvalidReference
from webhook.kube.imageuse import bare_use
from webhook.oci import Platform, Reference
from webhook.policy.law import PolicySet
from webhook.policy.place import Place
from webhook.policy.plan import Plan, Planner
from webhook.profile.need import Need

FIRES = "rule: fires, action: deny"
OF_NAME = "rule: of-name, action: warn"
SHOP = Place("shop")
AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")


def planned(law: PolicySet, *images: str, namespace: str | None = "shop") -> Plan:
    return Planner(law).plan([bare_use(image) for image in images or (IMAGE,)], Place(namespace))


def rules(plan: Plan) -> list[str]:
    return [check.entry.rule.id for item in plan.items for check in item.applicable.checks]


@pytest.mark.parametrize(
    ("rule", "needs"),
    [
        (FIRES, Need.MANIFEST),
        ("rule: of-python, action: deny", Need.MANIFEST | Need.CONFIG),
        (f"{OF_NAME}, appliesTo: python", Need.CONFIG),
    ],
)
def test_what_must_be_known_is_what_the_rules_need(rule: str, needs: Need):
    plan = planned(policy(rule))
    assert {str(key): value.question.needs for key, value in plan.wanted.items()} == {IMAGE: needs}


def test_rules_on_the_reference_alone_want_nothing():
    plan = planned(policy(OF_NAME))
    assert rules(plan) == ["of-name"]
    assert plan.wanted == {}


def test_needs_and_platforms_of_all_policies_are_joined():
    one = policy_text(FIRES, name="a", more="platforms: [linux/arm64]")
    two = policy_text("rule: of-python, action: deny", name="b")
    (wanted,) = planned(policies(one, two)).wanted.values()
    assert wanted.question.needs == Need.MANIFEST | Need.CONFIG
    assert wanted.platforms == (ARM64, AMD64)
    assert wanted.key == f"{wanted.question.key} linux/arm64 linux/amd64"


def test_platforms_of_a_policy_that_does_not_match_are_not_wanted():
    other = policy_text(FIRES, name="a", more="platforms: [linux/arm64]\n  match: {images: [x]}")
    (wanted,) = planned(policies(other, policy_text(FIRES))).wanted.values()
    assert wanted.platforms == (AMD64,)


def test_one_reference_is_wanted_once_for_all_its_uses():
    one = policy_text(FIRES, name="a", more="match: {containers: [init]}")
    two = policy_text("rule: of-python, action: deny", name="b")
    uses = uses_of(
        containers=[{"name": "web", "image": "nginx"}],
        initContainers=[{"name": "init", "image": "docker.io/library/nginx"}],
    )
    plan = Planner(policies(one, two)).plan(uses, SHOP)
    ((reference, wanted),) = plan.wanted.items()
    assert reference == Reference.parse("nginx")
    assert wanted.question.needs == Need.MANIFEST | Need.CONFIG


def test_uses_that_no_policy_is_about_are_left_out():
    plan = planned(policy(FIRES, more="match: {images: [nginx]}"), "nginx", IMAGE)
    assert [item.use.image for item in plan.items] == ["nginx"]
    assert planned(policy(FIRES, more="match: {namespaces: [a]}"), namespace=None).items == ()


def test_of_an_image_volume_only_the_reference_is_judged():
    law = policy(FIRES, OF_NAME, more="match: {containers: [imageVolume]}")
    uses = uses_of(volumes=[{"name": "data", "image": {"reference": IMAGE}}])
    plan = Planner(law).plan(uses, SHOP)
    assert rules(plan) == ["of-name"]
    assert plan.wanted == {}


def test_text_that_is_no_reference_is_planned_with_the_reason_and_wants_nothing():
    plan = planned(policy(FIRES), "no reference")
    (item,) = plan.items
    assert item.applicable.reference is None
    assert "not an image reference" in item.applicable.problem
    assert plan.wanted == {}


def test_text_that_is_no_reference_is_left_to_the_policies_of_its_namespace():
    law = policy(FIRES, more="match: {namespaces: [other]}")
    assert planned(law, "no reference").items == ()
    assert len(planned(law, "no reference", namespace="other").items) == 1


class Parser:
    """Reads references and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, text: str) -> Reference:
        self.asked.append(text)
        return Reference.parse(text)


def test_what_applies_to_an_image_is_worked_out_once():
    parser = Parser()
    planner = Planner(policy(FIRES), parser)
    for _ in range(3):
        planner.plan([bare_use(IMAGE)], SHOP)
    planner.plan([bare_use(IMAGE)], Place("other"))
    assert parser.asked == [IMAGE, IMAGE]


def test_what_is_remembered_is_bounded_and_may_be_forgotten():
    parser = Parser()
    planner = Planner(policy(FIRES), parser)
    planner.plan([bare_use(f"nginx:{n}") for n in range(5000)], SHOP)
    plan = planner.plan([bare_use("nginx:0")], SHOP)
    assert len(plan.items) == 1
    assert parser.asked.count("nginx:0") == 2


def test_text_that_is_no_reference_is_not_remembered_as_it_may_be_of_any_length():
    parser = Parser()
    planner = Planner(policy(FIRES), parser)
    planner.plan([bare_use("no reference")] * 2, SHOP)
    assert len(parser.asked) == 2


def test_a_reader_of_more_than_references_may_be_given():
    def parse(text: str) -> Reference:
        if text == "oci:build":
            return Reference.parse("localhost/build")
        raise InvalidReference("nothing else")

    plan = Planner(policy(FIRES), parse).plan([bare_use("oci:build"), bare_use("x")], Place(None))
    assert [str(reference) for reference in plan.wanted] == ["localhost/build"]
    assert plan.items[1].applicable.problem == "nothing else"


BY_LABELS = policies(
    policy_text(FIRES, name="a", more="match: {objectSelector: {matchLabels: {tier: prod}}}"),
    policy_text(OF_NAME, name="b", more="match: {namespaceSelector: {matchLabels: {own: ours}}}"),
)


def test_what_applies_is_remembered_by_what_selectors_say_and_not_by_labels():
    parser = Parser()
    planner = Planner(BY_LABELS, parser)
    for number in range(9):
        labels = {"tier": "prod", "pod-template-hash": str(number)}
        place = Place(f"shop-{number}", {"own": "ours", "n": str(number)}, labels)
        assert rules(planner.plan([bare_use(IMAGE)], place)) == ["fires", "of-name"]
    assert parser.asked == [IMAGE]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, {}, {"own": "ours"}, {"own": "theirs"}]),
            st.sampled_from([{}, {"tier": "prod"}, {"tier": "test"}]),
        )
    )
)
def test_what_was_remembered_of_one_place_is_never_told_of_another(
    places: list[tuple[dict[str, str] | None, dict[str, str]]],
):
    planner = Planner(BY_LABELS)
    for labels, own in places:
        place = Place("shop", labels, own)
        again = planner.plan([bare_use(IMAGE)], place)
        assert again == Planner(BY_LABELS).plan([bare_use(IMAGE)], place)


def test_nothing_is_wanted_for_a_policy_of_which_it_is_not_known_whether_it_applies():
    law = policy(FIRES, more="match: {namespaceSelector: {matchLabels: {own: ours}}}")
    plan = planned(law)
    assert [policy.name for policy in plan.items[0].applicable.undecided] == ["team"]
    assert plan.items[0].applicable.checks == ()
    assert plan.wanted == {}


def test_whether_a_policy_applies_that_has_nothing_to_check_is_not_asked():
    more = "match: {containers: [imageVolume], namespaceSelector: {matchLabels: {own: ours}}}"
    uses = uses_of(volumes=[{"name": "data", "image": {"reference": IMAGE}}])
    assert Planner(policy(FIRES, more=more)).plan(uses, SHOP).items == ()
    assert len(Planner(policy(FIRES, OF_NAME, more=more)).plan(uses, SHOP).items) == 1
