"""The audit of what runs already: a CronJob, by an account of its own."""

from typing import Any

import pytest

from tests.charts.conftest import INSIDE, Json, Release, Render
from tests.charts.test_rights import EVENTS, LABELS, PULL_SECRETS, rights

ON: Json = {"audit": {"enabled": True}}
TOLD = {"audit": {"enabled": True, "reports": True, "events": True}}
ACCOUNT = "slimgate-audit"
OWNER = {
    "apiGroups": ["admissionregistration.k8s.io"],
    "resources": ["validatingwebhookconfigurations"],
    "resourceNames": ["slimgate.guard"],
    "verbs": ["get"],
}
REPORTS = [
    {
        "apiGroups": [group],
        "resources": [resource],
        "verbs": ["list", "create", "update", "delete"],
    }
    for group, resource in (("wgpolicyk8s.io", "policyreports"), ("openreports.io", "reports"))
]


def workloads(*verbs: str) -> list[Json]:
    """The right to see everything that makes Pods."""
    kinds = {
        "": ["pods", "replicationcontrollers"],
        "apps": ["daemonsets", "deployments", "replicasets", "statefulsets"],
        "batch": ["cronjobs", "jobs"],
    }
    return [
        {"apiGroups": [group], "resources": resources, "verbs": list(verbs)}
        for group, resources in kinds.items()
    ]


def job(release: Release) -> Json:
    found: Json = release.only("CronJob")["spec"]["jobTemplate"]["spec"]
    return found


def pod(release: Release) -> Json:
    found: Json = job(release)["template"]["spec"]
    return found


def container(release: Release) -> Json:
    (found,) = pod(release)["containers"]
    assert isinstance(found, dict)
    return found


def test_it_is_off_by_default(render: Render) -> None:
    release = render()
    assert not release.all("CronJob")
    assert len(release.all("ServiceAccount")) == 1
    assert rights(release, ACCOUNT) == {}


