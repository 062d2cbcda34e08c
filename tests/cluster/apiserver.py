"""An API server that speaks the protocol, remembers little, and misbehaves on request."""

import asyncio
import base64
import inspect
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "t0ken-of-ada"
Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """What a path is about; an empty name is the list."""

    resource: str
    namespace: str = ""
    name: str = ""

    @classmethod
    def of(cls, path: str) -> "Place":
        _, kind, *parts = path.split("/")
        rest = parts[1:] if kind == "api" else parts[2:]
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        return cls(rest[0], namespace, rest[1] if len(rest) > 1 else "")

    def holds(self, other: "Place") -> bool:
        same = self.resource == other.resource and self.namespace in ("", other.namespace)
        return same and self.name in ("", other.name)


@dataclass
class Watcher:
    """Somebody who watches; what is in ``lines`` is on its way to them."""

    place: Place
    selector: str
    lines: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    """None ends the watch."""
    broken: bool = False
    """Whether it ends by hanging up in the middle."""


class Api:
    """Objects, their history, and who watches them."""

    def __init__(self) -> None:
        self.version = 100
        self.compacted = 0
        """Up to this version nothing is remembered."""
        self.objects: dict[Place, Document] = {}
        self.history: list[tuple[int, str, Place, Document]] = []
        self.watchers: list[Watcher] = []
        self.seen: list[web.Request] = []
        self.token = TOKEN
        self.faults: list[Callable[[web.Request], Any]] = []
        """Asked in order, and awaited; what one answers stands for the API server's own answer."""
        self.page = 500
        """Objects on a page, at most."""
        self.port = 0

    def put(self, path: str, **content: Any) -> Document:
        """Create or change an object at ``path``; watchers are told."""
        place = Place.of(path)
        known = place in self.objects
        self.version += 1
        metadata = {"name": place.name, "resourceVersion": str(self.version)}
        if place.namespace:
            metadata["namespace"] = place.namespace
        metadata |= content.pop("metadata", {})
        document = {"metadata": metadata, **content}
        self.objects[place] = document
        self._tell("MODIFIED" if known else "ADDED", place, document)
        return document

    def delete(self, path: str) -> None:
        place = Place.of(path)
        self.version += 1
        document = deepcopy(self.objects.pop(place))
        document["metadata"]["resourceVersion"] = str(self.version)
        self._tell("DELETED", place, document)

    def bookmark(self) -> None:
        """Tell every watcher which version it is now."""
        mark = {"metadata": {"resourceVersion": str(self.version)}}
        for watcher in self.watchers:
            watcher.lines.put_nowait(_line("BOOKMARK", mark))

    def say(self, line: bytes) -> None:
        """Tell every watcher something that is not of the protocol, or not only."""
        for watcher in self.watchers:
            watcher.lines.put_nowait(line)

    def end_watches(self, *, broken: bool = False) -> None:
        for watcher in self.watchers:
            watcher.broken = broken
            watcher.lines.put_nowait(None)

    def compact(self) -> None:
        """Forget the past, as etcd does after some minutes."""
        self.compacted = self.version

    def fail(self, path: str, code: int, reason: str, message: str = "", **headers: str) -> None:
        """Answer everything about ``path`` with a status, until ``faults`` is cleared."""

        def fault(request: web.Request) -> web.Response | None:
            return status(code, reason, message, headers) if request.path == path else None

        self.faults.append(fault)

    def asked(self, **query: str) -> int:
        """How many requests were made with this in their query."""
        return sum(query.items() <= request.query.items() for request in self.seen)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        if request.headers.get("Authorization", "") != f"Bearer {self.token}":
            return status(401, "Unauthorized")
        for fault in self.faults:
            answer = fault(request)
            if inspect.isawaitable(answer):
                answer = await answer
            if answer is not None:
                return answer
        place = Place.of(request.path)
        if request.query.get("watch"):
            return await self._watch(request, place)
        if request.method == "GET" and not place.name:
            return self._list(request, place)
        return await self._document(request, place)

    def _list(self, request: web.Request, place: Place) -> web.Response:
        version, start = self.version, 0
        if token := request.query.get("continue"):
            version, start = json.loads(base64.b64decode(token))
            if version <= self.compacted:
                return status(410, "Expired")
        selector = request.query.get("fieldSelector", "")
        found = [
            document
            for other, document in sorted(self.objects.items(), key=_in_etcd)
            if place.holds(other) and _selected(other, document, selector)
        ]
        stop = start + min(self.page, int(request.query["limit"]))
        more = json.dumps([version, stop]).encode() if stop < len(found) else b""
        return web.json_response(
            {
                "metadata": {
                    "resourceVersion": str(version),
                    "continue": base64.b64encode(more).decode(),
                },
                "items": found[start:stop] or None,
            }
        )

    async def _watch(self, request: web.Request, place: Place) -> web.StreamResponse:
        after = int(request.query["resourceVersion"])
        watcher = Watcher(place, request.query.get("fieldSelector", ""))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        if after < self.compacted:
            expired = {"code": 410, "reason": "Expired", "message": "too old resource version"}
            watcher.lines.put_nowait(_line("ERROR", expired))
        for version, kind, other, document in self.history:
            if version > after:
                self._queue(watcher, kind, other, document)
        self.watchers.append(watcher)
        try:
            await response.prepare(request)
            while (line := await watcher.lines.get()) is not None:
                await response.write(line)
            if watcher.broken:
                await response.write(b'{"type":"ADDED","obj')
                request.transport.abort()
        except ConnectionError:
            pass  # the client left, or was hung up on
        finally:
            self.watchers.remove(watcher)
        return response

    async def _document(self, request: web.Request, place: Place) -> web.Response:
        body = await request.json() if request.can_read_body else None
        if request.method == "POST":
            place = Place(place.resource, place.namespace, body["metadata"]["name"])
            if place in self.objects:
                return status(409, "AlreadyExists")
        elif place not in self.objects:
            return status(404, "NotFound")
        if request.method == "GET":
            return web.json_response(self.objects[place])
        if request.method == "PATCH":
            assert request.content_type == "application/json-patch+json"
            body = _patched(self.objects[place], body)
        meta = body["preconditions"] if request.method == "DELETE" else body["metadata"]
        sent = meta.pop("resourceVersion", None)
        if sent and sent != self.objects[place]["metadata"]["resourceVersion"]:
            return status(409, "Conflict")
        if request.method == "DELETE":
            self.delete(request.path)
            return status(200, "", "Success")
        namespace = f"namespaces/{place.namespace}/" if place.namespace else ""
        return web.json_response(
            self.put(f"/api/v1/{namespace}{place.resource}/{place.name}", **body)
        )

    def _tell(self, kind: str, place: Place, document: Document) -> None:
        self.history.append((self.version, kind, place, document))
        for watcher in self.watchers:
            self._queue(watcher, kind, place, document)

    def _queue(self, watcher: Watcher, kind: str, place: Place, document: Document) -> None:
        if watcher.place.holds(place) and _selected(place, document, watcher.selector):
            watcher.lines.put_nowait(_line(kind, document))


