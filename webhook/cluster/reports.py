"""Report objects of one release, made equal to what was found: written, left as they are, deleted.

They exist in up to two kinds, whichever the cluster has. What is of the release is known by its
labels, and nothing else is looked at or touched. They belong to the release's webhook configuration,
with which the cluster's garbage collector takes them away: an owner in a namespace could own nothing
in another.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, ObjectMeta, Page, decode, location
from webhook.errors import ClusterError, ClusterFailure

T = TypeVar("T")
Report = Mapping[str, Any]
"""``metadata`` with name, namespace, labels and annotations; ``summary``; ``results``."""

_AT_ONCE = 4
"""Reports that are under way at the same time: each may be a megabyte."""
_PAGE = 20
_OWNER = ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
_NO_KIND = (
    "the cluster has no kind for reports: install the custom resource PolicyReport of "
    "wgpolicyk8s.io/v1alpha2, or Report of openreports.io/v1alpha1"
)
_ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report objects."""

    api_version: str
    kind: str
    resource: str
    more: tuple[tuple[str, str], ...] = ()
    """What stands in these objects besides."""

    def path(self, namespace: str, name: str = "") -> str:
        """Of one object, or of a list."""
        return location(f"apis/{self.api_version}", self.resource, namespace, name)


KINDS = (
    ReportKind("wgpolicyk8s.io/v1alpha2", "PolicyReport", "policyreports"),
    ReportKind("openreports.io/v1alpha1", "Report", "reports", (("source", "slimgate"),)),
)
"""Both have the same results and the same summary."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of the reports: counts of objects."""

    kinds: tuple[str, ...]
    """``PolicyReport``, ``Report``."""
    created: int
    replaced: int
    unchanged: int
    """Nothing but the time would have been another."""
    deleted: int
    failed: int
    """Objects and lists that could not be written or read."""
    why: str
    """The first failure; empty when there was none."""


class _Resource(msgspec.Struct, frozen=True):
    name: str = ""


class _Resources(msgspec.Struct, frozen=True):
    resources: tuple[_Resource, ...] | None = None


class _Owner(msgspec.Struct, frozen=True):
    uid: str = ""


class _Metadata(ObjectMeta, frozen=True, rename="camel"):
    annotations: dict[str, str] | None = None
    owner_references: tuple[_Owner, ...] | None = None


class _Found(Item, frozen=True):
    """A report, as far as it is compared."""

    metadata: _Metadata
    summary: dict[str, int] | None = None
    results: tuple[dict[str, Any], ...] | None = None


class ReportObjects:
    """The reports with these labels, of every kind that the cluster has."""

    def __init__(self, cluster: Cluster, labels: Mapping[str, str], owner: str = "") -> None:
        """``owner`` is the name of the release's webhook configuration; empty for no owner."""
        self._cluster, self._owner = cluster, owner
        self._selector = ",".join(f"{name}={value}" for name, value in labels.items())

    async def write(
        self, reports: Iterable[Report], namespaces: Sequence[str] | None = None
    ) -> Written:
        """Make what there is in ``namespaces``, None being all of them, equal to ``reports``.

        What cannot be written is counted and told. Raises ``ClusterError`` where nothing can be:
        the cluster has no such kind, or the owner is not there.
        """
        kinds = [kind for kind in KINDS if await self._has(kind)]
        if not kinds:
            raise ClusterError(ClusterFailure.NOT_FOUND, _NO_KIND)
        run = _Run(self._cluster, self._selector, await self._owners())
        areas = [""] if namespaces is None else list(dict.fromkeys(namespaces))
        await _each(run.read, ((kind, area) for kind in kinds for area in areas))
        await _each(run.put, ((kind, report) for report in reports for kind in kinds))
        await _each(run.delete, list(run.before.items()))
        return Written(
            kinds=tuple(kind.kind for kind in kinds),
            created=run.counts["created"],
            replaced=run.counts["replaced"],
            unchanged=run.counts["unchanged"],
            deleted=run.counts["deleted"],
            failed=run.counts["failed"],
            why=run.why,
        )

    async def _has(self, kind: ReportKind) -> bool:
        try:
            found = decode(await self._cluster.get(f"/apis/{kind.api_version}"), _Resources)
        except ClusterError as error:
            if error.kind is ClusterFailure.NOT_FOUND:
                return False
            raise
        return any(each.name == kind.resource for each in found.resources or ())

    async def _owners(self) -> list[dict[str, str]]:
        """References to the owner: by its uid, for another of the same name is another."""
        if not self._owner:
            return []
        version, kind = _OWNER
        path = location(f"apis/{version}", f"{kind.lower()}s", name=self._owner)
        try:
            found = decode(await self._cluster.get(path), _Found)
        except ClusterError as error:
            if error.kind is not ClusterFailure.NOT_FOUND:
                raise
            detail = f"there is no {kind} {self._owner} that could own reports"
            raise ClusterError(ClusterFailure.NOT_FOUND, detail) from None
        uid = found.metadata.uid
        return [{"apiVersion": version, "kind": kind, "name": self._owner, "uid": uid}]


