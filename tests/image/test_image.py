"""What is in the webhook's own image, what its own rules say of it, and that it serves."""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.parts import absent, made_by
from webhook.sandbox.pods import admission_review, pod

ROOT = Path(__file__).parents[2]
PULL = 140_000_000
"""Bytes that the image may have to transfer, on the base that ``make image`` makes."""
REVIEW = admission_review(pod("web", "registry.invalid/team/api:latest"))

_CONTAINER = """
mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" &&
exec chroot --userspec=10001:10001 "$0" /app/.venv/bin/slimgate "$@"
"""
"""As much of a container as matters here: a root, /proc and /dev of its own, and its user."""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the image was built."""
    return made_by(ROOT / ".ci/image", "container image", "image")


def slimgate(*words: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-m", "webhook", *words, "-o", "json"], capture_output=True, check=False
    )
    return json.loads(ran.stdout)


def test_it_passes_the_strictest_of_its_own_policies(folder: Path):
    (result,) = slimgate("check", f"oci:{folder}/layout", "--policies", "restricted")["results"]
    denying = [finding["message"] for finding in result["findings"] if finding["action"] == "deny"]
    assert denying == []
    assert result["allowed"]


def test_it_stands_on_the_last_step_but_for_what_the_base_weighs(folder: Path):
    (image,) = slimgate("inspect", f"oci:{folder}/layout")["platforms"]
    profile = image["profile"]
    assert profile["journey"]["step"] >= 3
    assert profile["user"] == {"raw": "10001:10001", "uid": 10001, "root": False}
    assert profile["size"]["pull"] <= PULL


def test_what_only_builders_and_developers_need_is_not_in_it(folder: Path):
    root = folder / "root"
    for path in (
        "usr/bin/gcc",
        "usr/bin/pip3",
        "usr/local/bin/uv",
        "app/.venv/bin/pytest",
        "app/tests",
    ):
        assert not (root / path).exists(), path
    packages = {path.name for path in (root / "app/.venv/lib").glob("python3*/site-packages/*")}
    assert not packages & {"pytest", "mypy", "hypothesis", "pip", "uv"}
    assert {"webhook", "aiohttp", "fastapi"} <= packages


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """The image, serving as its own user in its own root."""
    if os.geteuid() != 0:
        absent("chroot needs root: run the tests as root")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    words = [
        "serve",
        "--self-signed",
        "--host",
        "127.0.0.1",
        "--port",
        str(number),
        "--status-port",
        "0",
    ]
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", _CONTAINER, folder / "root", *words],
        env={"PYTHONUNBUFFERED": "1", "PATH": "/app/.venv/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
        stdout=subprocess.DEVNULL,
    )
    with process:
        for _ in range(300):
            assert process.poll() is None, "the webhook did not start"
            try:
                socket.create_connection(("127.0.0.1", number), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield number
        process.kill()


def test_it_serves_a_review(port: int):
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE  # it made the certificate itself
    request = urllib.request.Request(
        f"https://127.0.0.1:{port}/validate?timeout=5s",
        json.dumps(REVIEW).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=trust) as reply:
        response = json.load(reply)["response"]
    assert response["allowed"]
    assert re.search("floating-tag: .*latest", " ".join(response["warnings"]))


def test_the_largest_packages_are_told(folder: Path):
    lines = (folder / "largest").read_text().splitlines()
    assert len(lines) == 10
    assert all(re.fullmatch(r" *\d+ MB  \S+", line) for line in lines)
