"""What the checks of ``www_authenticate.json`` happen in: time, servers, clients."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from webhook.errors import FetchError
from webhook.registry.addresses import ANYWHERE, check_host
from webhook.registry.exchange import Response
from webhook.registry.hosts import Hosts
from webhook.registry.observer import Silent
from webhook.registry.options import Limits, RegistryOptions
from webhook.registry.redirect import Web, reach_of, target_of
from webhook.registry.retry import Retries
from webhook.registry.transport import Transport
from webhook.services.ports import Credential


def credential(told: Mapping[str, Any]) -> Credential:
    # A ready-made header has no place in a credential: a name and password stand for it.
    stand_in = "user" if told.get("auth") else ""
    return Credential(
        told.get("username", stand_in),
        told.get("password", stand_in),
        told.get("identitytoken", ""),
        told.get("registrytoken", ""),
    )


def an_answer(status: int, url: URL) -> Response:
    return Response(status, CIMultiDictProxy(CIMultiDict()), b"", url, None)


class Time:
    """A clock for tokens; both kinds of time pass together."""

    seconds = 10_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@asynccontextmanager
async def server(answer: Callable[[web.Request], web.Response]) -> AsyncIterator[str]:
    """A server on this machine, as ``host:port``."""

    async def serve(request: web.Request) -> web.Response:
        request["form"] = dict(await request.post())
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def asking(time: Time) -> AsyncIterator[Web]:
    """What asks on behalf of the client, without keeping anything."""
    transport = Transport(Limits(), Silent(), "vectors", aiohttp.ThreadedResolver())
    retries = Retries(0.01, time, time.now, time.sleep)
    try:
        yield Web(transport, Hosts(RegistryOptions()), retries)
    finally:
        await transport.aclose()


def refusal(told_by: str, to: str) -> FetchError | None:
    """Why the registry ``told_by`` may not point to ``to``; None when it may."""
    try:
        target = target_of(to, URL(told_by))
        reach = reach_of(target, an_answer(200, URL(told_by)), ANYWHERE)
        check_host(target.host or "", reach)
    except FetchError as error:
        return error
    return None
