"""The judgement: every check put, every finding kept, everything unknown weighed.

Pure. Ceilings are applied in this order: the rule's own (``Violation.ceiling``), Python-ness, the
confidence, the policy's mode, and at last the ceiling of the request (controllers are never
denied).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import msgspec

from webhook.errors import FailureKind
from webhook.oci import Reference
from webhook.oci.image import Unavailable
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty, Finding, Outcome, Result, Severity
from webhook.policy.law import Policy
from webhook.policy.loader import UNVERIFIED
from webhook.policy.plan import Check, Plan, Planned
from webhook.policy.rule import Action, Skip, Unknown, Violation, strictest, weakest
from webhook.policy.text import shown
from webhook.profile import ImageProfile

EXPIRY_NOTICE = 30
"""Days before an exemption ends from which a warning counts down."""

Gathered = Mapping[Reference, Sequence[ImageProfile | Unavailable]]
"""What became known of each reference, one value for each platform."""


def decide(
    plan: Plan,
    gathered: Gathered,
    today: date,
    *,
    ceiling: Action = Action.DENY,
    keep_passes: bool = False,
) -> tuple[Result, ...]:
    """All results of a plan, one for each use and platform.

    ``ceiling`` caps every action (controllers: warn). ``keep_passes`` keeps what passed or did not
    apply too.
    """
    results = []
    for item in plan.items:
        known = gathered.get(item.reference, ()) if item.reference is not None else ()
        for image in known or (_nothing_of(item),):
            judge = _Judge(item, image, today, ceiling, keep_passes)
            results.append(judge.result())
    return tuple(results)


def _nothing_of(item: Planned) -> Unavailable | None:
    """What stands for an image of which nothing was gathered."""
    if item.reference is None:
        return Unavailable(FailureKind.MALFORMED, item.problem)
    if item.needs:
        return Unavailable(FailureKind.TIMEOUT, "the registry did not answer in time")
    return None


class _Judge:
    """Puts the checks of one use to one image."""

    def __init__(
        self,
        item: Planned,
        image: ImageProfile | Unavailable | None,
        today: date,
        ceiling: Action,
        keep_passes: bool,
    ) -> None:
        self.item, self.image, self.today = item, image, today
        self.ceiling, self.keep_passes = ceiling, keep_passes

    def result(self) -> Result:
        """The result with every finding, equal ones told once."""
        image = self.image if isinstance(self.image, ImageProfile) else None
        return Result(
            self.item.use.name,
            self.item.use.image,
            image.digest if image else None,
            image.platform if image else None,
            _merged(self._findings()),
        )

    def _findings(self) -> Iterator[Finding]:
        reference, image = self.item.reference, self.image
        lost = image if isinstance(image, Unavailable) else None
        known = image if isinstance(image, ImageProfile) else None
        blind: dict[str, Policy] = {}
        facts = Facts(self.item.use, reference, self.today, known) if reference else None
        for check in self.item.checks:
            if facts is None or (lost is not None and check.needs):
                blind[check.policy.name] = check.policy
            elif (finding := self._put(check, facts)) is not None:
                yield finding
        if lost is not None:
            for policy in blind.values():
                yield self._unverified(policy, lost)

    def _put(self, check: Check, facts: Facts) -> Finding | None:
        """One rule on one image; None when there is nothing to say."""
        rule = check.entry.rule
        if not rule.windows and facts.is_windows:
            return self._quiet(check, Outcome.SKIP, "does not apply to Windows")
        python = "yes"
        if check.entry.scope == "python":
            python = facts.python.verdict
            if python == "no":
                return self._quiet(check, Outcome.SKIP, "not a Python image")
        try:
            verdict = rule.check(facts)
        except Exception as error:  # a rule's bug is a finding, never a crash and never a pass
            problem = f"the rule broke ({type(error).__name__})"
            fix = "Report it, with the image"
            return self._unsure(check, Outcome.ERROR, Unknown(problem, fix))
        if verdict is None:
            return self._quiet(check, Outcome.PASS, "")
        if isinstance(verdict, Skip):
            return self._quiet(check, Outcome.SKIP, verdict.reason)
        if isinstance(verdict, Unknown):
            return self._unsure(check, Outcome.UNKNOWN, verdict)
        return self._fail(check, verdict, python)

    def _fail(self, check: Check, violation: Violation, python: str) -> Finding:
        action = check.entry.action
        if violation.raise_to is not None and action is not Action.AUDIT:
            action = strictest(action, violation.raise_to)
        if violation.ceiling is not None:
            action = weakest(action, violation.ceiling)
        problem = violation.problem
        if python != "yes":
            action = weakest(action, Action.WARN if python == "maybe" else Action.AUDIT)
            problem = f"{problem} (python: {python})"
        if violation.confidence < Certainty.MEDIUM:
            action = Action.AUDIT
        elif violation.confidence < check.policy.spec.min_deny_confidence:
            action = weakest(action, Action.WARN)
        return self._finding(
            check.policy,
            check.entry.rule.id,
            action,
            Outcome.FAIL,
            Severity.of(check.entry.rule.action),
            violation,
            problem,
        )

    def _unsure(self, check: Check, outcome: Outcome, unknown: Unknown) -> Finding:
        rule = check.entry.rule
        return self._finding(
            check.policy,
            rule.id,
            check.policy.spec.on_unknown.weigh(check.entry.action),
            outcome,
            Severity.of(rule.action),
            Violation(unknown.problem, unknown.fix, confidence=0),
            unknown.problem,
        )

    def _unverified(self, policy: Policy, lost: Unavailable) -> Finding:
        problem = f"could not inspect the image ({shown(lost.detail, 90)}); policy not evaluated"
        fix = "Check the reference, pull secret and registry"
        return self._finding(
            policy,
            UNVERIFIED,
            policy.spec.failure_actions.weigh(lost.kind),
            Outcome.UNKNOWN,
            Severity.MEDIUM,
            Violation(problem, fix, confidence=0),
            problem,
        )

    def _finding(
        self,
        policy: Policy,
        rule: str,
        action: Action,
        outcome: Outcome,
        severity: Severity,
        said: Violation,
        problem: str,
    ) -> Finding:
        finding = Finding(
            policies=(policy.name,),
            rule=rule,
            action=weakest(action, policy.spec.ceiling, self.ceiling),
            outcome=outcome,
            severity=severity,
            confidence=said.confidence,
            message=problem,
            remedy=said.fix,
            evidence=said.evidence,
        )
        return self._exempted(policy, finding) if policy.spec.exemptions else finding

    def _exempted(self, policy: Policy, finding: Finding) -> Finding:
        """The finding, or in its place a word about the exemption that holds today."""
        reference = self.item.reference
        if reference is None:
            return finding
        exemption = policy.exemption(reference, finding.rule, self.today)
        if exemption is None:
            return finding
        message, action = f"exempt: {shown(exemption.reason, 80)}", Action.AUDIT
        remedy = "Mend it all the same"
        if exemption.expires is not None:
            left = (exemption.expires - self.today).days
            days = "today is the last day" if left == 0 else f"{left} days left"
            remedy = f"Mend it by {exemption.expires} ({days})"
            action = Action.WARN if left <= EXPIRY_NOTICE else Action.AUDIT
        if exemption.owner is not None:
            remedy = f"{remedy}, or ask {shown(exemption.owner)}"
        capped = weakest(action, policy.spec.ceiling, self.ceiling)
        return msgspec.structs.replace(
            finding, action=capped, outcome=Outcome.SKIP, message=message, remedy=remedy
        )

    def _quiet(self, check: Check, outcome: Outcome, reason: str) -> Finding | None:
        """A pass or a skip, which is told only to those who asked for all."""
        if not self.keep_passes:
            return None
        return Finding(
            policies=(check.policy.name,),
            rule=check.entry.rule.id,
            action=check.entry.action,
            outcome=outcome,
            severity=Severity.of(check.entry.rule.action),
            confidence=100,
            message=reason,
            remedy="",
        )


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Equal findings of several policies as one: all their names, the strictest action."""
    merged: dict[tuple[str, Outcome, str, str], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.outcome, finding.message, finding.remedy)
        before = merged.get(key)
        if before is not None:
            finding = msgspec.structs.replace(
                before,
                policies=tuple(dict.fromkeys(before.policies + finding.policies)),
                action=strictest(before.action, finding.action),
            )
        merged[key] = finding
    return tuple(merged.values())
