"""Results as plain values, in the shapes of the output contract.

Scripts rely on these keys: nothing is renamed or left out, what is not known is null.
"""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from webhook.policy.finding import Finding, Result
from webhook.profile import Evidence, ImageProfile, Journey
from webhook.profile.contents import Contents
from webhook.services.inspect import Inspected
from webhook.services.judged import Judged


def as_json(value: object) -> str:
    """``value`` as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def verdicts(judged: Collection[Judged]) -> dict[str, Any]:
    """``check -o json``, for ``stream``: the results are made as they are asked for."""
    return {
        "summary": summary(judged),
        "results": (result_data(item, result) for item in judged for result in item.results),
    }


def summary(judged: Collection[Judged]) -> dict[str, int]:
    """Counts of workloads, or of images where only images were given."""
    allowed = sum(item.allowed for item in judged)
    return {
        "workloads": len(judged),
        "allowed": allowed,
        "denied": len(judged) - allowed,
        "warned": sum(item.allowed and item.warns for item in judged),
        "incomplete": sum(item.is_incomplete for item in judged),
    }


def result_data(judged: Judged, result: Result) -> dict[str, Any]:
    """One of ``results``."""
    return {
        "target": judged.target,
        "workload": judged.workload and msgspec.structs.asdict(judged.workload),
        "container": result.container or None,
        "image": result.image,
        "digest": result.digest,
        "platform": result.platform,
        "allowed": result.allowed,
        "journey": result.journey and _journey(result.journey),
        "findings": [finding_data(finding) for finding in result.findings],
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """One of ``findings``."""
    return {
        "policies": finding.policies,
        "rule": finding.rule,
        "action": finding.action,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "remedy": finding.remedy,
        "evidence": _evidence(finding.evidence),
    }


def _evidence(evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    return [
        {"source": item.source, "says": item.says, "weight": item.weight, "detail": item.detail}
        for item in evidence
    ]


_FOUND = ("caches", "bytecode", "tests", "leaks", "secrets", "venvs", "lockfiles")
"""Kinds of findings that are told file by file; programs and packages are too many."""


def _contents(contents: Contents) -> dict[str, Any]:
    """What a look into the layers found: how far it went, and what is there."""
    return {
        "looked": contents.looked,
        "blind": contents.blind or None,
        "found": [
            {
                "kind": kind,
                "path": found.path,
                "layer": found.layer,
                "size": found.size,
                "what": found.what or None,
                "confidence": found.weight,
            }
            for kind in _FOUND
            for found in getattr(contents, kind)
        ],
    }


def _journey(journey: Journey) -> dict[str, Any]:
    return {
        "step": journey.step,
        "name": journey.name,
        "reasons": journey.reasons,
        "saves": journey.saves,
    }


def inspected(found: Inspected) -> dict[str, Any]:
    """``inspect -o json``."""
    return {
        "reference": found.reference.written,
        "digest": str(found.digest),
        "platforms": [_platform(profile) for profile in found.profiles],
    }


def _platform(image: ImageProfile) -> dict[str, Any]:
    runtime = image.runtime
    return {
        "platform": image.platform,
        "digest": image.digest,
        "config": {
            "user": runtime.user,
            "env": runtime.env,
            "entrypoint": runtime.entrypoint,
            "cmd": runtime.cmd,
            "workingDir": runtime.working_dir,
            "labels": runtime.labels,
            "created": runtime.created,
        },
        "profile": _profile(image),
    }


def _profile(image: ImageProfile) -> dict[str, Any]:
    python, libc, base, size = image.python, image.libc, image.base, image.size
    return {
        "python": {
            "verdict": python.verdict,
            "score": python.score,
            "version": python.version,
            "evidence": _evidence(python.evidence),
        },
        "libc": {
            "verdict": libc.verdict,
            "confidence": libc.confidence,
            "evidence": _evidence(libc.evidence),
        },
        "distro": image.distro and {"id": image.distro.id, "release": image.distro.release},
        "base": {
            "variant": base.variant,
            "reference": base.reference,
            "evidence": _evidence(base.evidence),
        },
        "journey": _journey(image.journey),
        "user": {"raw": image.user.raw, "uid": image.user.uid, "root": image.user.root},
        "contents": _contents(image.contents),
        "size": {
            "pull": size.pull,
            "unpacked": {
                "value": size.unpacked.value,
                "low": size.unpacked.low,
                "high": size.unpacked.high,
                "method": size.unpacked.method,
            },
            "layers": [
                {
                    "digest": layer.digest,
                    "mediaType": layer.media_type,
                    "size": layer.size,
                    "unpacked": layer.unpacked,
                    "createdBy": layer.created_by,
                }
                for layer in size.layers
            ],
        },
    }