def test_it_runs_when_it_is_told_to_and_never_twice_at_once(render: Render) -> None:
    spec = render("audit").only("CronJob")["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("@hourly", "Forbid")
    assert (spec["successfulJobsHistoryLimit"], spec["failedJobsHistoryLimit"]) == (3, 1)
    assert spec["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 3600
    assert spec["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert pod(render("audit"))["restartPolicy"] == "Never"


@pytest.mark.parametrize("example", INSIDE)
def test_its_pods_may_do_as_little_as_the_webhooks(render: Render, example: str) -> None:
    release = render(example, ON)
    for part in ("securityContext", "enableServiceLinks", "imagePullSecrets", "tolerations"):
        assert pod(release).get(part) == release.pod.get(part)
    ours, theirs = container(release), release.container
    assert ours["image"] == theirs["image"]
    assert ours["securityContext"] == theirs["securityContext"]
    assert ours["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in ours["resources"]["limits"]


@pytest.mark.parametrize("example", INSIDE)
def test_it_has_the_files_that_it_names_and_no_key(render: Render, example: str) -> None:
    release = render(example, ON)
    mounts = container(release).get("volumeMounts", [])
    volumes = pod(release).get("volumes", [])
    assert {mount["name"] for mount in mounts} == {volume["name"] for volume in volumes}
    assert "tls" not in {volume["name"] for volume in volumes}
    folders = {mount["mountPath"] for mount in mounts}
    for flag in container(release)["args"]:
        path = flag.partition("=")[2]
        assert not path.startswith("/") or folders & {path, path.rpartition("/")[0]}


def test_it_judges_as_the_webhook_does(render: Render) -> None:
    values = ON | {"existingPolicies": {"configMap": "from-git"}}
    release = render("inline-policies", values)
    shared = [
        flag
        for flag in release.args
        if flag.startswith(("--policies", "--config", "--docker-config", "--pull-secrets"))
    ]
    args = container(release)["args"]
    assert [flag for flag in args if flag in shared] == shared
    assert len(shared) == 4
    assert "--timeout=30" in args  # that of the settings is for reviews


def test_with_all_that_it_may_tell(render: Render) -> None:
    assert container(render("audit"))["args"] == [
        "audit",
        "--policies=baseline",
        "--namespace=shop",
        "--namespace=shop-staging",
        "--pull-secrets=shop",
        "--pull-secrets=shop-staging",
        "--namespace-labels=shop",
        "--namespace-labels=shop-staging",
        "--report-objects",
        "--webhook-configuration=slimgate.guard",
        "--events",
        "--timeout=30",
        "--fail-on=never",
        "--output=json",
    ]


def test_in_scope_cluster_it_looks_everywhere(render: Render) -> None:
    args = container(render("cluster", ON))["args"]
    assert "--all-namespaces" in args
    assert not any(flag.startswith("--namespace=") for flag in args)


def test_it_sees_workloads_in_the_guarded_namespaces_and_no_more(render: Render) -> None:
    quiet = render(values=ON | {"pullSecrets": {"enabled": False}})
    assert rights(quiet, ACCOUNT) == {
        "shop": workloads("list"),
        "shop-staging": workloads("list"),
    }


def test_what_it_tells_needs_rights_where_it_is_told(render: Render) -> None:
    there = [*workloads("get", "list"), EVENTS, *REPORTS, PULL_SECRETS]
    labels = LABELS | {"resourceNames": ["shop", "shop-staging"]}
    assert rights(render("audit"), ACCOUNT) == {
        "*": [OWNER, labels],
        "shop": there,
        "shop-staging": there,
    }


def test_in_scope_cluster_all_of_it_holds_everywhere(render: Render) -> None:
    found = rights(render("cluster", TOLD), ACCOUNT)
    there = [*workloads("get", "list"), EVENTS, *REPORTS, PULL_SECRETS]
    assert found == {"*": [OWNER, LABELS, *there]}
    least = render(
        "cluster", {"pullSecrets": {"enabled": None}, **ON, "namespaceLabels": {"enabled": False}}
    )
    assert rights(least, ACCOUNT) == {"*": workloads("list")}


@pytest.mark.parametrize("example", INSIDE)
def test_the_rights_of_the_webhook_stay_what_they_were(render: Render, example: str) -> None:
    assert rights(render(example, TOLD)) == rights(
        render(example, {"audit": {"enabled": False, "reports": False, "events": False}})
    )


def test_an_account_that_is_there_already_is_used(render: Render) -> None:
    audit = {"audit": {"enabled": True, "serviceAccountName": "theirs"}}
    release = render(values=audit | {"serviceAccount": {"create": False, "name": "x"}})
    assert not release.all("ServiceAccount")
    assert pod(release)["serviceAccountName"] == "theirs"
    assert rights(release, "theirs").keys() == {"shop", "shop-staging"}


def test_the_account_that_is_made_is_like_the_webhooks(render: Render) -> None:
    """A cloud's identity opens registries for both."""
    release = render("registries", ON)
    made = release[f"ServiceAccount/{ACCOUNT}"]
    assert made["automountServiceAccountToken"] is False
    assert pod(release)["automountServiceAccountToken"] is True
    annotations = made["metadata"]["annotations"]
    assert annotations == release["ServiceAccount/slimgate"]["metadata"]["annotations"]


def test_its_pods_are_nobody_elses(render: Render) -> None:
    values = ON | {"networkPolicy": {"enabled": True}, "podLabels": {"team": "platform"}}
    release = render(values=values)
    labels = job(release)["template"]["metadata"]["labels"]
    assert labels["team"] == "platform"

    def chooses(selector: Any) -> bool:
        return bool(selector.items() <= labels.items())

    assert not chooses(release.only("Service")["spec"]["selector"])
    assert not chooses(release.only("PodDisruptionBudget")["spec"]["selector"]["matchLabels"])
    policies = [found["spec"] for found in release.all("NetworkPolicy")]
    ours, theirs = sorted(
        policies, key=lambda spec: not chooses(spec["podSelector"]["matchLabels"])
    )
    assert [chooses(spec["podSelector"]["matchLabels"]) for spec in (ours, theirs)] == [True, False]
    assert "ingress" not in ours
    assert ours["egress"] == theirs["egress"]


def test_a_long_name_of_a_release_still_makes_a_cronjob(render: Render) -> None:
    release = render(values=ON, name="a" * 53)
    assert len(release.only("CronJob")["metadata"]["name"]) <= 52


def test_releases_do_not_meet(render: Render) -> None:
    found = [
        {
            (item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"])
            for item in render("audit", name=name, namespace=namespace).values()
        }
        for name, namespace in (("slimgate", "a"), ("slimgate", "b"), ("other", "a"))
    ]
    assert len(set.union(*found)) == sum(map(len, found))
