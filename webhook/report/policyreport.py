"""Verdicts as report objects of a cluster: for each namespace what is wrong in it, and no more.

PolicyReport (wgpolicyk8s.io/v1alpha2) and Report (openreports.io/v1alpha1) have the same summary and
the same results, so what is made here is either: who writes it says which, and who owns it.
Source: the schemas of both, kyverno's ``config/crds/policyreport`` and openreports' ``config/crd``.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.rule import Action
from webhook.profile.printable import cut
from webhook.services.judged import Judged, Named

MAX_RESULTS = 1000
"""Results in one object."""
MAX_BYTES = 900_000
"""JSON of the results in one object: etcd takes 1.5 MB, and the API server adds to what it is sent."""
_MAX_TEXT = 512
"""Characters of one value, most of which are others' words."""
_SOURCE = "slimgate"
_CATEGORY = "Container images"
_WORDS = ("pass", "fail", "warn", "error", "skip")
_COUNTED = {Outcome.PASS: "pass", Outcome.SKIP: "skip"}
"""Outcomes that are no violation."""
_ENCODER = msgspec.json.Encoder()

Report = dict[str, Any]
"""``metadata``, ``summary`` and ``results`` of an object."""


class Origin(msgspec.Struct, frozen=True):
    """Where reports come from."""

    release: str
    """Name of the release's webhook configuration; empty for what belongs to no release."""
    policy_set: str
    """Hash of the policies that were applied."""
    at: datetime
    """When they were, in UTC."""

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits for the release: its name may be too long for a label."""
        return sha256(self.release.encode()).hexdigest()[:12]

    @property
    def labels(self) -> dict[str, str]:
        """What all reports of the release have, and no others."""
        return {"app.kubernetes.io/managed-by": _SOURCE, "slimgate.dev/release": self.key}


def reports(judged: Iterable[Judged], origin: Origin) -> Iterator[Report]:
    """The reports of every namespace in which something is wrong.

    The same verdicts make the same reports under the same names, whatever order they come in; only
    the time differs. Equal results are told once, and images by themselves not at all.
    """
    namespaces: dict[str, list[Judged]] = {}
    for item in judged:
        if item.workload is not None and item.workload.namespace:
            namespaces.setdefault(item.workload.namespace, []).append(item)
    for namespace in sorted(namespaces):
        rows, others = _rows(namespaces[namespace], origin.at)
        for number, part in enumerate(_parts(rows)):
            # What is only counted is counted once, in the first of several.
            yield _report(f"{namespace}/slimgate-{origin.key}-{number}", part, others, origin)
            others = Counter()


def _rows(items: Iterable[Judged], at: datetime) -> tuple[dict[bytes, Report], Counter[str]]:
    """Results by their JSON, in its order, and counts of what is no violation."""
    found: dict[bytes, Report] = {}
    others: Counter[str] = Counter()
    for item in items:
        for result in item.results:
            for finding in result.findings:
                if (word := _COUNTED.get(finding.outcome)) is not None:
                    others[word] += 1
                elif item.workload is not None:
                    row = _row(item.workload, result, finding, at)
                    found[_ENCODER.encode(row)] = row
    return dict(sorted(found.items())), others


def _parts(rows: dict[bytes, Report]) -> Iterator[list[Report]]:
    """The rows in as many parts as the limits ask for; none when there are none."""
    part: list[Report] = []
    size = 0
    for encoded, row in rows.items():
        if part and (len(part) == MAX_RESULTS or size + len(encoded) + 1 > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(row)
        size += len(encoded) + 1
    if part:
        yield part


def _report(place: str, rows: list[Report], others: Counter[str], origin: Origin) -> Report:
    namespace, _, name = place.partition("/")
    counts = others + Counter(row["result"] for row in rows)
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": origin.labels,
            "annotations": {
                "slimgate.dev/release": origin.release,
                "slimgate.dev/policies": origin.policy_set,
            },
        },
        "summary": {word: counts[word] for word in _WORDS},
        "results": rows,
    }


def _row(workload: Named, result: Result, finding: Finding, at: datetime) -> Report:
    resource = {
        "kind": workload.kind,
        "namespace": workload.namespace,
        "name": workload.name,
    }
    return {
        "resources": [resource],
        "source": _SOURCE,
        "category": _CATEGORY,
        "policy": cut(",".join(finding.policies), _MAX_TEXT),
        "rule": finding.rule,
        "result": _word(finding),
        "severity": finding.severity.value,
        "message": cut(finding.message, _MAX_TEXT),
        "properties": _properties(result, finding),
        "timestamp": {"seconds": int(at.timestamp()), "nanos": 0},
    }


def _word(finding: Finding) -> str:
    if finding.outcome is Outcome.ERROR:
        return "error"
    denies = finding.outcome is Outcome.FAIL and finding.action is Action.DENY
    return "fail" if denies else "warn"


def _properties(result: Result, finding: Finding) -> dict[str, str]:
    """What the schema has no place for; its values are texts."""
    said = {
        "container": result.container,
        "image": result.image,
        "digest": result.digest,
        "platform": result.platform,
        "action": finding.action.value,
        "outcome": finding.outcome.value,
        "confidence": str(finding.confidence),
        "remedy": finding.remedy,
    }
    return {name: cut(value, _MAX_TEXT) for name, value in said.items() if value}
