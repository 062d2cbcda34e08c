"""The objects of the chart, rendered by Helm."""

import subprocess
from typing import Any

import pytest
import yaml

from tests.charts.conftest import CHART, EXAMPLES, INSIDE, OUTSIDE, Json, Release, Render
from tests.parts import require

CLUSTER_SCOPED = {"ValidatingWebhookConfiguration", "ClusterRole", "ClusterRoleBinding"}


@pytest.mark.parametrize("example", EXAMPLES)
def test_helm_finds_nothing_to_complain_about(example: str) -> None:
    values = CHART / "ci" / f"{example}.yaml"
    command = [require("helm"), "lint", "--strict", str(CHART), "--values", str(values)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_object_says_whose_it_is_and_where(render: Render, example: str) -> None:
    release = render(example)
    for rendered in (*release.values(), *release.hooks.values()):
        assert rendered["metadata"]["labels"]["app.kubernetes.io/instance"] == "slimgate"
        assert ("namespace" in rendered["metadata"]) == (rendered["kind"] not in CLUSTER_SCOPED)


@pytest.mark.parametrize("example", INSIDE)
def test_what_refers_to_an_object_finds_it(render: Render, example: str) -> None:
    release = render(example)
    labels = release.only("Deployment")["spec"]["template"]["metadata"]["labels"]
    selectors = [
        release.only("Deployment")["spec"]["selector"]["matchLabels"],
        release.only("Service")["spec"]["selector"],
        *(found["spec"]["selector"]["matchLabels"] for found in release.all("PodDisruptionBudget")),
        *(found["spec"]["podSelector"]["matchLabels"] for found in release.all("NetworkPolicy")),
        *(item["labelSelector"]["matchLabels"] for item in spread(release)),
    ]
    assert all(selector.items() <= labels.items() for selector in selectors)
    own = yaml.safe_load((CHART / "ci" / f"{example}.yaml").read_text())
    existing = {own.get("existingPolicies", {}).get("configMap")}
    existing |= {volume["name"] for volume in own.get("extraVolumes", ())}
    mounted = {mount["name"] for mount in release.container.get("volumeMounts", ())}
    volumes = release.pod.get("volumes", [])
    assert mounted == {volume["name"] for volume in volumes}
    for volume in volumes:
        if "configMap" in volume and volume["configMap"]["name"] not in existing:
            assert f"ConfigMap/{volume['configMap']['name']}" in release


def spread(release: Release) -> list[Json]:
    found: list[Json] = release.pod.get("topologySpreadConstraints", [])
    return found


@pytest.mark.parametrize("example", INSIDE)
def test_pods_may_do_nothing_but_their_work(render: Render, example: str) -> None:
    release = render(example)
    for pod in (release.pod, release.hooks["test"]["spec"]):
        assert pod["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


def test_only_the_webhook_is_given_a_token(render: Render) -> None:
    release = render()
    assert release.only("ServiceAccount")["automountServiceAccountToken"] is False
    assert release.pod["automountServiceAccountToken"] is True
    assert release.pod["serviceAccountName"] == "slimgate"
    assert release.hooks["test"]["spec"]["automountServiceAccountToken"] is False


def test_an_account_that_is_there_already_is_used(render: Render) -> None:
    release = render(values={"serviceAccount": {"create": False, "name": "theirs"}})
    assert not release.all("ServiceAccount")
    assert release.pod["serviceAccountName"] == "theirs"
    assert release.only("ClusterRoleBinding")["subjects"][0]["name"] == "theirs"


def test_no_service_of_the_same_name_can_set_a_setting(render: Render) -> None:
    """A Service called slimgate would otherwise give its Pods SLIMGATE_PORT=tcp://…"""
    assert render().pod["enableServiceLinks"] is False


def test_probes_ask_the_status_port(render: Render) -> None:
    found = render().container
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
    assert not render().all("ConfigMap")


def test_new_settings_start_new_pods(render: Render) -> None:
    def annotations(timeout: int) -> Any:
        template = render(values={"settings": {"timeout": timeout}}).only("Deployment")["spec"]
        return template["template"]["metadata"]["annotations"]

    assert annotations(5) == annotations(5) != annotations(6)


def test_pods_are_given_time_to_drain_and_to_answer(render: Render) -> None:
    def seconds(**values: Json) -> Any:
        return render(values=values).pod["terminationGracePeriodSeconds"]

    assert seconds() == 5 + 10 + 10
    assert seconds(settings={"drain": 60.5}, webhook={"timeoutSeconds": 30}) == 61 + 30 + 10


def test_replicas_are_spread_and_kept_from_drains_when_there_are_several(render: Render) -> None:
    several, one = render("cluster"), render("inline-policies")
    assert several.only("PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    assert spread(several)[0]["whenUnsatisfiable"] == "ScheduleAnyway"
    assert not one.all("PodDisruptionBudget")
    assert spread(one) == []
    scaled = render("monitoring", {"replicas": 1})
    assert scaled.all("PodDisruptionBudget")
    assert spread(scaled)
    off = {"podDisruptionBudget": {"enabled": False}, "topologySpread": {"enabled": False}}
    without = render("cluster", off)
    assert not without.all("PodDisruptionBudget")
    assert spread(without) == []


def test_an_autoscaler_decides_the_number_of_pods_alone(render: Render) -> None:
    scaled = render("monitoring")
    spec = scaled.only("HorizontalPodAutoscaler")["spec"]
    assert spec["scaleTargetRef"]["name"] == scaled.only("Deployment")["metadata"]["name"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert "replicas" not in scaled.only("Deployment")["spec"]
    assert render().only("Deployment")["spec"]["replicas"] == 2
    assert not render().all("HorizontalPodAutoscaler")


def test_reviews_come_in_from_where_they_may_and_the_rest_stays_out(render: Render) -> None:
    spec = render("monitoring").only("NetworkPolicy")["spec"]
    reviews, status = spec["ingress"]
    assert reviews["ports"][0]["port"] == 8443
    assert reviews["from"] == [{"ipBlock": {"cidr": "10.0.0.0/28"}}]
    assert status["ports"][0]["port"] == 8080
    tested, scraped = status["from"]
    test = render("monitoring").hooks["test"]["metadata"]["labels"]
    assert tested["podSelector"]["matchLabels"].items() <= test.items()
    assert "namespaceSelector" in scraped
    ports = [port["port"] for rule in spec["egress"] for port in rule["ports"]]
    assert ports == [53, 53, 443, 6443, 5000]
    anywhere = render(values={"networkPolicy": {"enabled": True}}).only("NetworkPolicy")["spec"]
    assert "from" not in anywhere["ingress"][0]
    assert len(anywhere["ingress"][1]["from"]) == 1


def test_nobody_else_is_taken_for_the_webhook(render: Render) -> None:
    release = render()
    selector = release.only("Service")["spec"]["selector"]
    assert not selector.items() <= release.hooks["test"]["metadata"]["labels"].items()


def test_the_network_of_the_node_is_used_only_when_asked_for(render: Render) -> None:
    assert "hostNetwork" not in render().pod
    pod = render("inline-policies").pod
    assert (pod["hostNetwork"], pod["dnsPolicy"]) == (True, "ClusterFirstWithHostNet")


def test_what_an_operator_mounts_and_sets_comes_after_the_charts_own(render: Render) -> None:
    container = render("registries").container
    names = [variable["name"] for variable in container["env"]]
    assert names == ["POD_NAME", "POD_NAMESPACE", "POD_UID", "SLIMGATE_POD", "PATH", "HOME"]
    paths = [mount["mountPath"] for mount in container["volumeMounts"]]
    assert paths[:2] == ["/etc/slimgate/settings", "/etc/slimgate/docker"]
    assert {"/opt/helpers", "/etc/registries"} <= set(paths)
    alone = render(
        values={
            "extraVolumes": [{"name": "x", "emptyDir": {}}],
            "extraVolumeMounts": [{"name": "x", "mountPath": "/x"}],
        }
    )
    assert [volume["name"] for volume in alone.pod["volumes"]] == ["x"]


def test_releases_do_not_meet(render: Render) -> None:
    """Not even in a namespace that all of them guard."""
    releases = [
        render(name="slimgate", namespace="team-a"),
        render(name="slimgate", namespace="team-b"),
        render(name="other", namespace="team-a"),
    ]
    names = [
        release.only("ValidatingWebhookConfiguration")["metadata"]["name"] for release in releases
    ]
    assert names == ["slimgate.team-a", "slimgate.team-b", "other-slimgate.team-a"]
    found = [
        {
            (rendered["kind"], rendered["metadata"].get("namespace"), rendered["metadata"]["name"])
            for rendered in release.values()
        }
        for release in releases
    ]
    assert len(set.union(*found)) == sum(map(len, found))


def test_uninstalling_begins_with_the_webhook_configuration(render: Render) -> None:
    for example in ("namespaces", OUTSIDE):
        release = render(example)
        last = release.hooks["pre-delete"]
        real = release.only("ValidatingWebhookConfiguration")
        assert last["metadata"]["name"] == real["metadata"]["name"]
        assert last["webhooks"] == []
        policy = last["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
        assert policy == "before-hook-creation,hook-succeeded"


def test_the_test_asks_the_service_with_the_image_that_is_there(render: Render) -> None:
    release = render()
    (asked,) = release.hooks["test"]["spec"]["containers"]
    assert asked["image"] == release.container["image"]
    script, host = asked["args"]
    compile(script, "test", "exec")
    service = release.only("Service")
    assert host == f"{service['metadata']['name']}:{service['spec']['ports'][1]['port']}"


def test_the_shipped_policies_come_along() -> None:
    assert (CHART / "policies").is_symlink()
    assert (CHART / "policies").resolve() == CHART.parents[1] / "policies"
