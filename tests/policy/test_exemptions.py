from datetime import date, timedelta

import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import LOST, TODAY, finding, findings, policies, policy, uses_of
from webhook.kube.imageuse import bare_use
from webhook.policy.finding import Outcome
from webhook.policy.rule import Action

DENY = "rule: fires, action: deny"
EXEMPT = "exemptions: [{{images: [ghcr.io/acme/*], rules: [{rules}], reason: legacy{more}}}]".format


def exempting(rules: str = "fires", more: str = "", **how: str) -> str:
    return policy_text(DENY, more=EXEMPT(rules=rules, more=more), **how)


def test_an_exempted_violation_is_skipped_and_says_why():
    found = finding(policies(exempting(more=", owner: platform@example.com")))
    assert (found.outcome, found.action) == (Outcome.SKIP, Action.AUDIT)
    assert found.message == "exempt: legacy"
    assert found.remedy == "Mend it all the same, or ask platform@example.com"
    assert not found.denies


def test_an_exemption_of_other_images_or_rules_changes_nothing():
    elsewhere = uses_of(containers=[{"name": "web", "image": "ghcr.io/other/api:1"}])
    assert finding(policies(exempting()), uses=elsewhere).outcome is Outcome.FAIL
    assert finding(policies(exempting("passes"))).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("days_left", "outcome", "action", "remedy"),
    [
        (31, Outcome.SKIP, Action.AUDIT, "(31 days left)"),
        (30, Outcome.SKIP, Action.WARN, "(30 days left)"),
        (1, Outcome.SKIP, Action.WARN, "(1 day left)"),
        (0, Outcome.SKIP, Action.WARN, "(today is the last day)"),
        (-1, Outcome.FAIL, Action.DENY, "Mend it"),
    ],
)
def test_an_exemption_holds_through_its_last_day_and_counts_down_to_it(
    days_left: int, outcome: Outcome, action: Action, remedy: str
):
    expires = TODAY + timedelta(days=days_left)
    found = finding(policies(exempting(more=f", expires: {expires}")))
    assert (found.outcome, found.action) == (outcome, action)
    assert found.remedy.endswith(remedy)
    assert found.remedy.startswith("Mend it")


def test_a_countdown_stays_below_the_mode():
    text = exempting(more=f", expires: {TODAY}", mode="audit")
    assert finding(policies(text)).action is Action.AUDIT


def test_of_several_exemptions_the_longest_counts():
    items = ", ".join(
        f"{{images: ['**'], rules: [fires], reason: {reason}, expires: {expires}}}"
        for reason, expires in (("short", date(2026, 11, 30)), ("long", date(2027, 11, 30)))
    )
    found = finding(policy(DENY, more=f"exemptions: [{items}]"))
    assert (found.message, found.action) == ("exempt: long", Action.AUDIT)


def test_an_exemption_is_of_its_own_policy_only():
    found = findings(policies(exempting(name="a"), policy_text(DENY, name="b")))
    assert [(item.policies, item.outcome) for item in found] == [
        (("a",), Outcome.SKIP),
        (("b",), Outcome.FAIL),
    ]


def test_a_lost_image_may_be_exempted_too():
    found = finding(policies(exempting("image-unverified")), LOST)
    assert (found.outcome, found.action) == (Outcome.SKIP, Action.AUDIT)


def test_text_that_is_no_reference_is_never_exempt():
    law = policy(DENY, more="exemptions: [{images: ['**'], rules: [image-unverified], reason: x}]")
    assert finding(law, uses=(bare_use("no reference"),)).outcome is Outcome.UNKNOWN


def test_a_reason_and_an_owner_are_made_harmless():
    more = r', owner: "a\nb"'
    text = exempting(more=more).replace("reason: legacy", r'reason: "it\e[31m `is`"')
    found = finding(policies(text))
    assert found.message == "exempt: it?[31m is"
    assert found.remedy == "Mend it all the same, or ask a b"
