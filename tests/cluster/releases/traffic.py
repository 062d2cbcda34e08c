"""Steady traffic: Pods that are asked for and never made (``dryRun=All``), from several at once."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.cluster.plane import without_proxies
from tests.cluster.releases.release import Json, Release

_AT_ONCE = 4


@dataclass
class Traffic:
    """What came back so far, in the order it did."""

    answers: list[tuple[int, str]] = field(default_factory=list)
    """HTTP status and, where it is no success, the API server's message."""

    async def more(self, count: int) -> None:
        """Wait until that many further answers have come."""
        enough = len(self.answers) + count
        async with asyncio.timeout(120):
            while len(self.answers) < enough:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def traffic(release: Release, document: Json) -> AsyncIterator[Traffic]:
    """Keeps asking for ``document`` inside the block."""
    seen = Traffic()
    path = f"/api/v1/namespaces/{release.namespace}/pods?dryRun=All"
    async with _proxy(release) as origin, aiohttp.ClientSession() as session:

        async def ask() -> None:
            while True:
                async with session.post(origin + path, json=document) as reply:
                    body = await reply.json()
                    seen.answers.append((reply.status, body.get("message", "")))

        tasks = [asyncio.create_task(ask()) for _ in range(_AT_ONCE)]
        try:
            yield seen
            broken = [task for task in tasks if task.done()]
            assert not broken, broken
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _proxy(release: Release) -> AsyncIterator[str]:
    """``kubectl proxy``, whatever the kubeconfig says of who we are."""
    process = await asyncio.create_subprocess_exec(
        release.plane.programs / "kubectl",
        f"--kubeconfig={release.plane.kubeconfig}",
        *("proxy", "--port=0"),
        stdout=subprocess.PIPE,
        env=without_proxies(),
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 20)
        yield f"http://{line.decode().split()[-1]}"
    finally:
        process.terminate()
        await process.wait()
