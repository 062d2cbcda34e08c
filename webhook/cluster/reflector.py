"""One list of the cluster, kept in memory: listed once, then followed by watches for good.

What client-go's reflectors do: list, watch from there, resume where a watch ended, list anew when
the API server no longer remembers that point. What was read stays until something newer is known.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

import msgspec

from webhook.cluster.backoff import Backoff
from webhook.cluster.client import Cluster
from webhook.cluster.wire import Event, Item, ObjectMeta, Page, decode, read
from webhook.errors import ClusterError, ClusterFailure

Shape = TypeVar("Shape", bound=Item)
Kept = TypeVar("Kept")

_BRIEF = 5.0
"""Seconds: a watch that ended sooner is not begun again at once."""


class Happened(StrEnum):
    """What a reflector tells of."""

    LISTED = "listed"
    """It holds the whole list as it is."""
    RESUMED = "resumed"
    """A watch ended, as all do, and goes on where it was."""
    FAILED = "failed"
    """Something went wrong: it is going to list again."""


@dataclass(frozen=True, slots=True)
class Reported:
    """Something that happened to a reflector."""

    happened: Happened
    objects: int
    """How many it holds."""
    failure: ClusterError | None = None
    """Of ``FAILED``."""


Observe = Callable[[str, Reported], None]
"""Told the kind (``secrets``, say) and what happened to its reflector. Must not raise."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list that can be followed."""

    kind: str
    """What it is called where things are told."""
    path: str
    """See ``wire.location``."""
    field_selector: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What reflectors live in."""

    cluster: Cluster
    observe: Observe
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


class Reflector(Generic[Shape, Kept]):
    """Follows ``source`` while ``run`` runs, and keeps what ``keep`` makes of every object in it.

    ``shape`` is what an object is read as; nothing else of it is ever decoded, and nothing but what
    ``keep`` returns outlives the reading.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        source: Source,
        shape: type[Shape],
        keep: Callable[[Shape], Kept],
    ) -> None:
        self._around = surroundings
        self._source = source
        self._decoder = msgspec.json.Decoder(shape)
        self._keep = keep
        self._kept: dict[tuple[str, str], Kept] = {}
        self._backoff = Backoff(surroundings.clock)
        self.ready = asyncio.Event()
        """Set while it runs and has read the whole list at least once."""
        self.settled = asyncio.Event()
        """Set once it has read the whole list, or could not."""
        self.failure: ClusterError | None = None
        """Why the list cannot be read at present; None when it is followed, or not yet asked for."""

    def get(self, namespace: str, name: str) -> Kept | None:
        """What is kept of an object; None when there is no such object, as far as is known."""
        return self._kept.get((namespace, name))

    async def run(self) -> None:
        """Follow the list until cancelled. Whatever else ends it is told before it is raised."""
        try:
            while True:
                try:
                    await self._follow(await self._list())
                except ClusterError as error:
                    self._failed(error)
                    await self._pause(error.retry_after or 0.0)
        except Exception as error:
            detail = f"{self._source.path} is no longer followed: {type(error).__name__}"
            self._failed(ClusterError(ClusterFailure.MALFORMED, detail))
            raise
        finally:
            self.ready.clear()

    async def _list(self) -> str:
        """Read the whole list; the old one stays until then. Returns the version it is of."""
        found: dict[tuple[str, str], Kept] = {}
        version = ""
        pages = self._around.cluster.list_pages(
            self._source.path, field_selector=self._source.field_selector
        )
        async with aclosing(pages):
            async for raw in pages:
                page = decode(raw, Page)
                version = page.metadata.resource_version
                for item in page.items or ():
                    key, _, kept = self._read(item)
                    found[key] = kept
        self._kept = found
        self.failure = None
        self.ready.set()
        self.settled.set()
        self._tell(Happened.LISTED)
        return version

    async def _follow(self, version: str) -> None:
        """Take over what happens after ``version``. Ends only by an error."""
        while True:
            started = self._around.clock()
            events = self._around.cluster.watch(
                self._source.path, version, field_selector=self._source.field_selector
            )
            async with aclosing(events):
                async for event in events:
                    version = self._apply(event)
            self._tell(Happened.RESUMED)
            if self._around.clock() - started < _BRIEF:
                await self._pause()

    def _apply(self, event: Event) -> str:
        """Take over one event; returns the version the list is of now."""
        if event.type == "BOOKMARK":
            return decode(event.object, Item).metadata.resource_version
        key, version, kept = self._read(event.object)
        if event.type == "DELETED":
            self._kept.pop(key, None)
        else:
            self._kept[key] = kept
        return version

    def _read(self, raw: msgspec.Raw) -> tuple[tuple[str, str], str, Kept]:
        item = read(raw, self._decoder)
        metadata: ObjectMeta = item.metadata
        return (metadata.namespace, metadata.name), metadata.resource_version, self._keep(item)

    async def _pause(self, least: float = 0.0) -> None:
        await self._around.sleep(max(self._backoff.next(), least))

    def _failed(self, error: ClusterError) -> None:
        self.failure = error
        self.settled.set()
        self._tell(Happened.FAILED, error)

    def _tell(self, happened: Happened, failure: ClusterError | None = None) -> None:
        self._around.observe(self._source.kind, Reported(happened, len(self._kept), failure))


class Reflected:
    """What is made of several reflectors: they run, and are ready, together."""

    def __init__(self, reflectors: Iterable[Reflector[Any, Any]]) -> None:
        self._reflectors = tuple(reflectors)

    @property
    def ready(self) -> bool:
        """Whether everything has been read at least once."""
        return all(reflector.ready.is_set() for reflector in self._reflectors)

    @property
    def failure(self) -> ClusterError | None:
        """Why something of it cannot be read at present; None when all is followed."""
        return next((each.failure for each in self._reflectors if each.failure), None)

    async def settle(self) -> None:
        """Wait until everything has been read once, or could not be."""
        for reflector in self._reflectors:
            await reflector.settled.wait()

    async def run(self) -> None:
        """Follow everything until cancelled."""
        async with asyncio.TaskGroup() as group:
            for reflector in self._reflectors:
                group.create_task(reflector.run())
