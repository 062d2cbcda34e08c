"""Verdicts as SARIF 2.1.0, for code scanning and for every other viewer of it.

Sources: SARIF 2.1.0 (OASIS Standard), and GitHub's "SARIF support for code scanning": a file of which
one result has no physical location is refused as a whole, so that what stands in no file is at a
relative URI that names it; ``kind`` and ``suppressions`` are not read there.
"""

from collections.abc import Collection, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from webhook.errors import InvalidReference
from webhook.oci import Reference
from webhook.policy.finding import Outcome
from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action
from webhook.policy.tables import Tables
from webhook.report.about import About
from webhook.report.said import Said, said, subject
from webhook.report.sarifrules import LEVELS, descriptors, places
from webhook.report.stream import json_pieces
from webhook.services.judged import Judged

MAX_RESULTS = 25_000
"""Results of one run: GitHub refuses a file with more."""
MAX_NOTIFICATIONS = 1_000
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"
_NONE = "none"
_ORDER = (*LEVELS.values(), _NONE)
"""Levels, gravest first."""


def sarif(judged: Collection[Judged], about: About, tables: Tables, code: int) -> Iterator[str]:
    """The log in pieces; ``code`` is the exit code of the command that writes it."""
    at = places()
    results = (_result(one, at) for one in _ranked(judged))
    driver = {
        "name": "slimgate",
        "semanticVersion": about.version,
        "rules": descriptors(tables),
    }
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The folder that slimgate ran in."}}
        },
        "results": islice(results, MAX_RESULTS),
        "invocations": _invocations(judged, about, code, at),
        "properties": {
            "what": about.what,
            "policies": about.policies,
            "policySet": about.policy_set,
            "asIfEnforced": about.preview,
        },
    }
    return json_pieces({"$schema": _SCHEMA, "version": "2.1.0", "runs": iter([run])})


def _ranked(judged: Collection[Judged]) -> Iterator[Said]:
    """All that is to be said, gravest first, without keeping any of it."""
    for level in _ORDER:
        for item in judged:
            yield from (one for one in said(item) if _level(one) == level)


def _kind(one: Said) -> str:
    """What a policy makes of not knowing is a failure; what it only records is left to people."""
    finding = one.finding
    if finding.outcome is Outcome.PASS:
        return "pass"
    if finding.outcome is Outcome.SKIP:
        return "fail" if one.finding.is_exempt else "notApplicable"
    return "fail" if _is_weighed(one) else "review"


def _is_weighed(one: Said) -> bool:
    return one.finding.outcome is Outcome.FAIL or one.finding.action is not Action.AUDIT


def _level(one: Said) -> str:
    """Section 3.27.10: whatever is no failure has no level."""
    return LEVELS[one.finding.action] if _kind(one) == "fail" else _NONE


def _result(one: Said, at: dict[str, int]) -> dict[str, Any]:
    finding, result = one.finding, one.result
    told: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in at:
        told["ruleIndex"] = at[finding.rule]
    told |= {
        "kind": _kind(one),
        "level": _level(one),
        "message": {"text": _message(one)},
        "locations": [_location(one)],
        "partialFingerprints": _fingerprints(one),
    }
    if one.finding.is_exempt:
        accepted = {"kind": "external", "status": "accepted", "justification": finding.message}
        told["suppressions"] = [accepted]
    told["properties"] = {
        "policies": finding.policies,
        "action": finding.action,
        "outcome": finding.outcome,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "container": result.container or None,
        "image": result.image,
        "digest": result.digest,
        "platforms": one.platforms,
    }
    return told


def _message(one: Said) -> str:
    """One sentence what, one what to do. Square brackets before round ones would be a link."""
    finding, container = one.finding, one.result.container
    where = f"{container} in {subject(one.item)}" if container else subject(one.item)
    sentences = (finding.message or "passed", finding.remedy)
    text = f"{where}: {' '.join(f'{each}.' for each in sentences if each)}"
    return text.replace("](", "] (")


def _location(one: Said) -> dict[str, Any]:
    line = one.item.line if one.item.file else 1
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(one),
            "region": {"startLine": line, "startColumn": 1, "endLine": line, "endColumn": 1},
        },
        "logicalLocations": list(_logical(one)),
    }


def _artifact(one: Said) -> dict[str, str]:
    """The file; else the workload or the image by its name, as a path that no repository has."""
    item = one.item
    if item.file:
        path = PurePath(item.file)
        if path.is_absolute():
            return {"uri": f"file://{_uri(path.as_posix())}"}
        return {"uri": _uri(path.as_posix()), "uriBaseId": _ROOT}
    workload = item.workload
    if workload is None:
        return {"uri": _uri(item.target)}
    return {"uri": _uri(f"{workload.namespace}/{workload.kind}/{workload.name}")}


def _uri(path: str) -> str:
    """A relative URI: an unescaped colon would make a scheme of what is before it."""
    return quote(path, safe="/@", errors="replace")


def _logical(one: Said) -> Iterator[dict[str, str]]:
    workload, result = one.item.workload, one.result
    if workload is not None:
        whole = f"{workload.namespace}/{workload.kind}/{workload.name}"
        yield {"name": workload.name, "fullyQualifiedName": whole, "kind": "resource"}
        container = f"{whole}/{result.container}"
        yield {"name": result.container, "fullyQualifiedName": container, "kind": "resource"}
    yield {"name": result.image, "fullyQualifiedName": result.image, "kind": "module"}


def _fingerprints(one: Said) -> dict[str, str]:
    """The same from run to run, whatever line it stands on and whatever tag the image has.

    GitHub goes by the hash of the line, which its action takes of files that there are, and
    complains about where it is set already.
    """
    item, result = one.item, one.result
    workload = item.workload
    who = (workload.kind, workload.namespace, workload.name) if workload else ("", "", "")
    parts = (one.finding.rule, *who, result.container, _repository(result.image), str(one.nth))
    digest = sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]
    prints = {"slimgateFinding/v1": digest}
    return prints if item.file else prints | {"primaryLocationLineHash": f"{digest[:16]}:1"}


def _repository(image: str) -> str:
    try:
        return Reference.parse(image).repository
    except InvalidReference:
        return image


def _invocations(
    judged: Collection[Judged], about: About, code: int, at: dict[str, int]
) -> Iterator[dict[str, Any]]:
    told = list(islice(_notifications(judged, at), MAX_NOTIFICATIONS))
    left = sum(1 for item in judged for _ in said(item)) - MAX_RESULTS
    if left > 0:
        text = f"{left} results are left out: no more than {MAX_RESULTS} are taken of a run."
        told.append({"level": "error", "message": {"text": text}})
    yield {
        # Where something could not be known, nobody may take the results for all there is.
        "executionSuccessful": not any(item.is_incomplete for item in judged),
        "exitCode": code,
        "startTimeUtc": about.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "toolExecutionNotifications": told,
    }


def _notifications(judged: Collection[Judged], at: dict[str, int]) -> Iterator[dict[str, Any]]:
    """What could not be known, and rules that broke."""
    for item in judged:
        for one in said(item):
            outcome, rule = one.finding.outcome, one.finding.rule
            if outcome not in (Outcome.UNKNOWN, Outcome.ERROR):
                continue
            is_grave = outcome is Outcome.ERROR or rule == UNVERIFIED
            yield {
                "level": "error" if is_grave else "warning",
                "message": {"text": _message(one)},
                "associatedRule": {"id": rule} | ({"index": at[rule]} if rule in at else {}),
                "locations": [_location(one)],
            }
