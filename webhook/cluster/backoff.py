"""How long to wait before trying again: longer each time, and never in step with others."""

import random
from collections.abc import Callable

_FIRST = 0.8
_LONGEST = 30.0
_CALM = 120.0
"""Seconds without a failure after which it begins anew."""


class Backoff:
    """Waits that double, as those of client-go's reflectors do. ``clock`` is monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._last = clock()

    def next(self) -> float:
        """Seconds to wait after the failure that happened just now."""
        now = self._clock()
        if now - self._last > _CALM:
            self._failures = 0
        self._last = now
        wait: float = min(_LONGEST, _FIRST * 2**self._failures)
        if wait < _LONGEST:
            self._failures += 1
        # Half to one and a half, so that replicas do not march in step.
        return wait * random.uniform(0.5, 1.5)  # noqa: S311
