"""Running ports in one event loop until somebody says stop.

``serve`` owns SIGTERM and SIGINT: unready first, then the drain, so that the endpoints learn of it
before the port closes, then the end.
"""

import asyncio
import gc
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from typing import Any

import uvicorn

from webhook.errors import UsageError

KEEP_ALIVE = 120
"""Seconds an idle connection is kept: the API server keeps its own for 90."""
_BACKLOG = 2048
_GRACE = 10
"""Seconds that running requests get when the port closes."""
_CLOSE = (b"connection", b"close")


class _Server(uvicorn.Server):
    """A server that leaves signals to its process and says when it has started."""

    def __init__(self, config: uvicorn.Config, stop: asyncio.Event) -> None:
        super().__init__(config)
        self.up, self._stop = asyncio.Event(), stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn.Server.startup."""
        await super().startup(sockets)
        self.up.set()

    async def on_tick(self, counter: int) -> bool:
        """See uvicorn.Server.on_tick; once it is to stop, every answer closes its connection.

        A client would otherwise send its next request just when an idle connection is closed.
        """
        if self._stop.is_set() and _CLOSE not in self.config.encoded_headers:
            self.config.encoded_headers.append(_CLOSE)
            counter = 0  # the headers of every answer are made anew
        return await super().on_tick(counter)

    def capture_signals(self) -> Any:
        """See uvicorn.Server.capture_signals."""
        return nullcontext()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 lets the system choose. Raises ``UsageError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named so that asyncio turns Nagle's algorithm off on what is accepted; a
    # socket of socket.create_server has none, and every answer waits 40 ms for an ACK.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return sock


def settle() -> None:
    """Call once everything is made: the garbage collector need not look at it again.

    What a review makes has no cycles, so it may also look less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


@asynccontextmanager
async def running(
    app: Any,
    sock: socket.socket,
    context: ssl.SSLContext | None = None,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[int]:
    """Serve ``app`` on a listening socket inside the block; gives the port.

    Once ``stop`` is set, connections are no longer kept for another request.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        ssl_context_factory=(lambda _config, _default: context) if context else None,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        access_log=False,
        log_config=None,
        server_header=False,
    )
    server = _Server(config, stop or asyncio.Event())
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await server.up.wait()
        yield sock.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        sock.close()


@contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set, inside the block."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
