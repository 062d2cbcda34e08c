import pytest

from tests.conftest import policy_text
from tests.policy.catalogue import (
    IMAGE,
    LOST,
    NODE,
    SILENT,
    finding,
    findings,
    image,
    judged,
    policies,
    policy,
    uses_of,
)
from webhook.policy.finding import Outcome, Severity
from webhook.policy.rule import Action

DENY = "rule: fires, action: deny"
MAYBE = ("entrypoint.sh",)
"""An argv that tells nothing, beside a variable that hints at Python."""
MAYBE_PYTHON = {"config": {"Env": ["PYTHONPATH=/app"]}}


def with_(options: str, rule: str = "fires", action: str = "deny") -> str:
    return f"rule: {rule}, action: {action}, with: {{{options}}}"


def test_a_violation_is_told_with_all_that_the_rule_said():
    found = finding(policy(DENY))
    assert (found.rule, found.policies) == ("fires", ("team",))
    assert (found.action, found.outcome) == (Action.DENY, Outcome.FAIL)
    assert (found.message, found.remedy, found.confidence) == ("it is broken", "Mend it", 100)
    assert found.denies


def test_a_result_names_container_image_digest_and_platform():
    profile = image()
    uses = uses_of(containers=[{"name": "web", "image": IMAGE}])
    (result,) = judged(policy(DENY), profile, uses=uses)
    assert (result.container, result.image) == ("web", IMAGE)
    assert (result.digest, result.platform) == (profile.digest, "linux/amd64")
    assert not result.allowed


@pytest.mark.parametrize(
    ("mode", "asked", "action"),
    [
        ("enforce", "deny", Action.DENY),
        ("enforce", "warn", Action.WARN),
        ("enforce", "audit", Action.AUDIT),
        ("warn", "deny", Action.WARN),
        ("warn", "audit", Action.AUDIT),
        ("audit", "deny", Action.AUDIT),
    ],
)
def test_the_mode_is_a_ceiling(mode: str, asked: str, action: Action):
    assert finding(policy(f"rule: fires, action: {asked}", mode=mode)).action is action


@pytest.mark.parametrize(
    ("ceiling", "action"),
    [(Action.DENY, Action.DENY), (Action.WARN, Action.WARN), (Action.AUDIT, Action.AUDIT)],
)
def test_the_request_has_a_ceiling_of_its_own(ceiling: Action, action: Action):
    assert finding(policy(DENY), ceiling=ceiling).action is action


@pytest.mark.parametrize(
    ("confidence", "minimum", "action"),
    [
        (100, 85, Action.DENY),
        (85, 85, Action.DENY),
        (84, 85, Action.WARN),
        (60, 85, Action.WARN),
        (59, 85, Action.AUDIT),
        (60, 60, Action.DENY),
        (59, 0, Action.AUDIT),
        (99, 100, Action.WARN),
    ],
)
def test_weak_evidence_never_denies_and_the_weakest_is_only_recorded(
    confidence: int, minimum: int, action: Action
):
    law = policy(with_(f"confidence: {confidence}"), more=f"minDenyConfidence: {minimum}")
    assert finding(law).action is action


@pytest.mark.parametrize(
    ("asked", "options", "action"),
    [
        ("deny", "ceiling: warn", Action.WARN),
        ("deny", "ceiling: audit", Action.AUDIT),
        ("audit", "ceiling: warn", Action.AUDIT),
        ("warn", "raiseTo: deny", Action.DENY),
        ("deny", "raiseTo: warn", Action.DENY),
        ("audit", "raiseTo: deny", Action.AUDIT),
        ("audit", "raiseTo: warn", Action.WARN),
        ("audit", "raiseTo: warn, confidence: 59", Action.AUDIT),
        ("warn", "raiseTo: deny, ceiling: warn", Action.WARN),
        ("warn", "raiseTo: deny, confidence: 84", Action.WARN),
    ],
)
def test_a_rule_may_lower_and_raise_its_action(asked: str, options: str, action: Action):
    assert finding(policy(with_(options, action=asked))).action is action


def test_what_a_rule_raises_stays_below_the_mode():
    law = policy(with_("raiseTo: deny", action="warn"), mode="warn")
    assert finding(law).action is Action.WARN


@pytest.mark.parametrize(
    ("argv", "config", "action", "message"),
    [
        (("python", "app.py"), {}, Action.DENY, "it is broken"),
        (MAYBE, MAYBE_PYTHON, Action.WARN, "it is broken (python: maybe)"),
        (SILENT, {}, Action.AUDIT, "it is broken (python: unknown)"),
    ],
)
def test_how_surely_it_is_python_is_a_ceiling_that_is_told(
    argv: tuple[str, ...], config: dict[str, object], action: Action, message: str
):
    found = finding(policy("rule: of-python, action: deny"), image(argv, **config))
    assert (found.action, found.message) == (action, message)


def test_rules_about_all_images_do_not_ask_whether_it_is_python():
    for argv in (NODE, SILENT):
        found = finding(policy("rule: of-python, action: deny, appliesTo: all"), image(argv))
        assert (found.action, found.message) == (Action.DENY, "it is broken")


