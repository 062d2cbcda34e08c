"""The servers of a benchmark, each a process of its own: ``… server KIND [FOLDER]``.

KIND is ``bare``, ``open`` or ``tokens`` (slow registries), or the name of a policy for the webhook.
Prints its port, then serves until its standard input closes.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.images import stock
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store
from webhook.server.run import listen, running, settle
from webhook.settings import Settings
from webhook.tls import ServingCertificate
from webhook.wiring import assembled

ANSWER = b'{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"x","allowed":true,"warnings":["%s"]}}'
REGISTRY_PORT = 45_991
"""Where the samples are, so that bodies can be made before the server is."""


async def bare(_: Any, receive: Any, send: Any) -> None:
    """Reads the body and answers a constant: the floor under the same server and certificate."""
    while (await receive()).get("more_body", False):
        pass
    body = ANSWER % (b"w" * 200)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


LATENCY = 0.02
"""Seconds before every answer of a slow registry."""
COPIES = 20
"""Repositories with the same images in it: ``copy-0`` …"""
_REGISTRIES = {
    "open": Behaviour(latency=LATENCY),
    "tokens": Behaviour(latency=LATENCY, authentication="bearer", anonymous=("*",)),
}


async def serve(kind: str, folder: Path) -> None:
    """Serve until standard input closes."""
    store = Store()
    stock(store)
    if kind in _REGISTRIES:
        for number in range(COPIES):
            store.repositories[f"copy-{number}"] = store.repositories["shop/api"]
        async with SandboxRegistry(store, _REGISTRIES[kind]) as slow:
            await _until_closed(slow.port)
        return
    certificate, key = folder / "tls.crt", folder / "tls.key"
    if kind == "bare":
        context = ServingCertificate(certificate, key).listening
        async with running(bare, listen("127.0.0.1", 0), context) as port:
            await _until_closed(port)
        return
    registry = f"127.0.0.1:{REGISTRY_PORT}"
    settings = Settings(
        policies=(kind,), insecure_registry=(registry,), tls_cert=certificate, tls_key=key
    )
    with Path("/dev/null").open("wb") as log:
        async with (
            SandboxRegistry(store, port=REGISTRY_PORT),
            assembled(settings, log) as hook,
            running(hook.app, listen("127.0.0.1", 0), hook.certificate.listening) as port,
        ):
            await _until_closed(port)


@asynccontextmanager
async def started(kind: str, *folder: str) -> AsyncIterator[tuple[Process, int]]:
    """A server in a process of its own inside the block, and its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.server", kind, *folder, stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process, int(await process.stdout.readline())
    finally:
        process.stdin.close()
        await process.wait()


async def _until_closed(port: int) -> None:
    settle()
    print(port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], Path(*sys.argv[2:])))
