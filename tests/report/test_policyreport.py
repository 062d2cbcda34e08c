"""Verdicts as PolicyReports and OpenReports."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.report.policyreport import MAX_BYTES, MAX_RESULTS, Origin, reports
from webhook.services.judged import Judged, Named

AT = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)
ORIGIN = Origin("slimgate.guard", "0a1b2c3d4e5f", AT)
DIGEST = f"sha256:{'a' * 64}"
TEXT = {"type": "string"}
TEXTS = {"type": "object", "additionalProperties": TEXT}
COUNT = {"type": "integer", "minimum": 0}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["metadata", "summary", "results"],
    "properties": {
        "metadata": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "name": {"pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"},
                "namespace": TEXT,
                "labels": {
                    "additionalProperties": {"pattern": "^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62})$"}
                },
                "annotations": TEXTS,
            },
        },
        "summary": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(("pass", "fail", "warn", "error", "skip"), COUNT),
        },
        "results": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["policy"],
                "properties": {
                    **dict.fromkeys(("category", "message", "policy", "rule", "source"), TEXT),
                    "properties": TEXTS,
                    "resources": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "properties": dict.fromkeys(("kind", "namespace", "name"), TEXT),
                        },
                    },
                    "result": {"enum": ["pass", "fail", "warn", "error", "skip"]},
                    "severity": {"enum": ["critical", "high", "medium", "low", "info"]},
                    "timestamp": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["nanos", "seconds"],
                        "properties": {
                            "nanos": {"type": "integer"},
                            "seconds": {"type": "integer"},
                        },
                    },
                },
            },
        },
    },
}
"""What the schemas of both kinds have in common, and nothing that they would prune."""


def finding(
    rule: str = "run-as-root", action: Action = Action.DENY, outcome: Outcome = Outcome.FAIL
) -> Finding:
    return Finding(("team", "base"), rule, action, outcome, Severity.HIGH, 90, "It is root", "Mend")


def judged(*findings: Finding, name: str = "web", namespace: str = "shop", **of: Any) -> Judged:
    of = {"container": "app", "image": "api:1", "digest": DIGEST, "platform": "linux/amd64"} | of
    result = Result(**of, findings=findings)
    return Judged("x", Named("Deployment", namespace, name), (result,))


def made(*items: Judged, origin: Origin = ORIGIN) -> list[dict[str, Any]]:
    found = list(reports(items, origin))
    for report in found:
        jsonschema.validate(report, SCHEMA)
    return found


def test_a_violation_is_told_with_all_that_the_schema_has_a_place_for():
    (report,) = made(judged(finding()))
    assert report["results"] == [
        {
            "source": "slimgate",
            "category": "Container images",
            "policy": "team,base",
            "rule": "run-as-root",
            "result": "fail",
            "severity": "high",
            "message": "It is root",
            "resources": [{"kind": "Deployment", "namespace": "shop", "name": "web"}],
            "properties": {
                "container": "app",
                "image": "api:1",
                "digest": DIGEST,
                "platform": "linux/amd64",
                "action": "deny",
                "outcome": "fail",
                "confidence": "90",
                "remedy": "Mend",
            },
            "timestamp": {"seconds": int(AT.timestamp()), "nanos": 0},
        }
    ]


def test_what_is_not_known_of_an_image_is_left_out():
    (report,) = made(judged(finding(), digest=None, platform=None))
    assert not {"digest", "platform"} & report["results"][0]["properties"].keys()


def test_a_report_says_whose_it_is():
    (report,) = made(judged(finding()))
    metadata = report["metadata"]
    assert metadata == {
        "name": f"slimgate-{ORIGIN.key}-0",
        "namespace": "shop",
        "labels": {
            "app.kubernetes.io/managed-by": "slimgate",
            "slimgate.dev/release": ORIGIN.key,
        },
        "annotations": {
            "slimgate.dev/release": "slimgate.guard",
            "slimgate.dev/policies": "0a1b2c3d4e5f",
        },
    }


@pytest.mark.parametrize("release", ["", f"{'r' * 63}.{'n' * 63}"])
def test_any_name_of_a_release_makes_labels_and_names(release: str):
    origin = Origin(release, "0a1b2c3d4e5f", AT)
    (report,) = made(judged(finding()), origin=origin)
    assert report["metadata"]["labels"] == origin.labels
    assert origin.key != ORIGIN.key


@pytest.mark.parametrize(
    ("outcome", "action", "word"),
    [
        (Outcome.FAIL, Action.DENY, "fail"),
        (Outcome.FAIL, Action.WARN, "warn"),
        (Outcome.FAIL, Action.AUDIT, "warn"),
        (Outcome.UNKNOWN, Action.DENY, "warn"),
        (Outcome.UNKNOWN, Action.AUDIT, "warn"),
        (Outcome.ERROR, Action.AUDIT, "error"),
    ],
)
def test_outcomes_in_the_words_of_reports(outcome: Outcome, action: Action, word: str):
    (report,) = made(judged(finding(outcome=outcome, action=action)))
    assert report["results"][0]["result"] == word
    assert {name for name, count in report["summary"].items() if count} == {word}


def test_what_passed_or_was_skipped_is_only_counted():
    passed, skipped = finding(outcome=Outcome.PASS), finding(outcome=Outcome.SKIP)
    (report,) = made(judged(passed, skipped, finding()), judged(passed, name="other"))
    assert len(report["results"]) == 1
    assert report["summary"] == {"pass": 2, "fail": 1, "warn": 0, "error": 0, "skip": 1}


def test_a_clean_namespace_has_no_report():
    assert made(judged(finding(outcome=Outcome.PASS)), judged()) == []


def test_each_namespace_has_its_own():
    items = (judged(finding(), namespace=name) for name in ("shop", "bank", "shop"))
    assert [report["metadata"]["namespace"] for report in made(*items)] == ["bank", "shop"]


def test_images_by_themselves_are_in_no_namespace():
    assert made(Judged("api:1", None, judged(finding()).results)) == []


def test_the_same_verdicts_make_the_same_reports_in_any_order():
    items = [judged(finding(rule), name=name) for rule in "abc" for name in ("web", "jobs")]
    before = made(*items)
    random.Random(7).shuffle(items)
    assert made(*items) == before
    later = Origin(ORIGIN.release, ORIGIN.policy_set, AT + timedelta(hours=1))
    (after,) = made(*items, origin=later)
    for row in after["results"]:
        row["timestamp"] = before[0]["results"][0]["timestamp"]
    assert [after] == before


def test_pods_of_one_workload_that_differ_are_told_apart_only_where_it_shows():
    rows = made(judged(finding()), judged(finding()), judged(finding(), image="api:2"))
    assert [row["properties"]["image"] for row in rows[0]["results"]] == ["api:1", "api:2"]


def test_five_thousand_results_in_a_namespace_are_split():
    found = made(
        *(judged(finding(), name=f"web-{number}") for number in range(5000)),
        judged(finding(outcome=Outcome.PASS)),
    )
    assert len(found) >= 5
    names = [report["metadata"]["name"] for report in found]
    assert names == [f"slimgate-{ORIGIN.key}-{number}" for number in range(len(found))]
    told = [row["resources"][0]["name"] for report in found for row in report["results"]]
    assert sorted(told) == sorted(f"web-{number}" for number in range(5000))
    assert sum(report["summary"]["fail"] for report in found) == 5000
    assert sum(report["summary"]["pass"] for report in found) == 1
    for report in found:
        assert len(report["results"]) <= MAX_RESULTS
        assert len(json.dumps(report)) < 1_000_000


def test_results_of_the_longest_words_stay_below_the_limit_of_etcd():
    """Whatever a Pod writes for an image, and a registry for a platform."""
    endless = "\u00fc" * 2_000_000
    items = (
        judged(finding(), name=f"w{number}", image=endless, platform=endless)
        for number in range(2 * MAX_RESULTS)
    )
    found = made(*items)
    sizes = [len(json.dumps(report["results"], separators=(",", ":"))) for report in found]
    assert len(found) > 2
    assert max(sizes) <= MAX_BYTES + 1
    assert sum(len(report["results"]) for report in found) == 2 * MAX_RESULTS
