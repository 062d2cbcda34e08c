import msgspec
import pytest

from tests.kube.workloads import Json, every_kind
from webhook.kube import Workload
from webhook.kube.workload import KubeObject

KINDS = every_kind("ghcr.io/acme/api:1", securityContext={"runAsUser": 10001})


def read(item: Json, namespace: str = "") -> Workload | None:
    return Workload.of(msgspec.convert(item, KubeObject), namespace)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pod_spec_of_every_built_in_kind_is_found(kind: str):
    workload = read(KINDS[kind])
    assert workload is not None
    assert (workload.kind, workload.namespace, workload.name) == (kind, "shop", "web")
    (container,) = workload.pod.containers or ()
    assert container.image == "ghcr.io/acme/api:1"
    assert workload.pod.security_context is not None
    assert workload.pod.security_context.run_as_user == 10001
    assert workload.is_pod is (kind == "Pod")


@pytest.mark.parametrize("kind", KINDS)
def test_a_workload_without_its_spec_is_none(kind: str):
    bare = {key: KINDS[kind][key] for key in ("apiVersion", "kind", "metadata")}
    assert read(bare) is None
    assert read(bare | {"spec": None, "template": None}) is None


@pytest.mark.parametrize(
    "item",
    [
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": None}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"template": {"spec": None}}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": None}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": None}}},
        {"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {}}}},
        {"apiVersion": "v1", "kind": "PodTemplate", "template": {}},
    ],
)
def test_a_template_that_is_missing_somewhere_is_none(item: Json):
    assert read(item) is None


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "ConfigMap"),
        ("v1", "Deployment"),
        ("apps/v1", "Pod"),
        ("example.com/v1", "Pod"),
        ("argoproj.io/v1alpha1", "Rollout"),
        ("batch.example.com/v1", "Job"),
        ("", ""),
    ],
)
def test_other_kinds_and_other_groups_are_no_workloads(api_version: str, kind: str):
    item = KINDS["Deployment"] | {"apiVersion": api_version, "kind": kind}
    assert read(item) is None


def test_nothing_is_no_workload():
    assert Workload.of(None) is None


@pytest.mark.parametrize("version", ["apps/v1", "apps/v1beta2"])
def test_every_version_of_a_built_in_group_counts(version: str):
    assert read(KINDS["Deployment"] | {"apiVersion": version}) is not None


@pytest.mark.parametrize(
    ("metadata", "namespace", "name"),
    [
        (None, "default", ""),
        ({"name": "web"}, "default", "web"),
        ({"name": "web", "namespace": "shop"}, "shop", "web"),
        ({"generateName": "web-"}, "default", "web-*"),
        ({"name": "web-x", "generateName": "web-"}, "default", "web-x"),
    ],
)
def test_name_and_namespace_are_defaulted(metadata: Json | None, namespace: str, name: str):
    workload = read(KINDS["Pod"] | {"metadata": metadata})
    assert workload is not None
    assert (workload.namespace, workload.name) == (namespace, name)


def test_the_requests_namespace_counts_before_the_objects():
    workload = read(KINDS["Pod"], "request")
    assert workload is not None
    assert workload.namespace == "request"


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_pod_shares_with_its_node_is_read_in_every_kind(kind: str):
    spec = {"hostNetwork": True, "hostPID": True, "shareProcessNamespace": True}
    workload = read(every_kind("a", **spec)[kind])
    assert workload is not None
    pod = workload.pod
    assert pod.host_network is pod.host_pid is pod.share_process_namespace is True


def test_an_empty_folder_may_be_in_memory():
    volumes = [
        {"name": "a", "emptyDir": {"medium": "Memory"}},
        {"name": "b", "emptyDir": {}},
        {"name": "c", "secret": {"secretName": "x"}},
    ]
    workload = read(every_kind("a", volumes=volumes)["Pod"])
    assert workload is not None
    memory, disk, other = workload.pod.volumes or ()
    assert memory.empty_dir is not None
    assert memory.empty_dir.medium == "Memory"
    assert disk.empty_dir is not None
    assert disk.empty_dir.medium is None
    assert other.empty_dir is None
