"""SARIF: valid by the official schema, and what GitHub asks for beside it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema.validators import validator_for

from tests.parts import made_by
from tests.report.verdicts import (
    ABOUT,
    API,
    BROKEN,
    DENIED,
    EXEMPT,
    OPEN,
    PASSED,
    POD,
    RECORDED,
    SKIPPED,
    UNREAD,
    WARNED,
    WEB,
    finding,
    judged,
    subjects,
)
from tests.tables import TABLES
from webhook.policy.finding import Finding, Result
from webhook.policy.rule import Action
from webhook.report.sarif import MAX_NOTIFICATIONS, MAX_RESULTS, sarif
from webhook.rules import CATALOGUE
from webhook.services.judged import Judged

SCRIPT = Path(__file__).parents[2] / ".ci" / "sarif-schema"


def run_of(*items: Judged, code: int = 1) -> dict[str, Any]:
    """The run that is written of some verdicts."""
    log = json.loads("".join(sarif(items, ABOUT, TABLES, code)))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.fixture(scope="module")
def validator() -> Any:
    """Of the official schema."""
    schema = json.loads((made_by(SCRIPT, "schema of SARIF") / "schema.json").read_text())
    return validator_for(schema)(schema)


def test_one_of_everything_is_valid(validator: Any):
    items = (POD, judged(DENIED), judged(DENIED, EXEMPT, workload=WEB), judged())
    validator.validate(json.loads("".join(sarif(items, ABOUT, TABLES, 3))))
    validator.validate(json.loads("".join(sarif((), ABOUT, TABLES, 0))))


@settings(max_examples=15)
@given(item=subjects)
def test_whatever_is_judged_is_valid(validator: Any, item: Judged):
    log = json.loads("".join(sarif((item,), ABOUT, TABLES, 1)))
    rules = log["runs"][0]["tool"]["driver"].pop("rules")
    validator.validate(log)
    results = log["runs"][0]["results"]
    for result in results:
        assert result["message"]["text"]
        assert "](" not in result["message"]["text"]
        (location,) = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert ":" not in uri.removeprefix("file://")
        if "ruleIndex" in result:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


@pytest.mark.parametrize(
    ("found", "kind", "level"),
    [
        (DENIED, "fail", "error"),
        (WARNED, "fail", "warning"),
        (RECORDED, "fail", "note"),
        (EXEMPT, "fail", "note"),
        (UNREAD, "fail", "error"),
        (BROKEN, "fail", "warning"),
        (OPEN, "review", "none"),
        (PASSED, "pass", "none"),
        (SKIPPED, "notApplicable", "none"),
    ],
)
def test_actions_are_levels_and_outcomes_are_kinds(found: Finding, kind: str, level: str):
    (result,) = run_of(judged(found))["results"]
    assert (result["kind"], result["level"]) == (kind, level)
    assert ("suppressions" in result) is (found is EXEMPT)


def test_an_exemption_is_an_accepted_suppression():
    (result,) = run_of(judged(EXEMPT))["results"]
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "exempt: drops privileges"}
    ]


def test_a_workload_is_where_it_stands_in_its_file():
    (result,) = run_of(judged(DENIED, workload=WEB, file="deploy/a b.yaml", line=7))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "deploy/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 1},
    }
    assert [each["fullyQualifiedName"] for each in location["logicalLocations"]] == [
        "shop/Deployment/web",
        "shop/Deployment/web/web",
        API,
    ]
    assert result["message"]["text"] == "web in Deployment shop/web: it is so. Do so."


@pytest.mark.parametrize(
    ("item", "uri"),
    [
        (judged(DENIED), "ghcr.io/acme/api%3A1"),
        (judged(DENIED, image="localhost:5000/api"), "localhost%3A5000/api"),
        (judged(DENIED, workload=WEB), "shop/Deployment/web"),
        (judged(DENIED, workload=WEB, file="/ci/x.yaml", line=1), "file:///ci/x.yaml"),
    ],
)
def test_what_stands_in_no_file_of_the_folder_has_a_name_and_no_base(item: Judged, uri: str):
    (result,) = run_of(item)["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def prints(item: Judged) -> list[dict[str, str]]:
    return [result["partialFingerprints"] for result in run_of(item)["results"]]


def test_a_finding_is_the_same_on_another_line_and_with_another_tag():
    before = judged(DENIED, workload=WEB, file="a.yaml", line=7)
    moved = judged(DENIED, workload=WEB, file="b.yaml", line=9, image="ghcr.io/acme/api:2")
    assert prints(before) == prints(moved)
    assert prints(before) != prints(judged(DENIED, workload=WEB, container="job", file="a.yaml"))


def test_two_findings_of_one_rule_are_told_apart():
    other = finding(Action.WARN, message="it is otherwise")
    first, second = prints(judged(DENIED, other))
    assert first != second


def test_only_what_stands_in_no_file_has_the_hash_that_github_makes_of_lines():
    (bare,) = prints(judged(DENIED))
    assert set(bare) == {"slimgateFinding/v1", "primaryLocationLineHash"}
    (standing,) = prints(judged(DENIED, workload=WEB, file="a.yaml", line=1))
    assert set(standing) == {"slimgateFinding/v1"}


def test_a_finding_on_two_platforms_is_one_result():
    results = tuple(Result("web", API, None, f"linux/{arch}", (DENIED,)) for arch in ("a", "b"))
    (result,) = run_of(Judged("x", WEB, results))["results"]
    assert result["properties"]["platforms"] == ["linux/a", "linux/b"]


def test_the_gravest_come_first_and_no_more_than_github_takes():
    many = [judged(RECORDED, WARNED) for _ in range(MAX_RESULTS // 2)]
    run = run_of(*many, judged(DENIED))
    assert len(run["results"]) == MAX_RESULTS
    assert run["results"][0]["level"] == "error"
    assert run["results"][-1]["level"] == "note"
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("1 results are left out")


def test_what_could_not_be_known_is_told_of_the_run():
    (invocation,) = run_of(judged(UNREAD, OPEN, BROKEN), code=3)["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)
    assert invocation["startTimeUtc"] == "2026-11-21T09:30:00Z"
    told = invocation["toolExecutionNotifications"]
    assert [(each["associatedRule"]["id"], each["level"]) for each in told] == [
        ("image-unverified", "error"),
        ("non-numeric-user", "warning"),
        ("image-size", "error"),
    ]
    (whole,) = run_of(judged(DENIED, OPEN))["invocations"]
    assert whole["executionSuccessful"] is True


def test_notifications_are_bounded():
    (invocation,) = run_of(*[judged(UNREAD)] * (MAX_NOTIFICATIONS + 1))["invocations"]
    assert len(invocation["toolExecutionNotifications"]) == MAX_NOTIFICATIONS


def test_every_rule_has_what_github_shows_of_it():
    rules = run_of()["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [*CATALOGUE, "image-unverified"]
    for rule in rules:
        assert rule["name"].isidentifier()
        for name in ("shortDescription", "fullDescription", "help"):
            assert len(rule[name]["text"]) > 0
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert 0 < len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["precision"] in ("very-high", "high")
        assert "helpUri" not in rule
