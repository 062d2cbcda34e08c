"""As much of a container as matters here: the image's root, with its user, on loopback."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.parts import absent

_SETUP = """
mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs tmpfs "$0/tmp" &&
exec chroot --userspec=10001:10001 "$0" "/app/.venv/bin/$@"
"""
"""A root of its own, /proc, /dev, an empty /tmp, and its user."""

_SECONDS = 60
"""How long a command may take."""


class Container:
    """An unpacked image, and the environment that its config asks for. Running changes nothing."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._environment = environment

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a program of the image."""
        return subprocess.Popen(stdout=subprocess.DEVNULL, **self._started(command))

    def run(self, *command: str, given: str = "") -> tuple[int, str]:
        """The exit code of a program of the image, and all that it said."""
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        started = self._started(command)
        ran = subprocess.run(
            **started, **streams, input=given, text=True, timeout=_SECONDS, check=False
        )
        return ran.returncode, ran.stdout

    def _started(self, command: Sequence[str]) -> dict[str, Any]:
        if os.geteuid() != 0:
            absent("chroot needs root: run the tests as root")
        words = ["unshare", "--mount", "sh", "-c", _SETUP, self._root, *command]
        return {"args": words, "env": self._environment}
