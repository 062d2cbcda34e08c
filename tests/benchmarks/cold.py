"""Time of cold images over round trips times an artificial latency of the registry."""

import asyncio
import statistics
import time

from webhook.oci import Reference
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.policy.plan import Wanted
from webhook.profile.wants import Need
from webhook.registry.client import Registry
from webhook.registry.keychain import JoinedKeychain
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.images import stock
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store
from webhook.services.gather import Gatherer

LATENCY = 0.02
"""Seconds before every answer of the registry."""
ROUNDS = 15
_NEED = Wanted(Need.MANIFEST | Need.CONFIG, (DEFAULT_PLATFORM,))


async def measure() -> dict[str, float]:
    """Medians over fresh clients: one image, and as many at once as there are copies."""
    store = Store()
    stock(store)
    source = store.repositories["shop/api"]
    names = [f"copy-{number}" for number in range(20)]
    for name in names:
        store.repositories[name] = source
    figures = {}
    for title, behaviour, trips in (
        ("without authentication", Behaviour(latency=LATENCY), 3),
        (
            "with tokens",
            Behaviour(latency=LATENCY, authentication="bearer", anonymous=("*",)),
            5,
        ),
    ):
        async with SandboxRegistry(store, behaviour) as registry:
            real = await _answer_time(registry)
            one = [await _cold(registry, names[:1]) for _ in range(ROUNDS)]
            many = [await _cold(registry, names) for _ in range(ROUNDS)]
        figures[f"one image {title}, {trips} trips"] = statistics.median(one) / (trips * real)
        figures[f"20 images {title}, {trips} trips"] = statistics.median(many) / (trips * real)
    return figures


async def _answer_time(registry: SandboxRegistry) -> float:
    """How long the registry really takes for an answer, over an open connection."""
    reader, writer = await asyncio.open_connection(registry.address, registry.port)
    times = []
    for _ in range(10):
        started = time.perf_counter()
        writer.write(b"GET /v2/copy-0/manifests/nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - started)
    writer.close()
    return statistics.median(times)


async def _cold(registry: SandboxRegistry, names: list[str]) -> float:
    """Seconds until a fresh client knows every image."""
    client = Registry(RegistryOptions(hosts={registry.host: HostOptions(plain_http=True)}))
    gatherer = Gatherer(client)
    wanted = {Reference.parse(f"{registry.host}/{name}:4-optimised"): _NEED for name in names}
    started = time.perf_counter()
    learnt = await gatherer.gather(wanted, JoinedKeychain(), 30.0)
    took = time.perf_counter() - started
    assert all(hasattr(item, "python") for found in learnt.values() for item in found)
    await gatherer.aclose()
    await client.aclose()
    return took
