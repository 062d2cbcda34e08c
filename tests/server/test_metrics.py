"""Findings are counted by namespace, and labels stay bounded."""

import re

from webhook.kube.admission import AdmissionRequest, AdmissionResponse
from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.server.metrics import MAX_NAMESPACES, Metrics
from webhook.services.answer import Decision
from webhook.services.review import Reviewed

SERIES = re.compile(r"^slimgate_findings_total\{(.*)\} (\S+)$", re.MULTILINE)


def finding(rule: str = "run-as-root", outcome: Outcome = Outcome.FAIL) -> Finding:
    return Finding(("team",), rule, Action.DENY, outcome, Severity.HIGH, 90, "Bad", "Mend")


def reviewed(namespace: str, *findings: Finding) -> Reviewed:
    return Reviewed(
        AdmissionRequest("0-1", namespace=namespace),
        None,
        Decision.DENY,
        (Result("app", "api:1", None, "linux/amd64", findings),),
        "0a1b2c3d4e5f",
        AdmissionResponse("0-1", False),
    )


def counted(metrics: Metrics) -> dict[str, float]:
    """Findings by their labels."""
    text = metrics.exposition(True).decode()
    return {labels: float(value) for labels, value in SERIES.findall(text)}


def by_namespace(metrics: Metrics) -> dict[str, float]:
    found = ((re.search(r'namespace="([^"]*)"', k), v) for k, v in counted(metrics).items())
    return {match[1]: value for match, value in found if match}


def test_findings_are_counted_by_rule_action_outcome_and_namespace():
    metrics = Metrics("0")
    metrics.reviewed(reviewed("shop", finding(), finding("floating-tag")), 0.01)
    metrics.reviewed(reviewed("bank", finding()), 0.01)
    metrics.reviewed(reviewed("shop", finding(), finding(outcome=Outcome.PASS)), 0.01)
    labels = 'action="deny",namespace="{}",outcome="fail",rule="{}"'
    assert counted(metrics) == {
        labels.format("shop", "run-as-root"): 2,
        labels.format("shop", "floating-tag"): 1,
        labels.format("bank", "run-as-root"): 1,
    }


def test_namespaces_beyond_the_limit_are_counted_together():
    metrics = Metrics("0")
    for _ in range(2):
        for number in range(MAX_NAMESPACES + 50):
            metrics.reviewed(reviewed(f"n{number}", finding()), 0.01)
    found = by_namespace(metrics)
    assert len(found) == MAX_NAMESPACES + 1
    assert (found["n0"], found[f"n{MAX_NAMESPACES - 1}"], found["other"]) == (2, 2, 100)


def test_a_namespace_without_findings_takes_nobodys_place():
    metrics = Metrics("0")
    for number in range(MAX_NAMESPACES + 50):
        metrics.reviewed(reviewed(f"n{number}", finding(outcome=Outcome.PASS)), 0.01)
    metrics.reviewed(reviewed("shop", finding()), 0.01)
    assert by_namespace(metrics) == {"shop": 1}


def test_what_can_be_no_namespace_is_no_label():
    metrics = Metrics("0")
    metrics.reviewed(reviewed("x" * 1_000_000, finding()), 0.01)
    assert by_namespace(metrics) == {"other": 1}


def test_the_help_says_that_there_is_a_limit():
    text = Metrics("0").exposition(True).decode()
    (line,) = [line for line in text.splitlines() if line.startswith("# HELP slimgate_findings_t")]
    assert f"first {MAX_NAMESPACES} namespaces" in line
    assert "other" in line