def test_rules_about_python_leave_other_images_alone():
    assert findings(policy("rule: of-python, action: deny"), image(NODE)) == []


def test_the_pods_command_makes_a_container_python():
    law = policy("rule: of-python, action: deny")
    uses = uses_of(containers=[{"name": "job", "image": IMAGE, "command": ["python", "job.py"]}])
    assert finding(law, image(NODE), uses=uses).action is Action.DENY


@pytest.mark.parametrize(
    ("asked", "more", "action"),
    [
        ("deny", "", Action.WARN),
        ("warn", "", Action.AUDIT),
        ("audit", "", Action.AUDIT),
        ("deny", "onUnknown: {deny: deny}", Action.DENY),
        ("deny", "onUnknown: {deny: audit}", Action.AUDIT),
        ("warn", "onUnknown: {warn: warn}", Action.WARN),
    ],
)
def test_what_could_not_be_told_weighs_what_the_policy_says(asked: str, more: str, action: Action):
    found = finding(policy(f"rule: doubts, action: {asked}", more=more))
    assert (found.outcome, found.action, found.confidence) == (Outcome.UNKNOWN, action, 0)
    assert found.message == "it could not be told"


@pytest.mark.parametrize(
    ("argv", "config", "action"),
    [
        (("python",), {}, Action.DENY),
        (MAYBE, MAYBE_PYTHON, Action.WARN),
        (SILENT, {}, Action.AUDIT),
    ],
)
def test_doubt_about_what_may_not_be_python_never_denies(
    argv: tuple[str, ...], config: dict[str, object], action: Action
):
    law = policy("rule: doubts-python, action: deny", more="onUnknown: {deny: deny}")
    assert finding(law, image(argv, **config)).action is action


def test_a_rule_that_raises_is_a_finding_without_what_it_raised():
    found = finding(policy("rule: breaks, action: deny"))
    assert (found.outcome, found.action) == (Outcome.ERROR, Action.WARN)
    assert found.message == "the rule broke (ZeroDivisionError)"


def test_a_rule_that_raises_keeps_no_other_from_being_put():
    found = findings(policy("rule: breaks, action: warn", DENY))
    assert [item.rule for item in found] == ["breaks", "fires"]


def test_passes_and_skips_are_kept_for_those_who_ask_and_deny_nothing():
    law = policy("rule: passes, action: deny", "rule: skips, action: deny")
    assert findings(law) == []
    (result,) = judged(law, image(), keep_passes=True)
    assert result.allowed
    assert [(item.rule, item.outcome, item.message) for item in result.findings] == [
        ("passes", Outcome.PASS, ""),
        ("skips", Outcome.SKIP, "it does not apply"),
    ]
    assert not any(item.denies for item in result.findings)


def test_severity_is_the_rules_whatever_the_policy_makes_of_it():
    law = policy("rule: fires, action: audit", "rule: passes, action: deny")
    assert [item.severity for item in findings(law, keep_passes=True)] == [
        Severity.HIGH,
        Severity.LOW,
    ]


def test_several_policies_tell_a_violation_once_with_the_strictest_action():
    texts = (
        policy_text("rule: fires, action: warn", name="a"),
        policy_text(DENY, name="b"),
        policy_text("rule: fires, action: audit", name="c"),
    )
    found = finding(policies(*texts))
    assert (found.policies, found.action) == (("a", "b", "c"), Action.DENY)


def test_what_is_said_differently_is_told_apart():
    law = policy(with_("problem: one"), with_("problem: two"), with_("problem: one"))
    assert [item.message for item in findings(law)] == ["one", "two"]


def test_every_platform_has_a_result_of_its_own():
    arm = image(architecture="arm64")
    results = judged(policy(DENY), image(), arm, LOST)
    assert [result.platform for result in results] == ["linux/amd64", "linux/arm64", None]
    assert [result.findings[0].rule for result in results] == ["fires", "fires", "image-unverified"]


def test_every_use_has_a_result_of_its_own():
    uses = uses_of(
        containers=[{"name": "web", "image": IMAGE}, {"name": "worker", "image": "ghcr.io/x:1"}]
    )
    results = judged(policy(DENY), image(), uses=uses)
    assert [(result.container, result.image) for result in results] == [
        ("web", IMAGE),
        ("worker", "ghcr.io/x:1"),
    ]


@pytest.mark.parametrize(
    ("pod", "os"),
    [({"os": {"name": "windows"}}, "linux"), ({}, "windows"), ({"os": {"name": "windows"}}, "")],
)
def test_of_windows_only_rules_that_mean_anything_there_are_put(pod: dict[str, object], os: str):
    law = policy(DENY, "rule: of-name, action: warn")
    uses = uses_of(containers=[{"name": "web", "image": IMAGE}], **pod)
    found = findings(law, image(os=os), uses=uses)
    assert [item.rule for item in found] == ["of-name"]
    skipped = findings(law, image(os=os), uses=uses, keep_passes=True)[0]
    assert (skipped.rule, skipped.message) == ("fires", "does not apply to Windows")
