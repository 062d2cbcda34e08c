"""Policies that ask for labels of a namespace which are not known: said, and weighed."""

import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import (
    IMAGE,
    LOST,
    finding,
    findings,
    image,
    judged,
    policies,
    policy,
    uses_of,
)
from webhook.kube.imageuse import bare_use
from webhook.policy.finding import Outcome
from webhook.policy.message import MAX_LINE, lines, warnings
from webhook.policy.place import Place
from webhook.policy.rule import Action

FIRES = "rule: fires, action: deny"
BY_LABEL = "match: {namespaceSelector: {matchLabels: {tier: prod}}}"
UNKNOWN = Place("team-a")


def asking(*rules: str, name: str = "prod", more: str = "", mode: str = "enforce") -> str:
    return policy_text(*(rules or (FIRES,)), name=name, mode=mode, more=f"{BY_LABEL}\n  {more}")


def test_it_is_said_that_a_policy_was_not_evaluated():
    found = finding(policies(asking()), place=UNKNOWN)
    assert (found.rule, found.outcome) == ("image-unverified", Outcome.UNKNOWN)
    assert (found.policies, found.confidence) == (("prod",), 0)
    assert found.message == (
        "could not read the labels of namespace team-a; policy prod not evaluated"
    )


@pytest.mark.parametrize(
    ("more", "mode", "ceiling", "action"),
    [
        ("", "enforce", Action.DENY, Action.WARN),
        ("failureActions: {default: deny}", "enforce", Action.DENY, Action.DENY),
        ("failureActions: {default: deny}", "warn", Action.DENY, Action.WARN),
        ("failureActions: {default: deny}", "audit", Action.DENY, Action.AUDIT),
        ("failureActions: {default: deny}", "enforce", Action.WARN, Action.WARN),
        ("failureActions: {default: audit}", "enforce", Action.DENY, Action.AUDIT),
    ],
)
def test_it_weighs_what_failures_weigh_below_mode_and_ceiling(
    more: str, mode: str, ceiling: Action, action: Action
):
    law = policies(asking(more=more, mode=mode))
    assert finding(law, place=UNKNOWN, ceiling=ceiling).action is action


def test_it_is_said_once_for_each_policy_of_each_use():
    law = policies(asking(name="a"), asking(name="b"), policy_text(FIRES, name="c"))
    uses = uses_of(containers=[{"name": "x", "image": IMAGE}, {"name": "y", "image": IMAGE}])
    results = judged(law, image(), place=UNKNOWN, uses=uses)
    said = [(result.container, item.policies) for result in results for item in result.findings]
    assert said == [
        *(("x", (name,)) for name in "cab"),
        *(("y", (name,)) for name in "cab"),
    ]


def test_it_is_said_once_whatever_the_number_of_platforms():
    law = policies(asking(), policy_text(FIRES))
    results = judged(law, image(), image(), place=UNKNOWN)
    assert [[item.rule for item in result.findings] for result in results] == [
        ["fires", "image-unverified"],
        ["fires"],
    ]


def test_of_an_image_that_is_lost_too_both_are_said():
    law = policies(asking(), policy_text(FIRES))
    found = findings(law, LOST, place=UNKNOWN)
    assert [item.policies for item in found] == [("team",), ("prod",)]


def test_of_text_that_is_no_reference_it_is_said_as_well():
    found = finding(policies(asking()), uses=(bare_use("no reference"),), place=UNKNOWN)
    assert "not evaluated" in found.message
    assert "labels of namespace team-a" in found.message


def test_other_policies_are_put_as_ever():
    law = policies(asking(), policy_text("rule: of-name, action: warn"))
    assert [item.rule for item in findings(law, place=UNKNOWN)] == ["of-name", "image-unverified"]


def test_with_the_labels_nothing_is_left_to_be_said():
    law = policies(asking())
    assert findings(law, place=Place("team-a", {})) == []
    assert finding(law, place=Place("team-a", {"tier": "prod"})).rule == "fires"
    assert findings(law, place=Place(None)) == []


def test_it_may_be_exempted_like_an_image_that_could_not_be_read():
    more = "exemptions: [{images: ['**'], rules: [image-unverified], reason: old}]"
    found = finding(policies(asking(more=more)), place=UNKNOWN)
    assert (found.outcome, found.message) == (Outcome.SKIP, "exempt: old")


def test_names_of_any_length_fit_into_a_warning():
    law = policies(asking(name="p" * 253))
    place = Place("\x1b" + "n" * 300)
    results = judged(law, place=place, uses=(bare_use(IMAGE),))
    (warning,) = warnings(lines(results))
    assert len(warning) <= MAX_LINE
    assert warning.isascii()
    assert warning.isprintable()
    assert "not evaluated" in warning
    assert len(finding(policy(FIRES, more=BY_LABEL), place=place).message) <= MAX_LINE
