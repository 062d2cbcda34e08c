"""Work that nobody waits for: bounded, a little at a time, and dropped where there is too much."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[[], Awaitable[None]]

MAX_WAITING = 1000
"""Pieces of work that wait for their turn."""
AT_ONCE = 8


class Background:
    """Does work in the order it came."""

    def __init__(self, max_waiting: int = MAX_WAITING, at_once: int = AT_ONCE) -> None:
        self._max_waiting, self._at_once = max_waiting, at_once
        self._waiting: deque[Work] = deque()
        self._running: set[asyncio.Task[None]] = set()

    def put(self, work: Work) -> bool:
        """Take on a piece of work, which must not raise; False where there is no place for it."""
        if len(self._waiting) >= self._max_waiting:
            return False
        self._waiting.append(work)
        self._begin()
        return True

    async def aclose(self) -> None:
        """Give up what waits and what is being done."""
        self._waiting.clear()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _begin(self) -> None:
        while self._waiting and len(self._running) < self._at_once:
            task = asyncio.ensure_future(self._waiting.popleft()())
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Future[None]) -> None:
        self._running.discard(task)
        self._begin()
