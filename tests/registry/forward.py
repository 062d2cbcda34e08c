"""A forward proxy, small and real: CONNECT for HTTPS, absolute URLs for plain HTTP."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class ForwardProxy:
    """Forwards to the ports of this machine that it knows hosts by; 403 for everyone else."""

    def __init__(self, **ports: int) -> None:
        self.ports = {name.replace("_", "."): port for name, port in ports.items()}
        self.seen: list[str] = []
        """Method and target of every request."""
        self.authorization: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            while await self._forward(reader, writer):
                pass
        finally:
            writer.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request; whether another may follow on the same connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        except asyncio.IncompleteReadError:
            return False
        line, *fields = head.split("\r\n")
        method, target, _ = line.split(" ")
        self.seen.append(f"{method} {target}")
        told = dict(field.split(": ", 1) for field in fields if field)
        self.authorization.append(told.pop("Proxy-Authorization", ""))
        url = urlsplit(f"//{target}" if method == "CONNECT" else target)
        port = self.ports.get(url.hostname)
        if port is None:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            return True
        there, to = await asyncio.open_connection("127.0.0.1", port)
        try:
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = url.path + (f"?{url.query}" if url.query else "")
                told["Connection"] = "close"
                sent = "".join(f"{name}: {value}\r\n" for name, value in told.items())
                to.write(f"{method} {path} HTTP/1.1\r\n{sent}\r\n".encode("latin-1"))
            await asyncio.gather(_pipe(reader, to), _pipe(there, writer))
        finally:
            to.close()
        return False


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()
