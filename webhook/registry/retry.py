"""When a request is made again, and how long after."""

import random
from collections.abc import Awaitable, Callable

from webhook.errors import FetchError
from webhook.registry.exchange import Response, Trip
from webhook.registry.failures import retry_after
from webhook.services.ports import Clock

_RETRIED = frozenset({408, 429, 500, 502, 503, 504})


class Retries:
    """Makes attempts until one is final, or time or number runs out."""

    def __init__(
        self,
        backoff: float,
        clock: Callable[[], float],
        now: Clock,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._backoff = backoff
        self._clock = clock
        self._now = now
        self._sleep = sleep

    async def run(self, attempt: Callable[[], Awaitable[Response]], trip: Trip) -> Response:
        """The first final answer, else the last one. Raises ``FetchError`` of the last attempt."""
        number = 0
        while True:
            outcome = await _outcome(attempt)
            wait = self._wait(outcome, number)
            # A wait that does not fit is not begun: the caller learns at once how long it is.
            if wait is None or number == trip.retries or self._clock() + wait >= trip.deadline:
                break
            await self._sleep(wait)
            number += 1
        if isinstance(outcome, FetchError):
            raise outcome
        return outcome

    def _wait(self, outcome: Response | FetchError, number: int) -> float | None:
        """Seconds before the next attempt; None when there is no point in one."""
        asked = None
        if isinstance(outcome, FetchError):
            if not outcome.temporary:
                return None
        elif outcome.status not in _RETRIED:
            return None
        else:
            asked = retry_after(outcome, self._now)
        # Half to one and a half of a wait that doubles, so that clients do not march in step.
        jittered = self._backoff * 2**number * random.uniform(0.5, 1.5)  # noqa: S311
        return jittered if asked is None else asked


async def _outcome(attempt: Callable[[], Awaitable[Response]]) -> Response | FetchError:
    try:
        return await attempt()
    except FetchError as error:
        return error
