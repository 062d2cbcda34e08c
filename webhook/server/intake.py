"""Request bodies, read within bounds: of each, of all at once, and of the time they take.

Anybody who reaches the port may send; bodies that wait for their end must not fill the memory.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from webhook.errors import InvalidReview

MAX_BODY = 8 * 1024 * 1024
"""Bytes of a review: two objects of etcd's limit each, with room."""
MAX_WAITING = 8 * MAX_BODY
"""Bytes of all bodies that are not yet whole."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Intake:
    """Reads bodies. Everything it refuses is an ``InvalidReview`` with the status to say so."""

    def __init__(self, seconds: float, max_waiting: int = MAX_WAITING) -> None:
        """``seconds`` is how long the rest of a body may take."""
        self._seconds, self._max_waiting, self._waiting = seconds, max_waiting, 0

    async def read(self, receive: Receive) -> bytes:
        """One body. A review of the usual size is whole in its first piece."""
        chunk, more = await _piece(receive)
        if not more:
            return _bounded(chunk)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._rest(chunk, receive)
        except TimeoutError:
            raise InvalidReview("the body did not arrive in time", 408) from None

    async def _rest(self, body: bytes, receive: Receive) -> bytes:
        chunks, size, chunk, more = [], 0, body, True
        try:
            while True:
                chunks.append(chunk)
                size += len(chunk)
                self._waiting += len(chunk)
                if self._waiting > self._max_waiting:
                    raise InvalidReview("too many large bodies at once", 503)
                if size > MAX_BODY or not more:
                    return _bounded(b"".join(chunks))
                chunk, more = await _piece(receive)
        finally:
            self._waiting -= size


async def _piece(receive: Receive) -> tuple[bytes, bool]:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise InvalidReview("the body was cut off")
    return message.get("body", b""), message.get("more_body", False)


def _bounded(body: bytes) -> bytes:
    if len(body) > MAX_BODY:
        raise InvalidReview(f"the body is larger than {MAX_BODY} bytes", 413)
    return body
