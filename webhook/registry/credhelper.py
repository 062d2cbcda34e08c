"""Docker's credential helpers: programs that know a credential and print it.

Source: docker/docker-credential-helpers: ``docker-credential-NAME get``, the server's URL on
standard input, ``{"ServerURL", "Username", "Secret"}`` on standard output.
"""

import asyncio
import logging
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from webhook.registry.lru import Lru
from webhook.services.ports import Credential

_NAME = re.compile(r"[a-z0-9-]+", re.ASCII)
_MAX_OUTPUT = 64 * 1024
_TTL = 60.0
"""Seconds that an answer is taken for: one image is several requests."""
_KEPT = 1024
_TOKEN_USER = "<token>"
"""The user name with which a helper says that its secret is an identity token."""
_NOTHING = b"credentials not found"
"""How helpers begin to say that they know nobody; not a failure."""

logger = logging.getLogger(__name__)


class _Answer(msgspec.Struct, rename="pascal"):
    username: str = ""
    secret: str = ""


class CredentialHelpers:
    """Runs helpers that the operator named. Never raises: a helper that fails knows nobody.

    ``path`` is where programs are looked for (None: where the process looks for them), ``seconds``
    how long each may take.
    """

    def __init__(
        self,
        path: str | None = None,
        seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._seconds = seconds
        self._clock = clock
        self._kept: Lru[tuple[str, str], tuple[float, Credential | None]] = Lru(_KEPT)

    async def get(self, name: str, server: str) -> Credential | None:
        """What helper ``name`` knows of ``server``; None when that is nothing."""
        kept = self._kept.get((name, server))
        if kept is not None and self._clock() < kept[0]:
            return kept[1]
        try:
            credential = await self._ask(name, server)
        except (OSError, ValueError) as error:
            # Only the kind of error: what a helper printed may hold what it must not.
            logger.warning("credential helper %r failed (%s)", name[:40], type(error).__name__)
            credential = None
        self._kept.put((name, server), (self._clock() + _TTL, credential))
        return credential

    async def _ask(self, name: str, server: str) -> Credential | None:
        """Raises ``OSError`` or ``ValueError``."""
        found = shutil.which(program(name), path=self._path) if _NAME.fullmatch(name) else None
        if found is None:
            raise FileNotFoundError(program(name))
        process = await _start(found, server)
        ended = False
        try:
            async with asyncio.timeout(self._seconds):
                output = await _output(process)
                status = await process.wait()
            ended = True
        finally:
            if not ended:
                await _end(process)
        if status == 0:
            return _read(output, program(name))
        if output.startswith(_NOTHING):
            return None
        raise ChildProcessError(program(name))


def program(name: str) -> str:
    """What the helper called ``name`` is called as a program."""
    return f"docker-credential-{name}"


async def _start(file: str, server: str) -> asyncio.subprocess.Process:
    # The question waits in a pipe, which is never full of so little: writing to a program that has
    # ended already fails in another way on every event loop.
    question, writer = os.pipe()
    os.write(writer, f"{server}\n".encode())
    os.close(writer)
    try:
        return await asyncio.create_subprocess_exec(
            file,
            "get",
            stdin=question,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:
        os.close(question)


async def _output(process: asyncio.subprocess.Process) -> bytes:
    output = bytearray()
    while process.stdout is not None and (chunk := await process.stdout.read(_MAX_OUTPUT)):
        output += chunk
        if len(output) > _MAX_OUTPUT:
            raise ValueError("too much output")
    return bytes(output)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End a helper with all it started, and read its pipe to the end, which closes it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    while process.stdout is not None and await process.stdout.read(_MAX_OUTPUT):
        pass
    await process.wait()


def _read(output: bytes, origin: str) -> Credential | None:
    answer = msgspec.json.decode(output, type=_Answer)  # its errors are ValueErrors
    if not answer.secret:
        return None
    if answer.username == _TOKEN_USER:
        return Credential(identity_token=answer.secret, origin=origin)
    return Credential(answer.username, answer.secret, origin=origin)
