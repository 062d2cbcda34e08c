"""One flight per key: however many ask the same at once, the world is asked once.

A flight is a task of its own. It outlives callers that gave up, within a limit of its own, so that
what it brings home is there when they ask again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

from webhook.errors import FailureKind, FetchError
from webhook.registry.failures import again

T = TypeVar("T")


class Flights:
    """The flights under way: at most ``limit`` of them, none longer than ``seconds``.

    No destination gets more than half of them: one that does not answer must not ground the rest.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._bound_for: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._tasks)

    async def join(
        self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]], destination: str = ""
    ) -> T:
        """What the flight of ``key`` returns; ``start`` makes it if there is none yet.

        Raises ``FetchError``: the flight's own, or because it took too long or there are too many.
        """
        task: asyncio.Task[T | FetchError] | None = self._tasks.get(key)
        if task is None:
            task = self._launch(key, start, destination)
        # Unlike awaiting the task, this leaves it alone when the caller is cancelled.
        await asyncio.wait((task,))
        if task.cancelled():
            raise FetchError(FailureKind.TIMEOUT, "the registry client is shutting down")
        outcome = task.result()
        if isinstance(outcome, FetchError):
            raise again(outcome)
        return outcome

    async def aclose(self) -> None:
        """Cancel what is left, and wait until it is gone."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _launch(
        self, key: Hashable, start: Callable[[], Coroutine[Any, Any, T]], destination: str
    ) -> asyncio.Task[T | FetchError]:
        crowded = destination and self._bound_for[destination] >= self._limit // 2
        if crowded or len(self._tasks) >= self._limit:
            raise FetchError(FailureKind.TIMEOUT, "too many registry requests at once")
        task = asyncio.create_task(self._fly(start))
        self._tasks[key] = task
        self._bound_for[destination] += 1
        task.add_done_callback(lambda done: self._land(key, destination, done))
        return task

    async def _fly(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T | FetchError:
        """Errors come home as values, so that none is left unretrieved when nobody waits."""
        try:
            async with asyncio.timeout(self._seconds):
                return await start()
        except FetchError as error:
            return error
        except TimeoutError:
            return FetchError(
                FailureKind.TIMEOUT, f"the registry took longer than {self._seconds:g} s"
            )

    def _land(self, key: Hashable, destination: str, task: asyncio.Task[Any]) -> None:
        del self._tasks[key]
        self._bound_for[destination] -= 1
        if not self._bound_for[destination]:
            del self._bound_for[destination]
        if not task.cancelled():
            task.exception()  # marks a bug's exception as retrieved; those who wait raise it
