"""A registry that is not ours, run as a process of its own, and clients that are not ours."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.parts import require
from tests.registry.world import PATH
from webhook.sandbox.layout import write_layout
from webhook.sandbox.store import Store

_HTPASSWD = "ada:$2y$05$abcdefghijklmnopqrstuuLK7U1u6pVRmL7L1BBM2aS35PSZnDXlK\n"
"""``ada`` with the password ``s3cret``, by bcrypt."""


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator:
    """Runs a registry: ``host = await start({"token": {…}})``, open without an argument."""
    program = require("docker-registry")
    processes: list[asyncio.subprocess.Process] = []

    async def run(auth: dict | None = None) -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            host = f"127.0.0.1:{probe.getsockname()[1]}"
        config = {
            "version": "0.1",
            "log": {"level": "error"},
            "storage": {"filesystem": {"rootdirectory": str(tmp_path / "registry")}},
            "http": {"addr": host},
        } | ({"auth": auth} if auth is not None else {})
        file = tmp_path / "registry.yml"
        file.write_text(json.dumps(config))  # JSON is YAML too
        process = await asyncio.create_subprocess_exec(
            program,
            "serve",
            str(file),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        processes.append(process)
        await _listening(host, process)
        return host

    yield run
    for process in processes:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _listening(host: str, process: asyncio.subprocess.Process) -> None:
    address, _, port = host.partition(":")
    for _ in range(200):
        assert process.returncode is None, "the registry did not start"
        try:
            _, writer = await asyncio.open_connection(address, int(port))
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    pytest.fail("the registry does not listen")


@pytest.fixture
def htpasswd(tmp_path: Path) -> dict:
    """The registry's configuration for Basic authentication; it knows Ada."""
    file = tmp_path / "htpasswd"
    file.write_text(_HTPASSWD)
    return {"htpasswd": {"realm": "tests", "path": str(file)}}


@pytest.fixture
def skopeo(tmp_path: Path):
    """Pushes a repository of a store as users do: ``await skopeo(store, tag, host, *options)``."""
    program = require("skopeo")

    async def copy(store: Store, tag: str, host: str, *options: str) -> None:
        layout = tmp_path / "layout"
        write_layout(store, PATH, layout)
        process = await asyncio.create_subprocess_exec(
            program,
            "--insecure-policy",
            "copy",
            "--quiet",
            "--dest-tls-verify=false",
            *options,
            f"oci:{layout}:{tag}",
            f"docker://{host}/{PATH}:{tag}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        assert process.returncode == 0, said.decode()

    return copy
