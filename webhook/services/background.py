"""Work that nobody waits for: bounded, a little at a time, and dropped where there is too much."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial

Work = Callable[[], Awaitable[None]]

MAX_WAITING = 1000
"""Pieces of work that wait for their turn."""
MAX_WEIGHT = 32 * 1024 * 1024
"""Bytes of what they hold: a Pod may be more than a megabyte."""
AT_ONCE = 8


class Background:
    """Does work in the order it came."""

    def __init__(
        self,
        max_waiting: int = MAX_WAITING,
        max_weight: int = MAX_WEIGHT,
        at_once: int = AT_ONCE,
    ) -> None:
        self._max_waiting, self._max_weight, self._at_once = max_waiting, max_weight, at_once
        self._waiting: deque[tuple[Work, int]] = deque()
        self._running: set[asyncio.Future[None]] = set()
        self._weight = 0

    def put(self, work: Work, weight: int) -> bool:
        """Take on a piece of work, which must not raise; False where there is no place for it.

        ``weight`` is how many bytes it holds until it is done.
        """
        if len(self._waiting) >= self._max_waiting or self._weight + weight > self._max_weight:
            return False
        self._waiting.append((work, weight))
        self._weight += weight
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
            work, weight = self._waiting.popleft()
            task = asyncio.ensure_future(work())
            self._running.add(task)
            task.add_done_callback(partial(self._ended, weight))

    def _ended(self, weight: int, task: asyncio.Future[None]) -> None:
        self._running.discard(task)
        self._weight -= weight
        self._begin()
