"""Findings: what a check found, and how much it weighs.

``Action``, ``Outcome`` and ``Severity`` are the words of the output contract; outcomes are those of
PolicyReport.
"""

from enum import IntEnum, StrEnum
from typing import Self

import msgspec

from webhook.policy.rule import Action, strictest
from webhook.profile import Evidence, ImageProfile, Journey


class Outcome(StrEnum):
    """What came of one check (PolicyReport's results, with ``unknown`` of its own)."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """It could not be known."""
    SKIP = "skip"
    """The rule does not apply, or an exemption does."""
    ERROR = "error"
    """The rule itself broke."""


class Severity(StrEnum):
    """How grave the catalogue holds a rule, whatever a policy makes of it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @classmethod
    def of(cls, action: Action) -> Self:
        """Deny by default is high, warn medium, audit low."""
        return cls({Action.DENY: "high", Action.WARN: "medium", Action.AUDIT: "low"}[action])


class Certainty(IntEnum):
    """Words for confidences (rules.md 1.0)."""

    LOW = 0
    MEDIUM = 60
    HIGH = 85
    CERTAIN = 100


class Finding(msgspec.Struct, frozen=True):
    """One thing that is to be said about one image of one container."""

    policies: tuple[str, ...]
    """Every policy that asked for it."""
    rule: str
    """The rule's id; ``image-unverified`` when the image could not be read."""
    action: Action
    """The effective one, after mode, confidence and exemptions."""
    outcome: Outcome
    severity: Severity
    confidence: int
    """0 to 100."""
    message: str
    """The problem, one line of printable ASCII."""
    remedy: str
    """What to do about it, likewise."""
    evidence: tuple[Evidence, ...] = ()

    is_exempt: bool = False
    """Whether the rule is broken, and an exemption lets it through."""

    @property
    def is_problem(self) -> bool:
        """Whether it weighs what its action says: it failed, broke, or could not be known."""
        return self.outcome not in (Outcome.PASS, Outcome.SKIP)

    @property
    def denies(self) -> bool:
        """Whether this finding alone is enough to deny: what passed or was skipped never is."""
        return self.action is Action.DENY and self.is_problem

    @property
    def word(self) -> str:
        """How what is told of it begins: its action, or that it was skipped."""
        return self.action.value if self.outcome is not Outcome.SKIP else "skip"

    @property
    def words(self) -> tuple[str, Action, Outcome, str, str]:
        """All that is told of it, by which equal ones are one."""
        return self.rule, self.action, self.outcome, self.message, self.remedy


class Result(msgspec.Struct, frozen=True):
    """All findings about one image, used by one container, on one platform."""

    container: str
    """Empty for an image by itself."""
    image: str
    """The reference as written."""
    digest: str | None
    """Digest of the platform's manifest; None when it was not needed or could not be known."""
    platform: str | None
    """None when nothing platform-specific was looked at."""
    findings: tuple[Finding, ...]
    profile: ImageProfile | None = None
    """What the image is; None where nothing of it had to be known, or could be."""

    @property
    def journey(self) -> Journey | None:
        """On which step a Python image stands; None for others, and where it is not known."""
        image = self.profile
        return image.journey if image is not None and image.is_python else None

    @property
    def allowed(self) -> bool:
        """Whether nothing here denies."""
        return not any(finding.denies for finding in self.findings)


def merged(findings: list[Finding]) -> tuple[Finding, ...]:
    """Equal findings of several policies as one: all their names, the strictest action."""
    if len(findings) < 2:
        return tuple(findings)
    told: dict[tuple[str, Outcome, str, str], Finding] = {}
    for finding in findings:
        key = (finding.rule, finding.outcome, finding.message, finding.remedy)
        before = told.get(key)
        if before is not None:
            finding = msgspec.structs.replace(
                before,
                policies=tuple(dict.fromkeys(before.policies + finding.policies)),
                action=strictest(before.action, finding.action),
            )
        told[key] = finding
    return tuple(told.values())
