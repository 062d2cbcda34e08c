"""Images that could not be read: ``decide`` weighs why, and what the reference alone tells."""

import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import IMAGE, LOST, finding, findings, judged, policies, policy
from webhook.errors import FailureKind
from webhook.kube.imageuse import bare_use
from webhook.oci.image import Unavailable
from webhook.policy.finding import Outcome
from webhook.policy.rule import Action

DENY = "rule: fires, action: deny"


@pytest.mark.parametrize(
    ("kind", "actions", "action"),
    [
        (FailureKind.TIMEOUT, "", Action.WARN),
        (FailureKind.MALFORMED, "", Action.DENY),
        (FailureKind.DIGEST_MISMATCH, "", Action.DENY),
        (FailureKind.NOT_FOUND, "failureActions: {default: audit}", Action.AUDIT),
        (FailureKind.NOT_FOUND, "failureActions: {default: audit, notFound: deny}", Action.DENY),
        (FailureKind.MALFORMED, "failureActions: {default: warn}", Action.WARN),
        *((kind, f"failureActions: {{{kind.value}: deny}}", Action.DENY) for kind in FailureKind),
    ],
)
def test_an_image_that_could_not_be_read_weighs_what_the_policy_says_of_the_reason(
    kind: FailureKind, actions: str, action: Action
):
    found = finding(policy(DENY, more=actions), Unavailable(kind, "because"))
    assert (found.rule, found.outcome, found.action) == (
        "image-unverified",
        Outcome.UNKNOWN,
        action,
    )
    assert found.message == "could not inspect the image (because); policy not evaluated"


def test_an_image_that_could_not_be_read_stays_below_mode_and_ceiling():
    lost = Unavailable(FailureKind.MALFORMED, "because")
    assert finding(policy(DENY, mode="audit"), lost).action is Action.AUDIT
    assert finding(policy(DENY), lost, ceiling=Action.WARN).action is Action.WARN


def test_a_lost_image_is_told_once_and_not_once_for_each_rule():
    law = policy(DENY, "rule: of-python, action: deny", "rule: passes, action: warn")
    (result,) = judged(law, LOST)
    assert [item.rule for item in result.findings] == ["image-unverified"]
    assert (result.digest, result.platform) == (None, None)


def test_of_a_lost_image_the_reference_is_judged_all_the_same():
    found = findings(policy(DENY, "rule: of-name, action: warn"), LOST)
    assert [item.rule for item in found] == ["of-name", "image-unverified"]


def test_a_policy_that_needs_only_the_reference_does_not_mind_a_lost_image():
    names = policy_text("rule: of-name, action: warn", name="names")
    found = findings(policies(policy_text(DENY), names), LOST)
    assert [(item.rule, item.policies) for item in found] == [
        ("of-name", ("names",)),
        ("image-unverified", ("team",)),
    ]


def test_an_image_of_which_nothing_came_in_time_is_a_timeout():
    uses = (bare_use(IMAGE),)
    (result,) = judged(policy(DENY), uses=uses)
    assert "did not answer in time" in result.findings[0].message


def test_rules_on_the_reference_alone_are_put_without_any_image():
    (result,) = judged(policy("rule: of-name, action: deny"))
    assert [item.rule for item in result.findings] == ["of-name"]
    assert (result.digest, result.platform) == (None, None)


def test_text_that_is_no_reference_is_malformed_and_no_rule_is_put():
    law = policy(DENY, "rule: of-name, action: warn")
    (result,) = judged(law, uses=(bare_use("no reference"),))
    (found,) = result.findings
    assert (found.rule, found.action) == ("image-unverified", Action.DENY)
    assert "not an image reference: no reference (" in found.message


def test_a_lost_image_is_told_once_for_several_policies():
    texts = (
        policy_text(DENY, name="a", more="failureActions: {timeout: audit}"),
        policy_text(DENY, name="b", more="failureActions: {timeout: deny}"),
    )
    found = finding(policies(*texts), LOST)
    assert (found.policies, found.action) == (("a", "b"), Action.DENY)
