"""From findings to an admission response, within the API server's limits. Pure."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

import msgspec

from webhook.kube.admission import AdmissionResponse, Status
from webhook.policy.finding import Outcome, Result
from webhook.policy.message import denial, lines, warnings
from webhook.policy.rule import Action

MAX_ANNOTATION = 8 * 1024
"""Bytes of the ``findings`` annotation."""
_MAX_DIGESTS = 40
_ENCODER = msgspec.json.Encoder()


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A finding as the annotation has it."""

    container: str
    platform: str | None
    rule: str
    action: Action
    outcome: Outcome
    confidence: int
    message: str
    policies: tuple[str, ...]


class Decision(StrEnum):
    """What became of a request, for annotations, logs and metrics."""

    ALLOW = "allow"
    WARN = "warn"
    DENY = "deny"


def answer(
    uid: str, results: Sequence[Result], policies: str
) -> tuple[Decision, AdmissionResponse]:
    """The decision and the response; ``policies`` is the hash of the policy set."""
    if not any(result.findings for result in results):
        annotations = _annotations(Decision.ALLOW, results, policies)
        return Decision.ALLOW, AdmissionResponse(uid, True, audit_annotations=annotations)
    said = lines(results)
    if all(result.allowed for result in results):
        told = warnings(said)
        decision = Decision.WARN if told else Decision.ALLOW
        annotations = _annotations(decision, results, policies)
        response = AdmissionResponse(uid, True, warnings=told, audit_annotations=annotations)
        return decision, response
    annotations = _annotations(Decision.DENY, results, policies)
    status = Status(denial(said), 403, "Forbidden")
    return Decision.DENY, AdmissionResponse(
        uid, False, status=status, audit_annotations=annotations
    )


def pending(uid: str, policies: str) -> AdmissionResponse:
    """The response to a review that is judged later: the log then has its ``uid``."""
    annotations = {"decision": Decision.ALLOW.value, "policies": policies, "pending": uid}
    return AdmissionResponse(uid, True, audit_annotations=annotations)


def _annotations(decision: Decision, results: Sequence[Result], policies: str) -> dict[str, str]:
    """Audit annotations; the API server puts the webhook's name in front of each key.

    Source: k8s.io/api/admission/v1, ``AuditAnnotations``.
    """
    annotations = {"decision": decision.value, "policies": policies}
    digests = {
        f"{result.container} {result.platform}": result.digest
        for result in results[:_MAX_DIGESTS]
        if result.digest is not None
    }
    if digests:
        annotations["digests"] = ",".join(f"{name}={value}" for name, value in digests.items())
    findings = _compact(results)
    if findings:
        annotations["findings"] = findings
    return annotations


def _compact(results: Sequence[Result]) -> str:
    """Findings as compact JSON: as many as fit, and how many did not."""
    rows = list(_rows(results))
    if not rows:
        return ""
    encoded = list(map(_ENCODER.encode, rows))
    room, kept = MAX_ANNOTATION - 40, 0
    for text in encoded:
        room -= len(text) + 1
        if room < 0:
            break
        kept += 1
    left = len(rows) - kept
    tail = [b'{"more":%d}' % left] if left else []
    return (b"[" + b",".join(encoded[:kept] + tail) + b"]").decode()


def _rows(results: Sequence[Result]) -> Iterator[_Row]:
    ranked = sorted(
        ((result, finding) for result in results for finding in result.findings),
        key=lambda pair: -pair[1].action.weight,
    )
    for result, finding in ranked:
        if finding.outcome is Outcome.PASS:
            continue
        yield _Row(
            result.container,
            result.platform,
            finding.rule,
            finding.action,
            finding.outcome,
            finding.confidence,
            finding.message,
            finding.policies,
        )