_Key = tuple[ReportKind, str, str]
"""Kind, namespace and name."""


@dataclass(slots=True)
class _Run:
    """One writing of reports."""

    cluster: Cluster
    selector: str
    owners: list[dict[str, str]]
    before: dict[_Key, tuple[str, bytes]] = field(default_factory=dict)
    """What was there and has not been met again: its resource version and what it says."""
    unread: set[tuple[ReportKind, str]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    why: str = ""

    async def read(self, area: tuple[ReportKind, str]) -> None:
        """Learn what is there of a kind in a namespace; an empty one stands for all."""
        kind, namespace = area
        pages = self.cluster.list_pages(
            kind.path(namespace), label_selector=self.selector, limit=_PAGE
        )
        try:
            async with aclosing(pages):
                async for raw in pages:
                    for item in decode(raw, Page).items or ():
                        found = decode(item, _Found)
                        at = found.metadata
                        said = (at.resource_version, _said(found))
                        self.before[kind, at.namespace, at.name] = said
        except ClusterError as error:
            self.unread.add(area)
            self._failed(error)

    async def put(self, item: tuple[ReportKind, Report]) -> None:
        """Write one report of a kind, unless it is there and says the same."""
        kind, report = item
        namespace, name = report["metadata"]["namespace"], report["metadata"]["name"]
        known = self.before.pop((kind, namespace, name), None)
        if not self._was_read(kind, namespace):
            return
        document = self._document(kind, report, known[0] if known else "")
        try:
            if known is None:
                await self.cluster.create(kind.path(namespace), document)
                self.counts["created"] += 1
            elif known[1] == _said(msgspec.convert(document, _Found)):
                self.counts["unchanged"] += 1
            else:
                await self.cluster.replace(kind.path(namespace, name), document)
                self.counts["replaced"] += 1
        except ClusterError as error:
            self._failed(error)

    def _document(self, kind: ReportKind, report: Report, version: str) -> dict[str, Any]:
        """The report as an object of a kind, in the place of the one with that resource version."""
        metadata = dict(report["metadata"])
        if self.owners:
            metadata["ownerReferences"] = self.owners
        if version:
            metadata["resourceVersion"] = version
        named = {"apiVersion": kind.api_version, "kind": kind.kind}
        return {**named, **report, **dict(kind.more), "metadata": metadata}

    def _was_read(self, kind: ReportKind, namespace: str) -> bool:
        """Whether it is known what was there."""
        return not {(kind, namespace), (kind, "")} & self.unread

    async def delete(self, item: tuple[_Key, tuple[str, bytes]]) -> None:
        """Take away a report of which nothing is left to say."""
        (kind, namespace, name), (version, _) = item
        if not self._was_read(kind, namespace):
            return
        try:
            await self.cluster.delete(kind.path(namespace, name), version)
            self.counts["deleted"] += 1
        except ClusterError as error:
            if error.kind is not ClusterFailure.NOT_FOUND:  # gone with its namespace, say
                self._failed(error)

    def _failed(self, error: ClusterError) -> None:
        self.counts["failed"] += 1
        self.why = self.why or error.detail


def _said(found: _Found) -> bytes:
    """A digest of everything that a report says but the time."""
    rows = [
        {name: value for name, value in row.items() if name != "timestamp"}
        for row in found.results or ()
    ]
    owners = [owner.uid for owner in found.metadata.owner_references or ()]
    said = (found.metadata.annotations, owners, found.summary, rows)
    return sha256(_ENCODER.encode(said)).digest()


async def _each(work: Callable[[T], Awaitable[None]], items: Iterable[T]) -> None:
    """Do something with each item, with a few at a time; the items are made as they are needed."""
    waiting: Iterator[T] = iter(items)

    async def worker() -> None:
        for item in waiting:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(worker())
