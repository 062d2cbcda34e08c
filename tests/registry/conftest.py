"""A clock that is moved by hand, registries in memory, and clients that close themselves."""

import asyncio
import inspect
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import uvloop
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.registry.images import keep
from webhook.oci import ImageConfig, Manifest, Reference
from webhook.registry.client import Registry
from webhook.registry.dockerconfig import parse_docker_config
from webhook.registry.keychain import DockerKeychain, JoinedKeychain
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store
from webhook.services.ports import Keychain

PATH = "team/app"
KEY = b"the same for all keychains here"
NOBODY = JoinedKeychain()


def pytest_asyncio_loop_factories():
    """The loop that the product runs on: loops differ in how things fail."""
    return {"uvloop": uvloop.new_event_loop}


class Clock:
    """Time that passes when a test says so; waiting passes it too."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Names(AbstractResolver):
    """A resolver that knows a few names: each answer is used once, the last one for good."""

    def __init__(self, **names: list[str]) -> None:
        self.names = {name.replace("_", "."): list(found) for name, found in names.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError(None, "no such name")
        address = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]

    async def close(self) -> None:
        pass


class Counter:
    """An observer that keeps what it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str]] = []
        self.lookups: list[tuple[str, bool]] = []

    def request(self, host: str, method: str, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.requests.append((host, method, outcome))

    def cache(self, kind: str, hit: bool) -> None:
        self.lookups.append((kind, hit))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


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


class Rogue:
    """A server that answers whatever a test makes it answer, and keeps what it was asked."""

    def __init__(self, answer: Callable[[web.Request], web.StreamResponse]) -> None:
        self.answer = answer
        self.seen: list[web.Request] = []
        self.forms: list[dict[str, str]] = []
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.forms.append({key: str(value) for key, value in (await request.post()).items()})
        answered = self.answer(request)
        return await answered if inspect.isawaitable(answered) else answered


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


def image(registry: SandboxRegistry | str, name: str = f"{PATH}:1.0") -> Reference:
    """A reference to an image of ``registry``."""
    host = registry if isinstance(registry, str) else registry.host
    return Reference.parse(f"{host}/{name}")


def keychain(*entries: tuple[SandboxRegistry | str, dict[str, str]]) -> DockerKeychain:
    """A keychain of one Docker configuration for each entry."""
    configs = []
    for number, (registry, entry) in enumerate(entries, start=1):
        host = registry if isinstance(registry, str) else registry.host
        raw = json.dumps({"auths": {host: entry}}).encode()
        configs.append(parse_docker_config(raw, f"secret-{number}"))
    return DockerKeychain(configs, KEY)


async def pull(client: Registry, reference: Reference, credentials: Keychain) -> ImageConfig:
    """The config of an image of one platform: index, manifest, config."""
    resolved = await client.resolve(reference, credentials)
    document = resolved.document
    if not isinstance(document, Manifest):
        found = await client.manifest(reference, document.images[0], credentials)
        assert isinstance(found, Manifest)
        document = found
    return await client.config(reference, document.config, credentials)


def trips(registry: SandboxRegistry) -> list[tuple[str, str, int]]:
    """Method, kind and status of every request, in order."""
    return [(seen.method, kind(seen.path), seen.status) for seen in registry.seen]


def kind(path: str) -> str:
    """``token``, ``blob``, ``digest`` or ``tag``: what a request path asks for."""
    if path == "/token":
        return "token"
    if "/blobs/" in path:
        return "blob"
    return "digest" if "/manifests/sha256:" in path else "tag"
