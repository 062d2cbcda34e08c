"""Time of cold images over round trips times the registry's latency, in the same run.

The registry is a process of its own and waits before every answer; each measure is of a fresh
client, so that every image is read for the first time and every connection is new.
"""

import asyncio
import statistics
import time

from tests.benchmarks.server import COPIES, started
from webhook.oci import Reference
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile
from webhook.profile.need import Need, Question
from webhook.registry.client import Registry
from webhook.registry.keychain import JoinedKeychain
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.services.gather import Gatherer

ROUNDS = 15
_NEED = Wanted(Question(Need.MANIFEST | Need.CONFIG), (DEFAULT_PLATFORM,))
_TRIPS = {"open": 3, "tokens": 5}
"""Kind of registry → round trips of an indexed tag at first contact."""


async def measure() -> dict[str, float]:
    """Ratios: one image alone, and twenty at once, over the time of one image's round trips."""
    figures = {}
    for kind, trips in _TRIPS.items():
        async with started(kind) as (_, port):
            floor = trips * await _answer_time(port)
            for count in (1, COPIES):
                took = [await _cold(f"127.0.0.1:{port}", count) for _ in range(ROUNDS)]
                figures[f"{kind}, {trips} trips, {count} at once"] = statistics.median(took) / floor
    return figures


async def _answer_time(port: int) -> float:
    """Seconds that the registry really takes for an answer, over an open connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for _ in range(10):
        started_at = time.perf_counter()
        writer.write(b"GET /v2/copy-0/manifests/nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - started_at)
    writer.close()
    return statistics.median(times)


async def _cold(host: str, count: int) -> float:
    """Seconds until a fresh client knows ``count`` images."""
    client = Registry(RegistryOptions(hosts={host: HostOptions(plain_http=True)}))
    gatherer = Gatherer(client)
    names = [f"{host}/copy-{number}:4-optimised" for number in range(count)]
    started_at = time.perf_counter()
    learnt = await gatherer.gather(
        {Reference.parse(name): _NEED for name in names}, JoinedKeychain(), 30.0
    )
    took = time.perf_counter() - started_at
    assert all(isinstance(item, ImageProfile) for found in learnt.values() for item in found)
    await gatherer.aclose()
    await client.aclose()
    return took
