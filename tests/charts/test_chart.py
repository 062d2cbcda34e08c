"""The objects of the chart, rendered by Helm."""

import subprocess
from typing import Any

import pytest
import yaml

from tests.charts.conftest import CHART, EXAMPLES, Json, Release, Render
from tests.parts import require


def deployment(release: Release) -> Json:
    """The pod spec of the only Deployment."""
    spec: Json = release.only("Deployment")["spec"]["template"]["spec"]
    return spec


def container(release: Release) -> Json:
    (found,) = deployment(release)["containers"]
    assert isinstance(found, dict)
    return found


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


def test_the_shipped_policies_come_along() -> None:
    assert (CHART / "policies").is_symlink()
    assert (CHART / "policies").resolve() == CHART.parents[1] / "policies"
