"""The verdict on one workload, or on an image by itself: what check and audit come to. Pure."""

import msgspec

from webhook.kube.workload import Workload
from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action


class Named(msgspec.Struct, frozen=True, gc=False):
    """A workload by its name, without anything that is in it."""

    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, workload: Workload) -> "Named":
        """The name of a workload."""
        return cls(workload.kind, workload.namespace, workload.name)


class Judged(msgspec.Struct, frozen=True):
    """A workload judged as the Pods that it makes, or an image."""

    target: str
    """What the person typed, or where it was found: an image, ``FILE:LINE``, ``Deployment a/b``."""
    workload: Named | None
    """None for an image by itself."""
    results: tuple[Result, ...]
    file: str = ""
    """Where the workload stands, if it is in a file."""
    line: int = 0
    """From 1; 0 when there is no file."""
    pods: int = 1
    """Pods that run like this; 0 for a controller that has none, 1 for a file and for an image."""

    @property
    def allowed(self) -> bool:
        """Whether the Pods it makes would be admitted."""
        return all(result.allowed for result in self.results)

    @property
    def warns(self) -> bool:
        """Whether there is at least one warning."""
        return any(
            finding.action is Action.WARN and finding.outcome is not Outcome.PASS
            for result in self.results
            for finding in result.findings
        )

    @property
    def is_incomplete(self) -> bool:
        """Whether something that counts could not be known, or a rule broke."""
        return any(is_open(finding) for result in self.results for finding in result.findings)


def is_open(finding: Finding) -> bool:
    """An image that could not be read leaves everything open; a rule that could not be answered
    leaves open what the policy makes of it, which for a record is nothing."""
    if finding.outcome is Outcome.UNKNOWN:
        return finding.action is not Action.AUDIT or finding.rule == UNVERIFIED
    return finding.outcome is Outcome.ERROR
