from typing import Any

import msgspec
import pytest

from webhook.kube.workload import PodSpec
from webhook.oci import Platform
from webhook.policy.placement import runs_on, wanted_platforms

ARCH, OS = "kubernetes.io/arch", "kubernetes.io/os"
CLUSTER = (Platform("linux", "amd64"), Platform("linux", "arm64"), Platform("windows", "amd64"))


def wanted(cluster: tuple[Platform, ...] = (), **pod: Any) -> list[str]:
    return list(map(str, wanted_platforms(msgspec.convert(pod, PodSpec), cluster)))


def affinity(*terms: list[dict[str, Any]]) -> dict[str, Any]:
    """A required node affinity of terms, each a list of expressions."""
    listed = [{"matchExpressions": expressions} for expressions in terms]
    required = {"nodeSelectorTerms": listed}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}


def expression(operator: str, *values: str, key: str = ARCH) -> dict[str, Any]:
    return {"key": key, "operator": operator, "values": list(values)}


@pytest.mark.parametrize(
    ("selector", "platforms"),
    [
        ({}, []),
        ({"disktype": "ssd"}, []),
        ({ARCH: "arm64"}, ["linux/arm64"]),
        ({"beta.kubernetes.io/arch": "arm64"}, ["linux/arm64"]),
        ({ARCH: "amd64", OS: "windows"}, ["windows/amd64"]),
        ({ARCH: "amd64", "beta.kubernetes.io/os": "windows"}, ["windows/amd64"]),
        ({OS: "linux"}, ["linux"]),
        ({ARCH: "arm64", "beta.kubernetes.io/arch": "amd64"}, []),
    ],
)
def test_a_node_selector_names_platforms(selector: dict[str, str], platforms: list[str]):
    assert wanted(nodeSelector=selector) == platforms


@pytest.mark.parametrize(
    ("terms", "platforms"),
    [
        ([[expression("In", "arm64", "amd64")]], ["linux/amd64", "linux/arm64"]),
        (
            [[expression("In", "arm64")], [expression("In", "s390x")]],
            ["linux/arm64", "linux/s390x"],
        ),
        ([[expression("In", "arm64", "amd64"), expression("In", "arm64")]], ["linux/arm64"]),
        ([[expression("In", "arm64", "amd64"), expression("NotIn", "arm64")]], ["linux/amd64"]),
        (
            [[expression("In", "amd64"), expression("In", "linux", "windows", key=OS)]],
            ["linux/amd64", "windows/amd64"],
        ),
        ([[expression("NotIn", "arm64")]], []),
        ([[expression("Exists")]], []),
        ([[expression("Gt", "1")]], []),
        ([[]], []),
        ([], []),
    ],
)
def test_a_required_affinity_names_platforms_by_in_alone(
    terms: list[list[dict[str, Any]]], platforms: list[str]
):
    assert wanted(affinity=affinity(*terms)) == platforms


def test_selector_and_affinity_must_both_hold():
    both = affinity([expression("In", "arm64", "amd64")])
    assert wanted(nodeSelector={ARCH: "arm64"}, affinity=both) == ["linux/arm64"]
    assert wanted(nodeSelector={OS: "windows"}, affinity=both) == ["windows/amd64", "windows/arm64"]


def test_a_preferred_affinity_names_nothing():
    term = {"preference": {"matchExpressions": [expression("In", "arm64")]}, "weight": 1}
    preferred = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [term]}}
    assert wanted(affinity=preferred) == []
    assert wanted(affinity={"podAffinity": {}}) == []


def test_where_the_pod_names_no_architecture_the_clusters_platforms_count():
    assert wanted(CLUSTER) == ["linux/amd64", "linux/arm64", "windows/amd64"]
    assert wanted(CLUSTER, nodeSelector={OS: "linux"}) == ["linux/amd64", "linux/arm64"]
    assert wanted(CLUSTER, nodeSelector={ARCH: "s390x"}) == ["linux/s390x"]
    assert wanted(CLUSTER, nodeSelector={OS: "plan9"}) == ["plan9"]
    left = affinity([expression("NotIn", "arm64"), expression("NotIn", "windows", key=OS)])
    assert wanted(CLUSTER, affinity=left) == ["linux/amd64"]


def test_a_term_that_names_no_architecture_leaves_the_cluster_open():
    either = affinity([expression("In", "s390x")], [expression("In", "eu", key="zone")])
    assert wanted(CLUSTER[:1], affinity=either) == ["linux/s390x", "linux/amd64"]
    assert wanted(affinity=either) == ["linux/s390x"]


def test_platforms_of_one_pod_are_bounded():
    many = affinity([expression("In", *(f"a{n}" for n in range(1000)))])
    assert len(wanted(affinity=many)) == 64


@pytest.mark.parametrize(
    ("offered", "node", "runs"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/amd64", "linux/arm64", False),
        ("windows/amd64", "linux/amd64", False),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v9", "linux/arm64/v8", False),
        ("linux/arm/v6", "linux/arm/v7", True),
        ("linux/arm", "linux/arm/v6", False),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm/v7", "linux/arm", True),
        ("linux/amd64", "linux/amd64/v3", True),
        ("linux/amd64/v3", "linux/amd64/v2", False),
        ("linux/arm64", "linux/arm", False),
    ],
)
def test_a_processor_runs_what_was_built_for_earlier_levels(offered: str, node: str, runs: bool):
    assert runs_on(Platform.parse(offered), Platform.parse(node)) is runs


def test_where_only_the_system_is_known_it_alone_decides():
    assert runs_on(Platform("linux", "riscv64"), Platform("linux", ""))
    assert not runs_on(Platform("windows", "amd64"), Platform("linux", ""))
