from typing import Any

import msgspec
import pytest

from tests.kube.workloads import Json, every_kind
from webhook.kube import ContainerKind, ImageUse, Workload, image_uses
from webhook.kube.imageuse import bare_use, changed_uses
from webhook.kube.workload import KubeObject, PodSpec


def uses(**spec: Any) -> tuple[ImageUse, ...]:
    return image_uses(msgspec.convert(spec, PodSpec))


def workload(kind: str, container: Json | None = None, **pod: Any) -> Workload:
    """A workload with one container; keywords are fields of its pod spec."""
    web = {"name": "web", "image": "a", "securityContext": {}} | (container or {})
    item = every_kind("unused", **{"securityContext": {}} | pod, containers=[web])[kind]
    found = Workload.of(msgspec.convert(item, KubeObject))
    assert found is not None
    return found


def changed(kind: str, container: Json | None = None, **pod: Any) -> list[str]:
    """The uses that are judged again when the plain workload is given these fields."""
    return [use.name for use in changed_uses(workload(kind, container, **pod), workload(kind))]


def test_every_place_that_names_an_image_is_found_main_containers_first():
    found = uses(
        volumes=[{"name": "data", "image": {"reference": "f"}}, {"name": "tmp", "emptyDir": {}}],
        ephemeralContainers=[{"name": "debug", "image": "e"}],
        initContainers=[
            {"name": "migrate", "image": "c"},
            {"name": "proxy", "image": "d", "restartPolicy": "Always"},
        ],
        containers=[{"name": "web", "image": "a"}, {"name": "worker", "image": "b"}],
    )
    assert [(use.kind, use.name, use.image) for use in found] == [
        (ContainerKind.CONTAINER, "web", "a"),
        (ContainerKind.CONTAINER, "worker", "b"),
        (ContainerKind.INIT, "migrate", "c"),
        (ContainerKind.SIDECAR, "proxy", "d"),
        (ContainerKind.EPHEMERAL, "debug", "e"),
        (ContainerKind.IMAGE_VOLUME, "data", "f"),
    ]


def test_a_use_carries_its_container_and_its_pod():
    (use,) = uses(containers=[{"name": "web", "image": "a", "args": ["x"]}], hostUsers=False)
    assert use.container.args == ("x",)
    assert use.pod.host_users is False


def test_an_image_volume_has_no_container():
    (use,) = uses(volumes=[{"name": "data", "image": {"reference": "a"}}])
    assert use.container.command is use.container.env is None


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"containers": None, "initContainers": None, "ephemeralContainers": None, "volumes": None},
        {"containers": [{"name": "web"}], "initContainers": [{"name": "init", "image": ""}]},
        {"ephemeralContainers": [{"name": "debug", "image": None}]},
        {"volumes": [{"name": "data", "image": {}}, {"name": "x", "image": {"reference": ""}}]},
    ],
)
def test_what_names_no_image_is_left_out(spec: Json):
    assert uses(**spec) == ()


def test_an_image_by_itself_is_used_as_a_container_without_a_name():
    use = bare_use("nginx")
    assert (use.name, use.kind, use.image) == ("", ContainerKind.CONTAINER, "nginx")
    assert use.pod == PodSpec()


def test_without_an_old_object_everything_has_changed():
    new = workload("Deployment", {})
    assert changed_uses(new, None) == image_uses(new.pod)


@pytest.mark.parametrize("kind", ["Pod", "Deployment", "CronJob"])
def test_only_what_an_update_gave_a_new_image_is_judged_again(kind: str):
    assert changed(kind) == []
    assert changed(kind, {"image": "b"}) == ["web"]
    assert changed(kind, initContainers=[{"name": "init", "image": "b"}]) == ["init"]
    assert changed(kind, ephemeralContainers=[{"name": "debug", "image": "b"}]) == ["debug"]


def test_what_an_update_takes_away_is_not_judged():
    old = workload("Pod", ephemeralContainers=[{"name": "debug", "image": "b"}])
    assert changed_uses(workload("Pod"), old) == ()


def test_a_container_that_changes_its_kind_is_new():
    init = {"name": "proxy", "image": "a"}
    old = workload("Deployment", initContainers=[init])
    new = workload("Deployment", initContainers=[init | {"restartPolicy": "Always"}])
    assert [use.kind for use in changed_uses(new, old)] == [ContainerKind.SIDECAR]


RELEVANT: list[tuple[Json, Json]] = [
    ({"command": ["x"]}, {}),
    ({"args": ["x"]}, {}),
    ({"env": [{"name": "A", "value": "1"}]}, {}),
    ({"env": [{"name": "A", "valueFrom": {"fieldRef": {}}}]}, {}),
    ({"envFrom": [{"secretRef": {"name": "x"}}]}, {}),
    ({"securityContext": {"runAsUser": 0}}, {}),
    ({"securityContext": {"runAsNonRoot": True}}, {}),
    ({"securityContext": {"readOnlyRootFilesystem": True}}, {}),
    ({}, {"securityContext": {"runAsUser": 0}}),
    ({}, {"os": {"name": "windows"}}),
    ({}, {"hostUsers": False}),
    ({}, {"hostNetwork": True}),
    ({}, {"hostPID": True}),
    ({"lifecycle": {"stopSignal": "SIGINT"}}, {}),
    ({"ports": [{"containerPort": 80}]}, {}),
    ({"livenessProbe": {}}, {}),
    ({}, {"nodeSelector": {"a": "b"}}),
]
IRRELEVANT: list[tuple[Json, Json]] = [
    ({"resources": {"limits": {"cpu": "1"}}}, {}),
    ({"imagePullPolicy": "Always"}, {}),
    ({"securityContext": {"privileged": False}}, {}),
    ({}, {"volumes": [{"name": "tmp", "emptyDir": {}}]}),
    ({}, {"securityContext": {"fsGroup": 5}}),
]


@pytest.mark.parametrize(("container", "pod"), RELEVANT, ids=str)
def test_of_a_template_whatever_a_rule_looks_at_counts(container: Json, pod: Json):
    assert changed("Deployment", container, **pod) == ["web"]


@pytest.mark.parametrize(("container", "pod"), IRRELEVANT, ids=str)
def test_of_a_template_what_no_rule_looks_at_does_not_count(container: Json, pod: Json):
    assert changed("Deployment", container, **pod) == []


@pytest.mark.parametrize(("container", "pod"), RELEVANT, ids=str)
def test_of_a_pod_only_images_count_as_nothing_else_can_change(container: Json, pod: Json):
    assert changed("Pod", container, **pod) == []
