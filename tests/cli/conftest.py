"""The command as a person types it, and a registry beside it in a thread of its own."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from webhook.cli import main
from webhook.sandbox.layout import write_docker_archive, write_layout, write_oci_archive
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Slimgate = Callable[..., Ended]


@pytest.fixture
def slimgate(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Slimgate:
    """Runs the command in this process; no docker config of whoever runs the tests is read."""
    monkeypatch.setenv("HOME", "/nonexistent")
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)

    def run(*args: str, code: int = 0) -> Ended:
        monkeypatch.setattr(sys, "argv", ["slimgate", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        found = Ended(int(ended.value.code or 0), shown.out, shown.err)
        assert found.code == code, (found.out, found.err)
        assert "Traceback" not in found.err
        return found

    return run


@pytest.fixture
def live_registry(store: Store) -> Iterator[SandboxRegistry]:
    """The samples behind a port, while the test's own thread runs commands."""
    started, stop = threading.Event(), threading.Event()
    registry = SandboxRegistry(store)

    async def serve() -> None:
        async with registry:
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    started.wait(10)
    yield registry
    stop.set()
    thread.join(10)


@pytest.fixture
def archives(store: Store, tmp_path: Path) -> dict[str, str]:
    """One sample in each form that lies on disk, as it is typed."""
    write_layout(store, "shop/api", tmp_path / "layout")
    write_oci_archive(store, "shop/api", tmp_path / "oci.tar")
    write_docker_archive(store, "shop/api", tmp_path / "docker.tar", {"2-slim": "shop/api:2-slim"})
    return {
        "oci": f"oci:{tmp_path}/layout:2-slim",
        "oci-archive": f"oci-archive:{tmp_path}/oci.tar:2-slim",
        "docker-archive": f"docker-archive:{tmp_path}/docker.tar",
    }
