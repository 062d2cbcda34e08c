"""The output contract: keys, counts, and null for what is not known."""

import json
from typing import Any

import pytest

from tests.report.verdicts import API, WEB, finding, judged
from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.rule import Action
from webhook.report.data import summary, verdicts
from webhook.report.stream import json_pieces
from webhook.services.judged import Judged


def told(*items: Judged) -> dict[str, Any]:
    """What ``-o json`` says."""
    read: dict[str, Any] = json.loads("".join(json_pieces(verdicts(items))))
    return read


def test_a_result_has_every_key_and_null_for_what_is_not_known():
    (bare,) = told(Judged("deploy.yaml:1", None, (Result("", API, None, None, ()),)))["results"]
    assert bare == {
        "target": "deploy.yaml:1",
        "workload": None,
        "container": None,
        "image": API,
        "digest": None,
        "platform": None,
        "journey": None,
        "allowed": True,
        "findings": [],
    }
    (full,) = told(judged(finding(Action.DENY), workload=WEB))["results"]
    assert full["workload"] == {"kind": "Deployment", "namespace": "shop", "name": "web"}
    assert (full["container"], full["allowed"]) == ("web", False)


def test_a_finding_is_told_in_the_words_of_the_contract():
    (result,) = told(judged(finding(Action.WARN)))["results"]
    assert result["findings"] == [
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
    counted = summary([judged(*found)])
    assert tuple(counted.values()) == (1, *counts)
    assert list(counted) == ["workloads", "allowed", "denied", "warned", "incomplete"]
