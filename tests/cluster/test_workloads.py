"""What runs, as the API server lists it."""

from typing import Any

import pytest

from tests.cluster.apiserver import Api
from webhook.cluster.client import Cluster
from webhook.cluster.workloads import Workloads
from webhook.errors import ClusterError, ClusterFailure
from webhook.services.judged import Named
from webhook.services.ports import Running

CONTAINER = {"name": "web", "image": "registry.test/shop/api:1"}


def controlled(kind: str, name: str) -> dict[str, Any]:
    return {"ownerReferences": [{"kind": kind, "name": name, "controller": True}]}


def put(api: Api, name: str, metadata: dict[str, Any] | None = None, **more: Any) -> None:
    """A Pod of ``team``."""
    path = f"/api/v1/namespaces/team/pods/{name}"
    api.put(path, metadata=metadata or {}, spec={"containers": [CONTAINER]}, **more)


async def told(cluster: Cluster, *namespaces: str) -> list[Running]:
    pages = Workloads(cluster, namespaces or ["team"]).pages()
    return [running async for page in pages for running in page.running]


@pytest.mark.parametrize(
    ("metadata", "owner"),
    [
        ({}, Named("Pod", "team", "x")),
        (
            controlled("ReplicaSet", "web-6d4cf56db6")
            | {"labels": {"pod-template-hash": "6d4cf56db6"}},
            Named("Deployment", "team", "web"),
        ),
        (controlled("ReplicaSet", "by-hand"), Named("ReplicaSet", "team", "by-hand")),
        (controlled("Job", "nightly-29388960"), Named("CronJob", "team", "nightly")),
        (controlled("Job", "once"), Named("Job", "team", "once")),
        (controlled("StatefulSet", "db"), Named("StatefulSet", "team", "db")),
        ({"ownerReferences": [{"kind": "Node", "name": "n"}]}, Named("Pod", "team", "x")),
    ],
)
async def test_a_pod_is_told_with_who_a_person_would_name(
    api: Api, cluster: Cluster, metadata: dict[str, Any], owner: Named
):
    put(api, "x", metadata)
    (running,) = await told(cluster)
    assert running.owner == owner
    assert (running.workload.kind, running.workload.name, running.pods) == ("Pod", "x", 1)


async def test_what_has_ended_does_not_run(api: Api, cluster: Cluster):
    for phase in ("Succeeded", "Failed", "Running", "Pending"):
        put(api, phase.lower(), status={"phase": phase})
    names = [running.workload.name for running in await told(cluster)]
    assert names == ["pending", "running"]


async def test_digests_are_those_by_which_images_were_pulled(api: Api, cluster: Cluster):
    statuses = [
        {"name": "web", "imageID": "registry.test/shop/api@sha256:1"},
        {"name": "old", "imageID": "docker-pullable://registry.test/old@sha256:2"},
        {"name": "local", "imageID": "sha256:3"},
        {"name": "waiting", "imageID": ""},
    ]
    put(api, "x", status={"phase": "Running", "containerStatuses": statuses})
    (running,) = await told(cluster)
    assert running.digests == (("web", "sha256:1"), ("old", "sha256:2"))


async def test_a_controller_is_told_only_where_no_pod_of_it_was_seen(api: Api, cluster: Cluster):
    template = {"spec": {"containers": [CONTAINER]}}
    for name in ("web", "idle"):
        path = f"/apis/apps/v1/namespaces/team/deployments/{name}"
        api.put(path, spec={"template": template})
    owned = controlled("Deployment", "idle")
    api.put(
        "/apis/apps/v1/namespaces/team/replicasets/idle-1",
        metadata=owned,
        spec={"template": template},
    )
    job = {"template": template}
    api.put("/apis/batch/v1/namespaces/team/cronjobs/nightly", spec={"jobTemplate": {"spec": job}})
    labels = {"labels": {"pod-template-hash": "1"}}
    put(api, "web-1-a", controlled("ReplicaSet", "web-1") | labels)
    found = await told(cluster)
    assert [(running.owner.kind, running.owner.name, running.pods) for running in found] == [
        ("Deployment", "web", 1),
        ("Deployment", "idle", 0),
        ("CronJob", "nightly", 0),
    ]


async def test_what_may_not_be_listed_is_an_error(api: Api, cluster: Cluster):
    api.fail("/api/v1/namespaces/team/pods", 403, "Forbidden")
    with pytest.raises(ClusterError) as caught:
        await told(cluster)
    assert caught.value.kind is ClusterFailure.FORBIDDEN


async def test_a_list_that_grew_too_old_goes_on_after_what_was_told(api: Api, cluster: Cluster):
    api.page = 2
    for name in "abcde":
        put(api, name)
    names: list[str] = []
    async for page in Workloads(cluster, ["team"]).pages():
        names += [running.workload.name for running in page.running]
        if len(names) == 2 and not api.compacted:
            put(api, "aa")  # too late to be told: what comes before was told
            api.compact()
            put(api, "f")
    assert names == ["a", "b", "c", "d", "e", "f"]


async def test_a_list_that_always_is_too_old_is_given_up(api: Api, cluster: Cluster):
    api.fail("/api/v1/namespaces/team/pods", 410, "Expired")
    with pytest.raises(ClusterError) as caught:
        await told(cluster)
    assert caught.value.kind is ClusterFailure.EXPIRED
