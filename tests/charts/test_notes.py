"""What Helm says after an installation: what to do next, by what was chosen."""

import pytest

from tests.charts.conftest import EXAMPLES, Notes


@pytest.mark.parametrize("example", EXAMPLES)
def test_they_say_what_is_guarded_and_how_to_try_it(notes: Notes, example: str) -> None:
    text = notes(example)
    assert text.startswith("slimgate answers for ")
    assert "--dry-run=server" in text
    assert "reason=FailedCreate" in text
    assert "<no value>" not in text


def test_they_begin_with_readiness(notes: Notes) -> None:
    assert "kubectl -n guard rollout status deployment/slimgate\n" in notes("namespaces")


@pytest.mark.parametrize(
    ("selection", "said"),
    [("optIn", "slimgate.dev/admission=enabled"), ("optOut", "slimgate.dev/admission=disabled")],
)
def test_in_scope_cluster_they_say_how_to_label(notes: Notes, selection: str, said: str) -> None:
    text = notes("cluster", {"clusterSelection": selection})
    assert f"kubectl label namespace NAME {said}\n" in text
    assert "kubectl label" not in notes("namespaces")


def test_all_policies_are_named(notes: Notes) -> None:
    values = {"policies": ["restricted"], "inlinePolicies": {"mine.yaml": "x"}}
    text = notes("existing-policies", values)
    assert "by restricted, mine.yaml, policies-from-git." in text


@pytest.mark.parametrize(
    ("example", "warning"),
    [
        ("inline-policies", "WARNING: with one replica"),
        ("cluster", "WARNING: with failurePolicy Fail"),
        ("cluster", "  kubectl delete validatingwebhookconfiguration slimgate.guard\n"),
        ("cluster", "WARNING: pullSecrets.enabled gives it the right to read every Secret"),
    ],
)
def test_they_warn_of_what_may_hurt(notes: Notes, example: str, warning: str) -> None:
    assert warning in notes(example)
    assert "WARNING" not in notes("namespaces")


def test_they_say_how_to_judge_what_runs_now(notes: Notes) -> None:
    text = notes("audit")
    assert "create job audit-now --from=cronjob/slimgate-audit\n" in text
    assert "get policyreports" in text
    assert "get policyreports" not in notes("audit", {"audit": {"reports": False}})
    assert "audit-now" not in notes("namespaces")