def _in_etcd(item: tuple[Place, Document]) -> tuple[str, str]:
    """Lists are in the order of the keys."""
    return item[0].namespace, item[0].name


def status(
    code: int, reason: str, message: str = "", headers: dict[str, str] | None = None
) -> web.Response:
    body = {"kind": "Status", "code": code, "reason": reason, "message": message}
    return web.json_response(body, status=code, headers=headers)


def _line(kind: str, document: Document) -> bytes:
    return json.dumps({"type": kind, "object": document}).encode() + b"\n"


def _selected(place: Place, document: Document, selector: str) -> bool:
    key, _, value = selector.partition("=")
    return not key or value == (place.name if key == "metadata.name" else document.get(key))


def _patched(document: Document, operations: list[Document]) -> Document:
    """A JSON patch that adds and replaces."""
    patched = deepcopy(document)
    for operation in operations:
        *parents, last = operation["path"].split("/")[1:]
        target = patched
        for part in parents:
            target = target[int(part)] if isinstance(target, list) else target[part]
        assert operation["op"] in ("add", "replace")
        assert operation["op"] == "add" or last in target
        target[last] = operation["value"]
    return patched


@asynccontextmanager
async def serving(api: Api, tls: ssl.SSLContext | None = None) -> AsyncIterator[Api]:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", api.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        api.port = runner.addresses[0][1]
        yield api
    finally:
        api.end_watches()
        await runner.cleanup()
