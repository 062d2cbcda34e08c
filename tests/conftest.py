"""What tests of several rooms stand on: a stocked registry, and the whole webhook before it."""

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from hypothesis import settings as properties

from webhook.sandbox.images import stock
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store
from webhook.server.run import listen, running
from webhook.settings import Settings
from webhook.tls import self_signed
from webhook.tls.serving import write_pair
from webhook.wiring import Webhook, assembled, clock

properties.register_profile("unhurried", deadline=None)  # other work may run on this machine
properties.load_profile("unhurried")

POLICY = """\
apiVersion: policy.slimgate.dev/v1alpha1
kind: ImagePolicy
metadata: {{name: {name}}}
spec:
  mode: {mode}
  {more}
  rules:
{rules}
"""


def policy_text(*rules: str, name: str = "team", mode: str = "enforce", more: str = "") -> str:
    """A policy whose rules are flow mappings without their braces."""
    lines = "\n".join(f"    - {{{rule}}}" for rule in rules)
    return POLICY.format(name=name, mode=mode, more=more, rules=lines)


@pytest.fixture(scope="session")
def store() -> Store:
    """All sample images; do not change it."""
    stocked = Store()
    stock(stocked)
    return stocked


@pytest.fixture
async def registry(store: Store) -> AsyncIterator[SandboxRegistry]:
    async with SandboxRegistry(store) as running_registry:
        yield running_registry


@dataclass
class Client:
    """Speaks to a webhook as an API server does."""

    hook: Webhook
    session: aiohttp.ClientSession
    url: str
    trust: ssl.SSLContext
    log: BytesIO

    async def post(self, body: bytes | BytesIO, query: str = "?timeout=10s") -> tuple[int, bytes]:
        async with self.session.post(
            f"{self.url}/validate{query}", data=body, ssl=self.trust
        ) as reply:
            return reply.status, await reply.read()

    async def review(self, review: dict[str, Any], query: str = "?timeout=10s") -> dict[str, Any]:
        """The response to a review; it must be answered with 200 and its own uid."""
        status, body = await self.post(msgspec.json.encode(review), query)
        assert status == 200, body
        answer = msgspec.json.decode(body)
        assert answer["apiVersion"] == "admission.k8s.io/v1"
        assert answer["kind"] == "AdmissionReview"
        assert answer["response"]["uid"] == review["request"]["uid"]
        response: dict[str, Any] = answer["response"]
        return response

    def events(self) -> list[dict[str, Any]]:
        """Everything that was logged so far."""
        return [msgspec.json.decode(line) for line in self.log.getvalue().splitlines()]


Serve = Callable[..., Any]


@asynccontextmanager
async def served(
    folder: Path, policy: str, registry: SandboxRegistry | None = None, **more: Any
) -> AsyncIterator[Client]:
    """The whole webhook over TLS, and a client before it; ``more`` is settings."""
    certificate, key = write_pair(self_signed(("127.0.0.1",), clock()), folder)
    file = folder / "policy.yaml"
    file.write_text(policy)
    settings = Settings(
        policies=(str(file),),
        insecure_registry=(registry.host,) if registry is not None else (),
        tls_cert=certificate,
        tls_key=key,
        **more,
    )
    log = BytesIO()
    async with AsyncExitStack() as stack:
        hook = await stack.enter_async_context(assembled(settings, log))
        context = hook.certificate.listening
        port = await stack.enter_async_context(running(hook.app, listen("127.0.0.1", 0), context))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        trust = ssl.create_default_context(cafile=str(certificate))
        yield Client(hook, session, f"https://127.0.0.1:{port}", trust, log)


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Starts the whole webhook: ``async with serve(policy_text(…), registry) as client``."""
    return partial(served, tmp_path)
