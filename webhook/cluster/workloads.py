"""What a cluster runs: its Pods, page by page, then the controllers of which none was seen.

Pods are told with the workload that a person would name: the Deployment and not its ReplicaSet, the
CronJob and not its Job. Both are read off names, as the controllers give them
(kubernetes, pkg/controller/deployment: the ReplicaSet's name ends in its ``pod-template-hash``;
pkg/controller/cronjob/utils.go, ``getJobName``: the Job's in the minutes of its time), so that
nothing has to be kept of ReplicaSets and Jobs.
"""

import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, Page, decode, location, read
from webhook.errors import ClusterError, ClusterFailure
from webhook.kube.workload import KubeObject, Metadata, Workload
from webhook.services.judged import Named
from webhook.services.ports import Running, RunningPage

_OVER = frozenset({"Succeeded", "Failed"})
"""Phases of Pods that run no more."""
_MINUTES = re.compile(r"(.+)-\d{8}")
_CONTROLLERS = (
    ("apis/apps/v1", "deployments", "Deployment"),
    ("apis/apps/v1", "statefulsets", "StatefulSet"),
    ("apis/apps/v1", "daemonsets", "DaemonSet"),
    ("apis/apps/v1", "replicasets", "ReplicaSet"),
    ("apis/batch/v1", "cronjobs", "CronJob"),
    ("apis/batch/v1", "jobs", "Job"),
    ("api/v1", "replicationcontrollers", "ReplicationController"),
)
_MAX_RESTARTS = 3
"""How often a list is begun anew because it grew too old."""


class _OwnerReference(msgspec.Struct, frozen=True, gc=False):
    kind: str = ""
    name: str = ""
    controller: bool = False


class _Metadata(Metadata, frozen=True, rename="camel"):
    owner_references: tuple[_OwnerReference, ...] | None = None


class _ContainerStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    name: str = ""
    image_id: str = msgspec.field(default="", name="imageID")


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    phase: str = ""
    container_statuses: tuple[_ContainerStatus, ...] | None = None
    init_container_statuses: tuple[_ContainerStatus, ...] | None = None


class _Pod(KubeObject, frozen=True, rename="camel"):
    metadata: _Metadata = _Metadata()
    status: _Status | None = None


class _Controller(KubeObject, frozen=True, rename="camel"):
    metadata: _Metadata = _Metadata()


class Workloads:
    """The workloads of some namespaces; None is all of them."""

    def __init__(self, cluster: Cluster, namespaces: Sequence[str] | None = None) -> None:
        self._cluster = cluster
        self._namespaces = [""] if namespaces is None else list(dict.fromkeys(namespaces))
        self._seen: set[Named] = set()

    async def pages(self) -> AsyncIterator[RunningPage]:
        """See ``RunningWorkloads.pages``."""
        for namespace in self._namespaces:
            async for page in self._list("api/v1", "pods", namespace):
                yield RunningPage(tuple(self._pods(page)), page.metadata.remaining_item_count)
        for group, resource, kind in _CONTROLLERS:
            for namespace in self._namespaces:
                async for page in self._list(group, resource, namespace):
                    yield RunningPage(tuple(self._idle(page, kind, group)), None)

    async def _list(self, group: str, resource: str, namespace: str) -> AsyncIterator[Page]:
        """The pages of one list. One that grew too old is begun anew, after what was told.

        Lists are in the order of namespace and name, as etcd's keys are.
        """
        path, last = location(group, resource, namespace), ("", "")
        for attempt in range(_MAX_RESTARTS + 1):
            try:
                async with aclosing(self._cluster.list_pages(path)) as pages:
                    async for raw in pages:
                        page = decode(raw, Page)
                        items = page.items or []
                        if attempt:  # what was told before comes again
                            items = [item for item in items if _key(item) > last]
                        if items:
                            last = _key(items[-1])
                        yield Page(page.metadata, items)
                return
            except ClusterError as error:
                if error.kind is not ClusterFailure.EXPIRED or attempt == _MAX_RESTARTS:
                    raise

    def _pods(self, page: Page) -> Iterator[Running]:
        decoder = msgspec.json.Decoder(_Pod)
        for raw in page.items or ():
            pod = read(raw, decoder)
            if pod.status is not None and pod.status.phase in _OVER:
                continue
            running = _running(pod, "Pod", "v1")
            if running is not None:
                self._seen.add(running.owner)
                yield running

    def _idle(self, page: Page, kind: str, group: str) -> Iterator[Running]:
        """Controllers that nothing owns and of which no Pod was seen."""
        decoder = msgspec.json.Decoder(_Controller)
        version = group.partition("/")[2]
        for raw in page.items or ():
            found = read(raw, decoder)
            if any(owner.controller for owner in found.metadata.owner_references or ()):
                continue
            running = _running(found, kind, version)
            if running is not None and running.owner not in self._seen:
                yield replace(running, pods=0)


def _key(raw: msgspec.Raw) -> tuple[str, str]:
    metadata = decode(raw, Item).metadata
    return metadata.namespace, metadata.name


def _running(item: _Pod | _Controller, kind: str, version: str) -> Running | None:
    """Items of a list do not say their kind: the list has said it."""
    item = msgspec.structs.replace(item, api_version=version, kind=kind)
    workload = Workload.of(item)
    if workload is None:
        return None
    digests = tuple(_digests(item)) if isinstance(item, _Pod) else ()
    return Running(workload, _owner(item.metadata, workload), digests)


def _digests(pod: _Pod) -> Iterator[tuple[str, str]]:
    status = pod.status or _Status()
    statuses: Iterable[_ContainerStatus] = (
        *(status.container_statuses or ()),
        *(status.init_container_statuses or ()),
    )
    for each in statuses:
        _, at, digest = each.image_id.rpartition("@")
        if at:  # what was never pulled has the digest of its config, which no tag names
            yield each.name, digest


def _owner(metadata: _Metadata, workload: Workload) -> Named:
    owner = next((each for each in metadata.owner_references or () if each.controller), None)
    if owner is None:
        return Named.of(workload)
    labels = metadata.labels or {}
    made_by = owner.name.removesuffix(f"-{labels.get('pod-template-hash', '')}")
    if owner.kind == "ReplicaSet" and made_by != owner.name:
        return Named("Deployment", workload.namespace, made_by)
    job = _MINUTES.fullmatch(owner.name) if owner.kind == "Job" else None
    if job is not None:
        return Named("CronJob", workload.namespace, job[1])
    return Named(owner.kind, workload.namespace, owner.name)
