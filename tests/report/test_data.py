"""The output contract: keys, counts, and null for what is not known."""

import json

import pytest
import yaml

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.profile import Evidence, Source
from webhook.report.data import as_json, as_yaml, summary, verdicts
from webhook.services.judged import Judged, Named

EVIDENCE = Evidence(Source.HISTORY, "musl", 90, "ADD alpine-minirootfs")
WEB = Named("Deployment", "shop", "web")


def finding(
    action: Action, outcome: Outcome = Outcome.FAIL, rule: str = "musl-python-base"
) -> Finding:
    return Finding(
        policies=("team", "other"),
        rule=rule,
        action=action,
        outcome=outcome,
        severity=Severity.HIGH,
        confidence=90,
        message="it is so",
        remedy="Do so",
        evidence=(EVIDENCE,),
    )


def judged(*findings: Finding, workload: Named | None = None) -> Judged:
    digest, platform = ("sha256:00", "linux/amd64") if findings else (None, None)
    container = "web" if workload else ""
    result = Result(container, "ghcr.io/acme/api:1", digest, platform, findings)
    return Judged("deploy.yaml:1", workload, (result,))


def test_a_result_has_every_key_and_null_for_what_is_not_known():
    (bare,) = verdicts([judged()])["results"]
    assert bare == {
        "target": "deploy.yaml:1",
        "workload": None,
        "container": None,
        "image": "ghcr.io/acme/api:1",
        "digest": None,
        "platform": None,
        "journey": None,
        "allowed": True,
        "findings": [],
    }
    (full,) = verdicts([judged(finding(Action.DENY), workload=WEB)])["results"]
    assert full["workload"] == {"kind": "Deployment", "namespace": "shop", "name": "web"}
    assert (full["container"], full["allowed"]) == ("web", False)


def test_a_finding_is_told_in_the_words_of_the_contract():
    told = json.loads(as_json(verdicts([judged(finding(Action.WARN))])))
    assert told["results"][0]["findings"] == [
        {
            "policies": ["team", "other"],
            "rule": "musl-python-base",
            "action": "warn",
            "outcome": "fail",
            "severity": "high",
            "confidence": 90,
            "message": "it is so",
            "remedy": "Do so",
            "evidence": [
                {
                    "source": "history",
                    "says": "musl",
                    "weight": 90,
                    "detail": "ADD alpine-minirootfs",
                }
            ],
        }
    ]


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        ((), (1, 0, 0, 0)),
        ((finding(Action.DENY),), (0, 1, 0, 0)),
        ((finding(Action.WARN),), (1, 0, 1, 0)),
        ((finding(Action.AUDIT),), (1, 0, 0, 0)),
        ((finding(Action.DENY, Outcome.PASS),), (1, 0, 0, 0)),
        ((finding(Action.WARN, Outcome.UNKNOWN),), (1, 0, 1, 1)),
        ((finding(Action.AUDIT, Outcome.UNKNOWN),), (1, 0, 0, 0)),
        ((finding(Action.AUDIT, Outcome.UNKNOWN, "image-unverified"),), (1, 0, 0, 1)),
        ((finding(Action.DENY, Outcome.ERROR),), (0, 1, 0, 1)),
    ],
)
def test_the_summary_counts_subjects(found: tuple[Finding, ...], counts: tuple[int, ...]):
    told = summary([judged(*found)])
    assert tuple(told.values()) == (1, *counts)
    assert list(told) == ["workloads", "allowed", "denied", "warned", "incomplete"]


def test_yaml_says_what_json_says():
    told = verdicts([judged(finding(Action.DENY), workload=WEB)])
    assert yaml.safe_load(as_yaml(told)) == json.loads(as_json(told))
