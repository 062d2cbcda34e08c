"""The judgement: every check put, every finding kept, everything unknown weighed.

Pure. Ceilings are applied in this order: the rule's own (``Violation.ceiling``), Python-ness, the
confidence, the policy's mode, and at last the ceiling of the request (controllers are never
denied).
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from webhook.errors import FailureKind
from webhook.oci import Reference
from webhook.oci.image import Unavailable
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty, Finding, Outcome, Result, Severity, merged
from webhook.policy.law import Policy
from webhook.policy.loader import UNVERIFIED
from webhook.policy.plan import Applicable, Check, Plan, Planned
from webhook.policy.rule import Action, Skip, Unknown, Verdict, Violation, strictest, weakest
from webhook.policy.spoken import Kept, say
from webhook.policy.text import shown
from webhook.profile import ImageProfile
from webhook.profile.need import Need

EXPIRY_NOTICE = 30
"""Days before an exemption ends from which a warning counts down."""

_MAX_NAME = 63
"""Characters of a name in a message."""
_AS_PYTHON = {"yes": Action.DENY, "maybe": Action.WARN, "unknown": Action.AUDIT}
"""Is it Python? → the most that a rule about Python images may lead to."""

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
    return tuple(
        _Judge(plan, item, image, today, ceiling, keep_passes).result(is_first=not at)
        for item in plan.items
        for at, image in enumerate(_known(item.applicable, gathered))
    )


def _known(
    applicable: Applicable, gathered: Gathered
) -> Sequence[ImageProfile | Unavailable | None]:
    """What became known of an image on each platform; None where nothing had to be."""
    if applicable.reference is None:
        return (Unavailable(FailureKind.MALFORMED, applicable.problem),)
    known = gathered.get(applicable.reference)
    if known:
        return known
    if applicable.wanted.question.needs is Need.NONE:
        return (None,)
    return (Unavailable(FailureKind.TIMEOUT, "the registry did not answer in time"),)


class _Judge:
    """Puts the checks of one use to one image."""

    __slots__ = (
        "_ceiling",
        "_checks",
        "_image",
        "_keep_passes",
        "_place",
        "_reference",
        "_spoken",
        "_tables",
        "_today",
        "_undecided",
        "_use",
    )

    def __init__(
        self,
        plan: Plan,
        item: Planned,
        image: ImageProfile | Unavailable | None,
        today: date,
        ceiling: Action,
        keep_passes: bool,
    ) -> None:
        self._use, self._image, self._today, self._tables = item.use, image, today, plan.tables
        self._reference, self._checks = item.applicable.reference, item.applicable.checks
        self._undecided, self._place = item.applicable.undecided, plan.place
        self._spoken = plan.spoken
        self._ceiling, self._keep_passes = ceiling, keep_passes

    def result(self, *, is_first: bool) -> Result:
        """The result with every finding, equal ones told once.

        What holds of the use, whatever the platform, is told with the first result of it.
        """
        image, use = self._image, self._use
        known = image if isinstance(image, ImageProfile) else None
        findings = merged(self._findings(known))
        if isinstance(image, Unavailable):
            findings += merged(self._blind(image))
        if is_first and self._undecided:
            findings += tuple(map(self._undecidable, self._undecided))
        if known is None:
            return Result(use.name, use.image, None, None, findings)
        return Result(use.name, use.image, known.digest, known.platform, findings, known)

    def _findings(self, image: ImageProfile | None) -> list[Finding]:
        """What every check that can be put has to say; this loop is the hot path."""
        if self._reference is None:
            return []
        facts = Facts.of(self._use, self._reference, self._today, self._tables, image)
        windows = facts.is_windows
        python = facts.python.verdict if image is not None else "no"
        kept: Kept = self._spoken.of(facts) if image is not None else {}
        findings = []
        for check in self._checks:
            if image is None and not check.is_blind:
                continue
            rule = check.entry.rule
            if windows and not rule.windows:
                said: Verdict = Skip("does not apply to Windows")
            elif check.python_only and python == "no":
                said = Skip("not a Python image")
            else:
                try:
                    said = rule.check(facts) if image is None else say(rule, facts, kept)
                except Exception as error:  # a rule's bug is a finding, no crash and no pass
                    problem = f"the rule broke ({type(error).__name__})"
                    said = Unknown(problem, "Report it, with the image")
                    findings.append(self._unsure(check, Outcome.ERROR, said, python))
                    continue
            if said is None or type(said) is Skip:
                if self._keep_passes:
                    findings.append(_quiet(check, said))
            elif type(said) is Unknown:
                findings.append(self._unsure(check, Outcome.UNKNOWN, said, python))
            elif type(said) is Violation:
                findings.append(self._fail(check, said, python))
        return findings

    def _blind(self, lost: Unavailable) -> list[Finding]:
        """One finding for each policy that would have had to see the image."""
        policies = {
            check.policy.name: check.policy
            for check in self._checks
            if self._reference is None or not check.is_blind
        }
        return [self._unverified(policy, lost) for policy in policies.values()]

    def _fail(self, check: Check, violation: Violation, python: str) -> Finding:
        action = check.entry.action
        raised = violation.raise_to
        if raised is not None and (action is not Action.AUDIT or raised is Action.WARN):
            action = strictest(action, raised)
        if violation.ceiling is not None:
            action = weakest(action, violation.ceiling)
        problem = violation.problem
        if check.python_only and python != "yes":
            action = weakest(action, _AS_PYTHON[python])
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

    def _unsure(self, check: Check, outcome: Outcome, unknown: Unknown, python: str) -> Finding:
        rule = check.entry.rule
        action = check.policy.spec.on_unknown.weigh(check.entry.action)
        return self._finding(
            check.policy,
            rule.id,
            weakest(action, _AS_PYTHON[python]) if check.python_only else action,
            outcome,
            Severity.of(rule.action),
            Violation(unknown.problem, unknown.fix, confidence=0),
            unknown.problem,
        )

    def _unverified(self, policy: Policy, lost: Unavailable) -> Finding:
        problem = f"could not inspect the image ({shown(lost.detail, 120)}); policy not evaluated"
        fix = "Check the reference, pull secret and registry"
        return self._lost(policy, policy.spec.failure_actions.weigh(lost.kind), problem, fix)

    def _undecidable(self, policy: Policy) -> Finding:
        """The policy may be about the image or not: neither is taken for granted."""
        namespace = shown(self._place.namespace or "", _MAX_NAME)
        problem = (
            f"could not read the labels of namespace {namespace}; "
            f"policy {shown(policy.name, _MAX_NAME)} not evaluated"
        )
        fix = "Let slimgate read namespaces; for check, add the Namespace with -f"
        return self._lost(policy, policy.spec.failure_actions.default, problem, fix)

    def _lost(self, policy: Policy, action: Action, problem: str, fix: str) -> Finding:
        said = Violation(problem, fix, confidence=0)
        return self._finding(
            policy, UNVERIFIED, action, Outcome.UNKNOWN, Severity.MEDIUM, said, problem
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
            action=weakest(action, policy.spec.ceiling, self._ceiling),
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
        reference = self._reference
        if reference is None:
            return finding
        exemption = policy.exemption(reference, finding.rule, self._today)
        if exemption is None:
            return finding
        message, action = f"exempt: {shown(exemption.reason, 80)}", Action.AUDIT
        remedy = "Mend it all the same"
        if exemption.expires is not None:
            left = (exemption.expires - self._today).days
            days = f"{left} day{'s' if left > 1 else ''} left" if left else "today is the last day"
            remedy = f"Mend it by {exemption.expires} ({days})"
            action = Action.WARN if left <= EXPIRY_NOTICE else Action.AUDIT
        if exemption.owner is not None:
            remedy = f"{remedy}, or ask {shown(exemption.owner)}"
        capped = weakest(action, policy.spec.ceiling, self._ceiling)
        return msgspec.structs.replace(
            finding,
            action=capped,
            outcome=Outcome.SKIP,
            message=message,
            remedy=remedy,
            is_exempt=True,
        )


def _quiet(check: Check, said: Skip | None) -> Finding:
    """A pass or a skip, which is told only to those who asked for all."""
    return Finding(
        policies=(check.policy.name,),
        rule=check.entry.rule.id,
        action=check.entry.action if said is None else Action.AUDIT,
        outcome=Outcome.PASS if said is None else Outcome.SKIP,
        severity=Severity.of(check.entry.rule.action),
        confidence=100,
        message="" if said is None else said.reason,
        remedy="",
    )
