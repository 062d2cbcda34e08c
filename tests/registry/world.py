"""What the tests happen in: time moved by hand, names, servers, credentials, and how to ask."""

import asyncio
import inspect
import json
import random
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from webhook.errors import FetchError
from webhook.oci import Descriptor, ImageConfig, Manifest, Reference
from webhook.registry.client import Registry
from webhook.registry.dockerconfig import parse_docker_config
from webhook.registry.keychain import DockerKeychain, JoinedKeychain
from webhook.registry.options import Limits, RegistryOptions
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.registry import SandboxRegistry
from webhook.services.ports import Keychain

PATH = "team/app"
LAYER = random.Random("layer").randbytes(300_000)
"""Content of a layer that is asked for in parts."""
KEY = b"the same for all keychains here"
NOBODY = JoinedKeychain()
ADA = {"username": "ada", "password": "s3cret"}
USERS = {"ada": User("s3cret", identity_token="refresh-ada")}
BEARER = Behaviour("bearer", USERS)
BASIC = Behaviour("basic", USERS)


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


async def part(
    client: Registry,
    registry: SandboxRegistry | str,
    layer: Descriptor,
    start: int,
    length: int,
    credentials: Keychain = NOBODY,
) -> bytes:
    """A part of a layer of the sample image."""
    return await client.part(image(registry), layer, start, length, credentials)


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


async def failing(question: Awaitable[object]) -> FetchError:
    """The error that a question meets; it tells no secret, in one line."""
    with pytest.raises(FetchError) as caught:
        await question
    detail = caught.value.detail
    assert detail.isprintable()
    assert "s3cret" not in detail
    assert "signature" not in detail
    return caught.value


async def failure(
    client: Registry, reference: Reference, credentials: Keychain = NOBODY
) -> FetchError:
    """The error that resolving meets."""
    return await failing(client.resolve(reference, credentials))


def limited(**limits: float) -> RegistryOptions:
    """Options that bound what is named, and allow no second attempt."""
    return RegistryOptions(limits=Limits(**{"retries": 0} | limits))
