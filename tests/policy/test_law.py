import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import policies, policy
from webhook.kube.imageuse import ContainerKind
from webhook.oci import Reference
from webhook.policy.law import Policy
from webhook.policy.place import Place
from webhook.policy.plan import skipped, skipped_unlabelled

SHOP = Place("shop")
PROD = "{matchLabels: {tier: prod}}"
WITHOUT_TIER = "{matchExpressions: [{key: tier, operator: DoesNotExist}]}"
API = Reference.parse("ghcr.io/acme/api:1")


def selecting(match: str = "{}", exclude: str = "{}") -> Policy:
    law = policy("rule: fires, action: deny", more=f"match: {match}\n  exclude: {exclude}")
    return law.policies[0]


def covers(
    policy: Policy,
    reference: Reference | None = API,
    kind: ContainerKind = ContainerKind.CONTAINER,
    place: Place = SHOP,
) -> bool | None:
    return policy.covers(reference, kind, place)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", True),
        ("{namespaces: [shop]}", True),
        ("{namespaces: [other, sh*]}", True),
        ("{namespaces: [other]}", False),
        ("{images: ['ghcr.io/acme/**']}", True),
        ("{images: [nginx, 'ghcr.io/**']}", True),
        ("{images: [nginx]}", False),
        ("{containers: [init, container]}", True),
        ("{containers: [init]}", False),
        ("{namespaces: [shop], images: ['ghcr.io/**'], containers: [container]}", True),
        ("{namespaces: [other], images: ['ghcr.io/**']}", False),
        ("{namespaces: [shop], images: [nginx]}", False),
        ("{namespaces: [shop], containers: [init]}", False),
    ],
)
def test_lists_are_or_and_keys_are_and(match: str, expected: bool):
    assert covers(selecting(match)) is expected
    if match != "{}":  # exclude has the same logic
        assert covers(selecting(exclude=match)) is not expected


def test_exclude_takes_away_from_what_match_gives():
    policy = selecting("{namespaces: ['*']}", "{images: ['**/legacy-*']}")
    assert covers(policy)
    assert not covers(policy, Reference.parse("ghcr.io/acme/legacy-shop"))


@pytest.mark.parametrize(
    ("kind", "default", "as_init", "as_volume"),
    [
        (ContainerKind.CONTAINER, True, False, False),
        (ContainerKind.INIT, True, True, False),
        (ContainerKind.SIDECAR, True, True, False),
        (ContainerKind.EPHEMERAL, True, False, False),
        (ContainerKind.IMAGE_VOLUME, False, False, True),
    ],
)
def test_sidecars_are_init_containers_and_image_volumes_must_be_named(
    kind: ContainerKind, default: bool, as_init: bool, as_volume: bool
):
    assert covers(selecting(), kind=kind) is default
    assert covers(selecting("{containers: [init]}"), kind=kind) is as_init
    assert covers(selecting("{containers: [imageVolume]}"), kind=kind) is as_volume
    if default:
        assert covers(selecting(exclude="{containers: [init]}"), kind=kind) is not as_init


@pytest.mark.parametrize(
    ("match", "exclude", "expected"),
    [
        ("{}", "{}", True),
        ("{namespaces: ['*']}", "{}", False),
        ("{}", "{namespaces: ['*']}", True),
        ("{namespaceSelector: {}}", "{}", False),
        ("{objectSelector: {}}", "{}", False),
        (f"{{objectSelector: {WITHOUT_TIER}}}", "{}", False),
        ("{}", "{namespaceSelector: {}}", True),
        ("{}", "{objectSelector: {}}", True),
        ("{}", f"{{objectSelector: {WITHOUT_TIER}}}", True),
        ("{images: ['ghcr.io/**']}", "{}", True),
    ],
)
def test_an_image_by_itself_has_neither_namespace_nor_labels(
    match: str, exclude: str, expected: bool
):
    assert covers(selecting(match, exclude), place=Place(None)) is expected


