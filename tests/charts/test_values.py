"""What the chart refuses, and that every value is explained."""

import json
import re
from collections.abc import Iterator

import pytest

from tests import chartdocs
from tests.charts.conftest import CHART, EXAMPLES, Json, Refused, Render

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
VALUES = chartdocs.values((CHART / "values.yaml").read_text())
OPEN = {
    *("resources.requests", "resources.limits", "nodeSelector", "affinity", "podLabels"),
    *("podAnnotations", "serviceAccount.annotations", "serviceMonitor.labels", "dashboard.labels"),
    *("prometheusRule.labels", "dashboard.annotations", "global"),
    *("audit.resources.requests", "audit.resources.limits"),
}
"""Objects whose keys are the user's, or Kubernetes' own."""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"tls": {"mode": "existingSecret", "caBundle": "Zm9v"}}, "set tls.existingSecret to"),
        ({"tls": {"mode": "existingSecret", "existingSecret": "x"}}, "set tls.caBundle to"),
        ({"tls": {"existingSecret": "x"}}, "mean nothing in tls.mode self"),
        ({"tls": {"mode": "certManager", "caBundle": "Zm9v"}}, "nothing in tls.mode certManager"),
        (
            {"tls": {"mode": "certManager"}, "webhook": {"url": "https://h/validate"}},
            "cert-manager's Secret is not where webhook.url is",
        ),
        ({"policies": []}, "the webhook would look at nothing: set policies={baseline}"),
        ({"policies": ["basline"]}, "there is no shipped policy basline"),
        ({"targetNamespaces": ["kube-system"]}, "kube-system is never guarded"),
        ({"scope": "cluster"}, "targetNamespaces means nothing in scope cluster"),
        ({"clusterSelection": "optOut"}, "clusterSelection means nothing in scope namespace"),
        ({"serviceAccount": {"create": False}}, "set serviceAccount.name, or"),
        (
            {"serviceAccount": {"create": False, "name": "x", "annotations": {"a": "b"}}},
            "set serviceAccount.create=true",
        ),
        (
            {"autoscaling": {"enabled": True, "minReplicas": 9}},
            "autoscaling.minReplicas is more than autoscaling.maxReplicas",
        ),
        (
            {"autoscaling": {"enabled": True}, "resources": {"requests": {"cpu": None}}},
            "set resources.requests.cpu",
        ),
        ({"audit": {"reports": True}}, "set audit.enabled=true"),
        ({"audit": {"events": True}}, "set audit.enabled=true"),
        (
            {
                "audit": {"enabled": True},
                "serviceAccount": {"create": False, "name": "x"},
            },
            "set audit.serviceAccountName, or",
        ),
        (
            {"networkPolicy": {"enabled": True}, "hostNetwork": True},
            "set networkPolicy.enabled=false or hostNetwork=false",
        ),
        ({"extraVolumes": [{"name": "policies"}]}, "extraVolumes: policies is the name of"),
    ],
)
def test_contradictions_are_refused_with_a_sentence(
    render: Render, values: Json, sentence: str
) -> None:
    with pytest.raises(Refused, match=re.escape(sentence)):
        render(values=values)


def test_a_release_in_kube_system_must_say_what_it_guards(render: Render) -> None:
    with pytest.raises(Refused, match="never guarded: set targetNamespaces"):
        render(values={"targetNamespaces": []}, namespace="kube-system")
    assert render(namespace="kube-system")


@pytest.mark.parametrize(
    "values",
    [
        {"replica": 2},
        {"replicas": 0},
        {"image": {"name": "x"}},
        {"image": {"tag": "a b"}},
        {"scope": "namespaces"},
        {"targetNamespaces": ["*"]},
        {"webhook": {"failurePolicy": "fail"}},
        {"webhook": {"timeoutSeconds": 31}},
        {"webhook": {"url": "http://example.com/validate"}},
        {"webhook": {"url": "https://example.com"}},
        {"webhook": {"url": "https://user@example.com/validate"}},
        {"tls": {"secret": "x"}},
        {"tls": {"caBundle": "-----BEGIN CERTIFICATE-----"}},
        {"tls": {"certManager": {"duration": "90d"}}},
        {"tls": {"certManager": {"issuerRef": {"kind": "ClusterIssuer"}}}},
        {"inlinePolicies": {"../team.yaml": "x"}},
        {"existingPolicies": "mine"},
        {"settings": {"port": 1}},
        {"settings": {"timeout": 0}},
        {"settings": {"registries": [{"host": "h", "plainHttp": True}]}},
        {"pullSecrets": {"enabled": "auto"}},
        {"audit": {"schedule": "daily"}},
        {"audit": {"schedule": "* * * *"}},
        {"audit": {"output": "yaml"}},
        {"audit": {"activeDeadlineSeconds": 0}},
        {"podDisruptionBudget": {"maxUnavailable": 0}},
        {"networkPolicy": {"reviewsFrom": ["10.0.0.1"]}},
        {"networkPolicy": {"statusFrom": [{"pods": {}}]}},
        {"serviceAccount": {"token": True}},
        {"resources": {"limit": {}}},
    ],
)
def test_a_value_that_is_misspelt_is_refused(render: Render, values: Json) -> None:
    with pytest.raises(Refused, match="values don't meet the specifications of the schema"):
        render(values=values)


def objects(part: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """The objects of a schema by their path, without those in lists."""
    for name, below in part.get("properties", {}).items():
        if below.get("type") == "object":
            yield f"{path}{name}", below
            yield from objects(below, f"{path}{name}.")


def test_the_schema_is_closed() -> None:
    assert SCHEMA["additionalProperties"] is False
    closed = {path for path, part in objects(SCHEMA) if part.get("additionalProperties") is False}
    assert {path for path, _ in objects(SCHEMA)} - closed == OPEN


def described(part: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """The first description on each way down a schema, by path; without one, at its end."""
    for name, below in part["properties"].items():
        if "description" in below or "properties" not in below:
            yield f"{path}{name}", below.get("description", "")
        else:
            yield from described(below, f"{path}{name}.")


def test_the_schema_has_every_value_with_its_sentence_and_no_other() -> None:
    told = dict(described(SCHEMA))
    del told["global"]  # is Helm's, and no value of ours
    assert told == {".".join(value.path): value.description for value in VALUES}
    assert all(sentence.endswith(".") for sentence in told.values())


def test_every_value_is_used() -> None:
    templates = "".join(
        path.read_text() for path in (CHART / "templates").rglob("*") if path.is_file()
    )
    for value in VALUES:
        assert re.search(rf"\.{value.path[-1]}\b", templates), value.path


def test_readme_and_schema_are_up_to_date() -> None:
    for file, text in chartdocs.files():
        assert file.read_text() == text, "make generate"


def test_the_table_of_values_has_a_row_for_each() -> None:
    rows = [
        line for line in (CHART / "README.md").read_text().splitlines() if line.startswith("| `")
    ]
    for value in VALUES:
        (row,) = [line for line in rows if line.startswith(f"| `{'.'.join(value.path)}` | `")]
        assert row.count("|") == 4


def test_every_example_says_what_it_is_for() -> None:
    for example in EXAMPLES:
        assert (CHART / "ci" / f"{example}.yaml").read_text().startswith("# ")
