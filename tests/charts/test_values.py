"""What the chart refuses, and that every value is explained."""

import json
import re

import pytest
import yaml

from tests.charts.conftest import CHART, Json, Refused, Render


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"tls": {"mode": "self"}}, "tls.mode self is not there yet"),
        ({"tls": {"mode": "certManager"}}, "tls.mode certManager is not there yet"),
        ({"tls": {"existingSecret": ""}}, "tls.existingSecret must name a Secret"),
        ({"tls": {"caBundle": ""}}, "and tls.caBundle hold the certificates"),
        ({"policies": []}, "the webhook would look at nothing"),
        ({"policies": ["basline"]}, "there is no shipped policy basline"),
        ({"targetNamespaces": ["kube-system"]}, "kube-system is never guarded"),
        ({"scope": "cluster"}, "targetNamespaces means nothing in scope cluster"),
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
        {"webhook": {"failurePolicy": "fail"}},
        {"webhook": {"timeoutSeconds": 31}},
        {"tls": {"secret": "x"}},
        {"tls": {"caBundle": "-----BEGIN CERTIFICATE-----"}},
        {"inlinePolicies": {"../team.yaml": "x"}},
        {"serviceAccount": {"token": True}},
        {"resources": {"limit": {}}},
    ],
)
def test_a_value_that_is_misspelt_is_refused(render: Render, values: Json) -> None:
    with pytest.raises(Refused, match="values don't meet the specifications of the schema"):
        render(values=values)


def test_every_value_is_in_the_schema_and_explained(render: Render) -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    text = (CHART / "values.yaml").read_text()
    values = yaml.safe_load(text)
    assert schema["properties"].keys() - {"global"} == values.keys()
    for name, part in schema["properties"].items():
        if name != "global" and "properties" in part and values[name]:
            assert part["additionalProperties"] is False
            assert values[name].keys() <= part["properties"].keys()
    lines = text.splitlines()
    starts = [
        number
        for number, line in enumerate(lines)
        if re.match(r"(  )?\w+:", line) and not line.startswith("    ")
    ]
    unexplained = [
        lines[number]
        for number in starts
        if not lines[number - 1].lstrip().startswith("#")
        # A section, or a part of a Kubernetes field that is explained as a whole.
        and lines[number] not in ("image:", "webhook:", "tls:", "service:", "serviceAccount:")
        and lines[number].strip() not in ("requests:", "limits:")
    ]
    assert unexplained == []
