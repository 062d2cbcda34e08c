"""One exchange over HTTP: bounded in time, in bytes, in number, and in whom it connects to."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import lru_cache
from typing import cast

import aiohttp
from aiohttp.abc import AbstractResolver

from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import (
    ANYWHERE,
    GuardedResolver,
    Network,
    check_host,
)
from webhook.registry.exchange import MAX_ERROR_BODY, Request, Response
from webhook.registry.failures import of_exception
from webhook.registry.hosts import Route
from webhook.registry.observer import Observer
from webhook.registry.options import Limits

_KEEP_ALIVE = 75.0
"""Seconds that idle connections are kept: longer than a tag is fresh, so that asking again for it
needs no new handshake."""
_CHUNK = 64 * 1024
_MEMO = 1024


class _PeerResponse(aiohttp.ClientResponse):
    """A response that knows which address it comes from.

    Asking its connection later would not do: it is given back once the last byte is there.
    """

    peer: str | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        """See ``ClientResponse.start``."""
        transport = connection.transport
        address = transport.get_extra_info("peername") if transport is not None else None
        self.peer = address[0] if address else None
        return await super().start(connection)


class Transport:
    """Connections, one pool for each reach: a pooled connection may not serve a lesser one."""

    def __init__(
        self,
        limits: Limits,
        observer: Observer,
        user_agent: str,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=limits.request, sock_connect=limits.connect)
        self._slots = _Slots(limits.per_host, limits.total)
        self._observer = observer
        self._user_agent = user_agent
        self._resolver = resolver
        self._sessions: dict[Network, aiohttp.ClientSession] = {}
        self._check_host = lru_cache(_MEMO)(check_host)

    async def send(self, request: Request, route: Route, reach: Network) -> Response:
        """Ask once, follow nothing. Raises ``FetchError``."""
        host = request.url.host_port_subcomponent or ""
        self._check_host(request.url.raw_host or "", reach)
        async with self._slots.take(host):
            started, outcome = time.monotonic(), "cancelled"
            try:
                response = await self._exchange(request, route, reach)
                outcome = str(response.status)
            except FetchError as error:
                outcome = error.kind.value
                raise
            except (aiohttp.ClientError, OSError) as error:
                failure = of_exception(error, host)
                outcome = failure.kind.value
                # The library's own message may hold the URL with its query: it ends here.
                raise failure from None
            finally:
                self._observer.request(host, request.method, outcome, time.monotonic() - started)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def _exchange(self, request: Request, route: Route, reach: Network) -> Response:
        headers = dict(request.headers)
        if request.authorization is not None:
            headers["Authorization"] = request.authorization
        if request.window is not None:
            # Both ends are told: some storage knows no suffixes.
            headers["Range"] = f"bytes={request.window.start}-{request.window.stop - 1}"
        # A proxy resolves names by itself: the address connected to is its own.
        session = self._session(ANYWHERE if route.proxy else reach)
        async with session.request(
            request.method,
            request.url,
            headers=headers,
            data=request.form,
            allow_redirects=False,
            ssl=route.tls,
            proxy=route.proxy,
        ) as answer:
            body = await _read(answer, request)
            peer = None if route.proxy else cast(_PeerResponse, answer).peer
            return Response(answer.status, answer.headers, body, request.url, peer)

    def _session(self, reach: Network) -> aiohttp.ClientSession:
        session = self._sessions.get(reach)
        if session is None:
            if self._resolver is None:
                self._resolver = aiohttp.DefaultResolver()
            connector = aiohttp.TCPConnector(
                limit=0,
                resolver=GuardedResolver(self._resolver, reach),
                keepalive_timeout=_KEEP_ALIVE,
            )
            session = self._sessions[reach] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                headers={"User-Agent": self._user_agent, "Accept-Encoding": "identity"},
                auto_decompress=False,
                response_class=_PeerResponse,
            )
        return session


class _Slots:
    """Bounds how much is asked at once. Waiting for a slot is not part of a request's time."""

    def __init__(self, per_host: int, total: int) -> None:
        self._per_host = per_host
        self._total = asyncio.Semaphore(total)
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def take(self, host: str) -> AsyncIterator[None]:
        slots, users = self._hosts.get(host) or (asyncio.Semaphore(self._per_host), 0)
        self._hosts[host] = (slots, users + 1)
        try:
            # The host's slot comes first: who waits for a busy host must not hold up others.
            async with slots, self._total:
                yield
        finally:
            slots, users = self._hosts[host]
            if users == 1:
                del self._hosts[host]
            else:
                self._hosts[host] = (slots, users - 1)


async def _read(answer: aiohttp.ClientResponse, request: Request) -> bytes:
    """The body, as much of it as is worth reading."""
    if answer.status not in (200, 206):
        # The status is enough: distribution promises the whole blob behind a 416, and hangs up.
        with suppress(aiohttp.ClientPayloadError):
            return await _beginning(answer, MAX_ERROR_BODY)
        return b""
    host, whole = request.url.host_port_subcomponent, answer.status == 200
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise FetchError(FailureKind.MALFORMED, f"{host}: the answer is encoded, unasked for")
    if whole and request.window is not None:
        return await _beginning(answer, 0 if request.window.start else request.limit)
    # One byte more than may be there shows that there are too many.
    body = await _beginning(answer, request.limit + 1)
    if whole and len(body) > request.limit:
        detail = f"{host}: the answer is larger than {request.limit} bytes"
        raise FetchError(FailureKind.TOO_LARGE, detail)
    return body


async def _beginning(answer: aiohttp.ClientResponse, size: int) -> bytes:
    """The first ``size`` bytes of the body; the connection is closed when there may be more."""
    if answer.method == "HEAD" or 0 < (answer.content_length or 0) <= size:
        return await answer.read()
    body = bytearray()
    while len(body) < size:
        chunk = await answer.content.read(min(_CHUNK, size - len(body)))
        if not chunk:
            return bytes(body)
        body += chunk
    answer.close()
    return bytes(body)
