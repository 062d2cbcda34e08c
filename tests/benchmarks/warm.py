"""CPU of a warm review over that of a bare uvicorn TLS reply, in the same run.

Both servers are processes under the same settings and certificate; the body is 9 KB with three
containers, every image is cached, log line and metrics are on. Rounds are interleaved, and the
median of their ratios is told.
"""

import asyncio
import os
import ssl
import statistics
import tempfile
from asyncio.subprocess import Process
from pathlib import Path

from tests.benchmarks.body import body
from tests.benchmarks.server import REGISTRY_PORT, started
from webhook.tls import self_signed
from webhook.tls.serving import write_pair
from webhook.wiring import clock

_POLICY = "python-recommended"
REQUESTS = 4_000
CONNECTIONS = 8
ROUNDS = 5
_TICK = os.sysconf("SC_CLK_TCK")


async def measure() -> dict[str, float]:
    """Ratios, and the figures they are made of (µs of CPU per request)."""
    quiet = tuple(f"127.0.0.1:{REGISTRY_PORT}/shop/api:{tag}" for tag in ("4-optimised",) * 3)
    loud = tuple(f"127.0.0.1:{REGISTRY_PORT}/shop/{name}" for name in _LOUD)
    with tempfile.TemporaryDirectory() as folder:
        write_pair(self_signed(("127.0.0.1",), clock()), Path(folder))
        trust = ssl.create_default_context(cafile=f"{folder}/tls.crt")
        costs: dict[str, list[float]] = {"floor": [], "nothing to tell": [], "seven findings": []}
        async with started("bare", folder) as floor, started(_POLICY, folder) as webhook:
            cases = {
                "floor": (floor, body(quiet)),
                "nothing to tell": (webhook, body(quiet)),
                "seven findings": (webhook, body(loud)),
            }
            for round_ in range(ROUNDS + 1):
                for name, (server, data) in cases.items():
                    cost = await _cost(server, data, trust)
                    if round_:  # the first one warms up
                        costs[name].append(cost)
    return _figures(costs)


_LOUD = ("api:2-slim", "admin:latest", "api:named-user")


def _figures(costs: dict[str, list[float]]) -> dict[str, float]:
    floor = costs["floor"]
    figures = {f"{name}, CPU µs": statistics.median(values) for name, values in costs.items()}
    for name in costs:
        if name != "floor":
            ratios = [value / base for value, base in zip(costs[name], floor, strict=True)]
            figures[f"{name}, over the floor"] = statistics.median(ratios)
    return figures


async def _cost(server: tuple[Process, int], data: bytes, trust: ssl.SSLContext) -> float:
    """Microseconds of the server's CPU for one request."""
    process, port = server
    before = _cpu(process.pid)
    per_connection = REQUESTS // CONNECTIONS
    await asyncio.gather(
        *(_converse(port, data, trust, per_connection) for _ in range(CONNECTIONS))
    )
    return (_cpu(process.pid) - before) / REQUESTS * 1e6


def _cpu(pid: int) -> float:
    """User and system seconds of a process (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


async def _converse(port: int, data: bytes, trust: ssl.SSLContext, times: int) -> None:
    head = f"POST /validate?timeout=10s HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust)
    for _ in range(times):
        writer.write(head.encode() + data)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200"), answer
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
    writer.close()
