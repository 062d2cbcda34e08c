"""Really built images in a real registry, and what it serves of them by its own account."""

import json
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.parts import made_by, require

_BUILD = Path(__file__).parent / "build.sh"
_LINE = re.compile(rb'"(?:GET|HEAD) /v2/\S+ HTTP/1\.1" (\d{3}) (\d+)')


@dataclass(frozen=True)
class Cost:
    """What a registry served."""

    requests: int
    size: int
    """Bytes of all bodies."""


@dataclass(frozen=True)
class Built:
    """A registry with the images in it."""

    host: str
    log: Path

    def mark(self) -> int:
        """Where its log ends now."""
        return self.log.stat().st_size

    def since(self, mark: int) -> Cost:
        """What it has served since ``mark``."""
        time.sleep(0.2)  # the registry writes its log after its answer
        with self.log.open("rb") as log:
            log.seek(mark)
            served = _LINE.findall(log.read())
        return Cost(len(served), sum(int(size) for _, size in served))


def layouts() -> Path:
    """The folder of the images."""
    return made_by(_BUILD, "images of a real builder")


@contextmanager
def serving(folder: Path) -> Iterator[Built]:
    """The images in a registry, pushed by skopeo; one of them as zstd, too."""
    registry, skopeo, images = require("docker-registry"), require("skopeo"), layouts()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    config = {
        "version": "0.1",
        "log": {"level": "error"},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": host},
    }
    (folder / "config.yml").write_text(json.dumps(config))
    log = folder / "access.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [registry, "serve", str(folder / "config.yml")], stdout=sink, stderr=subprocess.DEVNULL
        )
        try:
            _wait(host)
            for layout in sorted(path for path in images.iterdir() if path.is_dir()):
                _copy(
                    skopeo,
                    f"oci:{layout}:{layout.name}",
                    f"docker://{host}/built/api:{layout.name}",
                )
            zstd = f"oci:{folder / 'zstd'}:caches"
            _copy(skopeo, f"oci:{images}/caches:caches", zstd, "--dest-compress-format", "zstd")
            _copy(skopeo, zstd, f"docker://{host}/built/zstd:caches")
            yield Built(host, log)
        finally:
            process.kill()
            process.wait()


def _copy(skopeo: str, source: str, target: str, *options: str) -> None:
    subprocess.run(
        [
            *(skopeo, "--insecure-policy", "copy", "--quiet", "--dest-tls-verify=false"),
            *(*options, source, target),
        ],
        check=True,
        capture_output=True,
    )


def _wait(host: str) -> None:
    address, _, port = host.partition(":")
    for _ in range(200):
        try:
            socket.create_connection((address, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the registry does not listen")
