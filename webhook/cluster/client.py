"""The Kubernetes API: lists in pages, watches, and reading and writing of single documents.

What comes back is bytes; who asks knows its shape (``wire.decode``). Every method raises
``ClusterError`` and nothing else.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import msgspec

from webhook.cluster.access import Access
from webhook.cluster.connection import Connection, Request, beginning
from webhook.cluster.failures import of_status
from webhook.cluster.wire import Event, Item, PageEnd, Status, decode, read
from webhook.errors import ClusterError, ClusterFailure

PAGE = 500
"""Objects on a page, unless told otherwise."""
_WATCH_SECONDS = (240, 300)
"""How long the API server is asked to keep a watch. Not all the same, so that they spread."""
_GRACE = 15.0
"""Seconds that an API server may be late in ending a watch."""
_EVENT = msgspec.json.Decoder(Event)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the API server may cost us, and we it."""

    connect: float = 10.0
    """Seconds."""
    request: float = 30.0
    """Seconds for one request, watches aside."""
    silence: float = 130.0
    """Seconds without a byte after which a watch is given up: bookmarks come every minute, and
    connections die without a word."""
    at_once: int = 4
    """Requests that are under way at the same time, watches aside."""
    page: int = 32 * 1024 * 1024
    """Bytes of a page. One that is larger is asked for again with fewer objects on it."""
    document: int = 8 * 1024 * 1024
    """Bytes of one object: etcd takes about 1.5 MB, and JSON is wordier."""


class Cluster:
    """A cluster. ``async with Cluster(Access(context="staging")) as cluster:``"""

    def __init__(
        self,
        access: Access | None = None,
        *,
        user_agent: str = "slimgate",
        limits: Limits | None = None,
    ) -> None:
        self._connection = Connection(access or Access(), user_agent)
        self._limits = limits or Limits()
        self._timeout = aiohttp.ClientTimeout(
            total=self._limits.request, sock_connect=self._limits.connect
        )
        self._slots = asyncio.Semaphore(self._limits.at_once)

    async def __aenter__(self) -> Self:
        await self._connection.open()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._connection.aclose()

    async def list_pages(
        self, path: str, *, field_selector: str = "", label_selector: str = "", limit: int = PAGE
    ) -> AsyncGenerator[bytes]:
        """The pages of a list (``wire.Page``), as it was when the first one was answered.

        ``EXPIRED`` when a later page is asked for more than some minutes after the first: only the
        caller can tell whether to begin again, for it has the objects of the earlier pages.
        """
        query = {"fieldSelector": field_selector, "labelSelector": label_selector}
        token = ""
        while True:
            asked = {**query, "limit": str(limit), "continue": token}
            try:
                page = await self._ask(self._limits.page, "GET", path, query=asked)
            except ClusterError as error:
                limit //= 8
                if error.kind is not ClusterFailure.TOO_LARGE or not limit:
                    raise
                continue
            yield page
            token = decode(page, PageEnd).metadata.continue_
            if not token:
                return

    async def watch(
        self,
        path: str,
        resource_version: str,
        *,
        field_selector: str = "",
        label_selector: str = "",
    ) -> AsyncGenerator[Event]:
        """What happens to a list after ``resource_version``, bookmarks among it.

        Ends when the API server ends it, which it is asked to after some minutes, when the
        connection breaks, and when nothing is heard for too long: go on from the last version that
        was told. ``EXPIRED`` when the API server no longer knows ``resource_version``.
        """
        seconds = random.randint(*_WATCH_SECONDS)  # noqa: S311
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(seconds),
            "fieldSelector": field_selector,
            "labelSelector": label_selector,
        }
        timeout = aiohttp.ClientTimeout(
            total=seconds + _GRACE,
            sock_connect=self._limits.connect,
            sock_read=self._limits.silence,
        )
        request = Request("GET", path, timeout, query)
        async with self._connection.exchange(request) as response:
            async for line in _lines(response.content, self._limits.document):
                event = read(line, _EVENT)
                if event.type == "ERROR":
                    raise of_status(decode(event.object, Status), str(request))
                yield event

    async def get(self, path: str) -> bytes:
        """One document."""
        return await self._ask(self._limits.document, "GET", path)

    async def create(self, path: str, document: object) -> bytes:
        """Add a document to the list at ``path``. ``CONFLICT`` when its name is taken."""
        return await self._write("POST", path, document)

    async def replace(self, path: str, document: object) -> bytes:
        """Put ``document`` in the place of the state it was made from.

        It must say which that is in ``metadata.resourceVersion``. ``CONFLICT`` when there is
        another by now.
        """
        body = msgspec.to_builtins(document)
        if not msgspec.convert(body, Item).metadata.resource_version:
            raise ValueError("what replaces a document must say which state it replaces")
        return await self._write("PUT", path, body)

    async def patch(self, path: str, operations: Sequence[Mapping[str, Any]]) -> bytes:
        """Change a document by a JSON patch (RFC 6902).

        ``CONFLICT`` when it sets ``/metadata/resourceVersion`` to another than the present one.
        """
        return await self._write("PATCH", path, list(operations), "application/json-patch+json")

    async def delete(self, path: str, resource_version: str) -> None:
        """Take a document away, in the state that was read.

        ``CONFLICT`` when there is another by now, ``NOT_FOUND`` when it is gone.
        """
        options = {"preconditions": {"resourceVersion": resource_version}}
        await self._write("DELETE", path, options)

    async def _write(
        self, method: str, path: str, document: object, content_type: str = "application/json"
    ) -> bytes:
        body = msgspec.to_builtins(document)
        return await self._ask(
            self._limits.document, method, path, body=body, content_type=content_type
        )

    async def _ask(self, limit: int, method: str, path: str, **more: Any) -> bytes:
        request = Request(method, path, self._timeout, **more)
        async with self._slots, self._connection.exchange(request) as response:
            # One byte more than may be there shows that there are too many.
            body = await beginning(response, limit + 1)
        if len(body) > limit:
            raise _too_large(f"{request}: the answer", limit)
        return body


async def _lines(content: aiohttp.StreamReader, limit: int) -> AsyncIterator[bytes]:
    """Whole lines, until the stream ends or breaks. What was cut off is told again later."""
    begun = b""
    while True:
        try:
            chunk = await content.readany()
        except (aiohttp.ClientError, OSError):
            return
        if not chunk:
            return
        whole, newline, rest = chunk.rpartition(b"\n")
        if newline:
            for line in (begun + whole).split(b"\n"):
                yield line
            begun = rest
        else:
            begun += chunk
        if len(begun) > limit:
            raise _too_large("an event of a watch", limit)


def _too_large(what: str, limit: int) -> ClusterError:
    return ClusterError(ClusterFailure.TOO_LARGE, f"{what} is larger than {limit} bytes")
