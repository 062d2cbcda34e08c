"""Registries, other servers, and clients that close themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
import uvloop
from aiohttp import web

from tests.registry.images import keep
from tests.registry.world import LAYER, PATH, Clock, Rogue
from webhook.oci import Descriptor, MediaType
from webhook.registry.client import Registry
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store


def pytest_asyncio_loop_factories():
    """The loop that the product runs on: loops differ in how things fail."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def store() -> Store:
    """Three images: two tags of ``team/app``, and one of ``team/api``."""
    store = Store()
    keep(store, PATH, "1.0")
    keep(store, PATH, "2.0", user="2")
    keep(store, "team/api", "1.0", user="3")
    return store


@pytest.fixture
def layer(store: Store) -> Descriptor:
    """A layer in ``store`` that is asked for in parts."""
    return store.put_blob(LAYER, MediaType.OCI_LAYER_GZIP)


@pytest.fixture
def serve(stack: AsyncExitStack):
    """Starts registries that hold ``team/app:1.0``: ``await serve(Behaviour(...))``."""

    async def start(
        behaviour: Behaviour | None = None, store: Store | None = None, **options
    ) -> SandboxRegistry:
        if store is None:
            store = Store()
            keep(store, PATH, "1.0")
        return await stack.enter_async_context(SandboxRegistry(store, behaviour, **options))

    return start


@pytest.fixture
def rogue(stack: AsyncExitStack):
    """Starts servers that answer anything: ``await rogue(lambda request: web.Response(...))``."""

    async def start(answer: Callable[[web.Request], web.StreamResponse]) -> Rogue:
        server = Rogue(answer)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", server.serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        return server

    return start


@pytest.fixture
async def raw(stack):
    """Starts servers that write bytes: ``await raw(b"HTTP/1.1 …")``; None hangs up at once."""

    async def start(said: bytes | None, seconds: float = 0.0) -> str:
        served: set[asyncio.Task] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            served.add(asyncio.current_task())
            try:
                await reader.read(1)
                await asyncio.sleep(seconds)
                writer.write(said or b"")
                await writer.drain()
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)

        async def stop() -> None:
            server.close()
            for task in served:
                task.cancel()
            await asyncio.gather(*served, return_exceptions=True)

        stack.push_async_callback(stop)
        return f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    return start


@pytest.fixture
def connect(stack: AsyncExitStack, clock: Clock) -> Callable[..., Registry]:
    """Makes clients that speak plain HTTP to the given registries."""

    def make(
        *plain: SandboxRegistry | str, options: RegistryOptions | None = None, **arguments
    ) -> Registry:
        options = options or RegistryOptions()
        hosts = [each if isinstance(each, str) else each.host for each in plain]
        told = {host: HostOptions(plain_http=True) for host in hosts}
        client = Registry(
            replace(options, hosts={**told, **options.hosts}),
            **{"clock": clock, "now": clock.now, "sleep": clock.sleep} | arguments,
        )
        stack.push_async_callback(client.aclose)
        return client

    return make
