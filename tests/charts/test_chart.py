"""The chart, rendered by Helm."""

import json
import re
import subprocess
from typing import Any

import pytest
import yaml

from tests.charts.conftest import CHART, Json, Refused, Release, Render
from tests.parts import require

EXAMPLES = sorted(path.stem for path in (CHART / "ci").glob("*.yaml"))
OWN = "slimgate:0.1.0"


def deployment(release: Release) -> Json:
    """The pod spec of the only Deployment."""
    spec: Json = release.only("Deployment")["spec"]["template"]["spec"]
    return spec


def container(release: Release) -> Json:
    (found,) = deployment(release)["containers"]
    assert isinstance(found, dict)
    return found


def webhooks(release: Release) -> dict[str, Json]:
    found = release.only("ValidatingWebhookConfiguration")["webhooks"]
    return {webhook["name"]: webhook for webhook in found}


@pytest.mark.parametrize("example", EXAMPLES)
def test_helm_finds_nothing_to_complain_about(example: str) -> None:
    values = CHART / "ci" / f"{example}.yaml"
    command = [require("helm"), "lint", "--strict", str(CHART), "--values", str(values)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_object_can_be_applied(render: Render, example: str) -> None:
    release = render(example)
    for rendered in release.values():
        assert rendered.keys() <= {"apiVersion", "kind", "metadata", "spec", "data", "webhooks"} | (
            {"automountServiceAccountToken"} if rendered["kind"] == "ServiceAccount" else set()
        )
        assert rendered["metadata"]["labels"]["app.kubernetes.io/instance"] == "slimgate"
        cluster_scoped = rendered["kind"] == "ValidatingWebhookConfiguration"
        assert rendered["metadata"].get("namespace") == (None if cluster_scoped else "guard")
    pod = release.only("Deployment")["spec"]["template"]
    selector = release.only("Deployment")["spec"]["selector"]["matchLabels"]
    for labels in (selector, release.only("Service")["spec"]["selector"]):
        assert labels.items() <= pod["metadata"]["labels"].items()
    mounted = {mount["name"] for mount in container(release)["volumeMounts"]}
    assert mounted == {volume["name"] for volume in deployment(release)["volumes"]}
    for volume in deployment(release)["volumes"]:
        if "configMap" in volume:
            assert f"ConfigMap/{volume['configMap']['name']}" in release


@pytest.mark.parametrize("example", EXAMPLES)
def test_pods_may_do_nothing_but_answer(render: Render, example: str) -> None:
    release = render(example)
    pod = deployment(release)
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container(release)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert not {rendered["kind"] for rendered in release.values()} & {
        *("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Secret"),
    }


def test_no_service_of_the_same_name_can_set_a_setting(render: Render) -> None:
    """A Service called slimgate would otherwise give its Pods SLIMGATE_PORT=tcp://…"""
    assert deployment(render())["enableServiceLinks"] is False


def test_the_command_line_is_that_of_serve(render: Render) -> None:
    assert container(render())["args"] == [
        "serve",
        "--policies=baseline",
        "--tls-cert=/etc/slimgate/tls/tls.crt",
        "--tls-key=/etc/slimgate/tls/tls.key",
        "--port=8443",
        "--status-port=8080",
    ]
    args = container(render("inline-policies"))["args"]
    assert "--policies=/etc/slimgate/policies" in args
    assert "--config=/etc/slimgate/settings/settings.yaml" in args
    assert "--policies=baseline" not in args


def test_probes_ask_the_status_port(render: Render) -> None:
    found = container(render())
    ports = {port["name"]: port["containerPort"] for port in found["ports"]}
    assert ports == {"https": 8443, "status": 8080}
    probes = {
        name: found[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")
    }
    assert {name: probe["path"] for name, probe in probes.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    assert {probe["port"] for probe in probes.values()} == {"status"}


def test_policies_and_settings_arrive_as_written(render: Render) -> None:
    release = render("inline-policies")
    values = yaml.safe_load((CHART / "ci" / "inline-policies.yaml").read_text())
    assert release["ConfigMap/slimgate-policies"]["data"] == values["inlinePolicies"]
    written = release["ConfigMap/slimgate-settings"]["data"]["settings.yaml"]
    assert yaml.safe_load(written) == values["settings"]
    assert "ConfigMap/slimgate-policies" not in render()


def test_new_settings_start_new_pods(render: Render) -> None:
    def annotations(timeout: int) -> Any:
        template = render(values={"settings": {"timeout": timeout}}).only("Deployment")["spec"]
        return template["template"]["metadata"]["annotations"]

    assert annotations(5) == annotations(5) != annotations(6)


def test_replicas_are_spread_and_kept_from_drains_when_there_are_several(render: Render) -> None:
    several, one = render("cluster"), render("inline-policies")
    assert several.only("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    assert deployment(several)["topologySpreadConstraints"][0]["topologyKey"]
    assert not [key for key in one if key.startswith("PodDisruptionBudget")]
    assert "topologySpreadConstraints" not in deployment(one)


@pytest.mark.parametrize("example", EXAMPLES)
def test_webhooks_are_asked_safely(render: Render, example: str) -> None:
    release = render(example)
    service = release.only("Service")
    for webhook in webhooks(release).values():
        assert webhook["sideEffects"] == "None"
        assert webhook["matchPolicy"] == "Equivalent"
        assert webhook["admissionReviewVersions"] == ["v1"]
        assert 1 <= webhook["timeoutSeconds"] <= 30
        called = webhook["clientConfig"]["service"]
        assert (called["name"], called["path"]) == (service["metadata"]["name"], "/validate")
        assert called["port"] == service["spec"]["ports"][0]["port"]
        assert {
            "key": "kubernetes.io/metadata.name",
            "operator": "NotIn",
            "values": ["kube-system"],
        } in webhook["namespaceSelector"]["matchExpressions"]
        names = [condition["name"] for condition in webhook["matchConditions"]]
        assert names[:2] == ["not-being-deleted", "spec-is-new"]


def test_pods_decide_and_controllers_are_only_warned(render: Render) -> None:
    found = webhooks(render("cluster"))
    assert found.keys() == {"pods.slimgate.dev", "controllers.slimgate.dev"}
    assert found["pods.slimgate.dev"]["failurePolicy"] == "Fail"
    assert found["controllers.slimgate.dev"]["failurePolicy"] == "Ignore"
    rules = {
        (rule["apiGroups"][0], resource): rule["operations"]
        for webhook in found.values()
        for rule in webhook["rules"]
        for resource in rule["resources"]
    }
    both = ["CREATE", "UPDATE"]
    assert rules == {
        ("", "pods"): both,
        ("", "pods/ephemeralcontainers"): ["UPDATE"],
        ("", "replicationcontrollers"): both,
        **{
            ("apps", kind): both
            for kind in ("daemonsets", "deployments", "replicasets", "statefulsets")
        },
        ("batch", "cronjobs"): both,
        ("batch", "jobs"): both,
    }
    only = webhooks(render(values={"webhook": {"controllers": False}}))
    assert only.keys() == {"pods.slimgate.dev"}


def test_what_does_not_answer_lets_everything_in_by_default(render: Render) -> None:
    assert webhooks(render())["pods.slimgate.dev"]["failurePolicy"] == "Ignore"


def test_namespaces_are_selected_by_name_or_by_label(render: Render) -> None:
    def first(release: Release) -> Json:
        selector = webhooks(release)["pods.slimgate.dev"]["namespaceSelector"]
        found: Json = selector["matchExpressions"][0]
        return found

    by_name = {"key": "kubernetes.io/metadata.name", "operator": "In"}
    assert first(render()) == by_name | {"values": ["shop", "shop-staging"]}
    own = render(values={"targetNamespaces": []}, namespace="team-a")
    assert first(own) == by_name | {"values": ["team-a"]}
    label = {"key": "slimgate.dev/admission"}
    out = label | {"operator": "NotIn", "values": ["disabled"]}
    assert first(render("cluster")) == out
    into = label | {"operator": "In", "values": ["enabled"]}
    assert first(render("cluster", {"clusterSelection": "optIn"})) == into


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ({}, "slimgate:0.1.0"),
        (
            {"repository": "registry.example.com:5000/slimgate", "tag": "1"},
            "registry.example.com:5000/slimgate:1",
        ),
        ({"digest": f"sha256:{'a' * 64}", "tag": "1"}, f"slimgate@sha256:{'a' * 64}"),
    ],
)
def test_the_webhook_leaves_out_exactly_its_own_image(
    render: Render, image: Json, named: str
) -> None:
    release = render(values={"image": image})
    assert container(release)["image"] == named
    conditions = webhooks(release)["pods.slimgate.dev"]["matchConditions"]
    (expression,) = [c["expression"] for c in conditions if c["name"] == "not-slimgate-itself"]
    compared = re.findall(r"object\.spec\.(\w+)\.all\(c, c\.image == '([^']*)'\)", expression)
    assert compared == [
        (kind, named) for kind in ("containers", "initContainers", "ephemeralContainers")
    ]


def test_conditions_of_ones_own_are_added(render: Render) -> None:
    for webhook in webhooks(render("cluster")).values():
        names = [condition["name"] for condition in webhook["matchConditions"]]
        assert "not-by-the-node-lifecycle" in names


def test_releases_do_not_meet(render: Render) -> None:
    releases = [
        render(name="slimgate", namespace="team-a"),
        render(name="slimgate", namespace="team-b"),
        render(name="other", namespace="team-a"),
    ]
    names = [
        release.only("ValidatingWebhookConfiguration")["metadata"]["name"] for release in releases
    ]
    assert names == ["slimgate.team-a", "slimgate.team-b", "other-slimgate.team-a"]
    assert not releases[0].keys() & releases[2].keys()


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


def test_the_shipped_policies_come_along() -> None:
    assert (CHART / "policies").is_symlink()
    assert (CHART / "policies").resolve() == CHART.parents[1] / "policies"