@pytest.mark.parametrize(
    ("match", "exclude", "expected"),
    [
        ("{}", "{}", True),
        ("{images: [nginx]}", "{}", True),
        ("{}", "{images: ['**']}", True),
        ("{namespaces: [other]}", "{}", False),
        ("{containers: [init]}", "{}", False),
        ("{}", "{namespaces: [shop]}", False),
        ("{}", "{namespaces: [shop], images: ['**']}", True),
    ],
)
def test_text_that_is_no_reference_is_ruled_out_by_no_list_of_images(
    match: str, exclude: str, expected: bool
):
    assert covers(selecting(match, exclude), None) is expected


def test_policies_limited_to_namespaces_are_named_for_images_by_themselves():
    limited = policy("rule: fires, action: deny", name="a", more="match: {namespaces: [x]}")
    by_label = policy("rule: fires, action: deny", name="b", more="match: {namespaceSelector: {}}")
    free = policy("rule: fires, action: deny", name="c", more="exclude: {namespaces: [x]}")
    assert [skipped(law) for law in (limited, by_label, free)] == [("a",), ("b",), ()]


@pytest.mark.parametrize(
    ("more", "bare", "in_namespace"),
    [
        ("match: {namespaces: [shop]}", (), ()),
        (f"exclude: {{objectSelector: {PROD}}}", (), ()),
        (f"match: {{objectSelector: {PROD}}}", ("team",), ("team",)),
        (f"match: {{objectSelector: {WITHOUT_TIER}}}", ("team",), ()),
    ],
)
def test_policies_limited_to_labels_of_pods_are_named_for_images_by_themselves(
    more: str, bare: tuple[str, ...], in_namespace: tuple[str, ...]
):
    law = policy("rule: fires, action: deny", more=more)
    assert skipped_unlabelled(law, None) == bare
    assert skipped_unlabelled(law, "shop") == in_namespace


@pytest.mark.parametrize(
    ("match", "exclude", "prod", "other", "unknown"),
    [
        (PROD, None, True, False, None),
        (None, PROD, False, True, None),
        (PROD, PROD, False, False, None),
        (PROD, "{}", False, False, False),
        ("{}", PROD, False, True, None),
    ],
)
def test_what_labels_of_a_namespace_decide_is_not_known_without_them(
    match: str | None, exclude: str | None, prod: bool, other: bool, unknown: bool | None
):
    policy = selecting(
        *(f"{{namespaceSelector: {text}}}" if text else "{}" for text in (match, exclude))
    )
    places = [Place("shop", labels) for labels in ({"tier": "prod"}, {"tier": "test"}, None)]
    assert [covers(policy, place=place) for place in places] == [prod, other, unknown]


@pytest.mark.parametrize(
    ("match", "exclude", "expected"),
    [
        (f"{{namespaceSelector: {PROD}, images: [nginx]}}", "{}", False),
        (f"{{namespaceSelector: {PROD}, containers: [init]}}", "{}", False),
        (f"{{namespaceSelector: {PROD}, namespaces: [other]}}", "{}", False),
        (f"{{namespaceSelector: {PROD}}}", "{images: ['ghcr.io/**']}", False),
        ("{}", f"{{namespaceSelector: {PROD}, images: [nginx]}}", True),
        ("{}", f"{{namespaceSelector: {PROD}, containers: [init]}}", True),
        ("{}", f"{{namespaceSelector: {PROD}, objectSelector: {PROD}}}", True),
        ("{images: [nginx]}", f"{{namespaceSelector: {PROD}}}", False),
    ],
)
def test_labels_that_are_not_known_matter_only_where_nothing_else_decides(
    match: str, exclude: str, expected: bool
):
    assert covers(selecting(match, exclude)) is expected


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ("match: {namespaces: [shop]}", False),
        (f"match: {{objectSelector: {PROD}}}", False),
        ("match: {namespaceSelector: {}}", False),
        (f"match: {{namespaceSelector: {PROD}}}", True),
        (f"exclude: {{namespaceSelector: {PROD}}}", True),
    ],
)
def test_a_set_says_whether_any_policy_asks_for_labels_of_namespaces(more: str, asks: bool):
    plain = policy_text("rule: fires, action: deny", name="a")
    law = policies(plain, policy_text("rule: fires, action: deny", name="b", more=more))
    assert law.asks_for_namespace_labels is asks
