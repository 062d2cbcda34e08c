"""How many pulls a registry still allows, and stopping before the last of them.

Docker Hub says so in ``ratelimit-remaining: 76;w=21600``: 76 more within a window of six hours. A
GET of a manifest counts, a HEAD does not. Whoever shares the limit (every node behind the same NAT)
needs it to start containers: the last few pulls are theirs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from webhook.errors import FailureKind, FetchError
from webhook.registry.lru import Lru

_REMAINING = re.compile(r"\s*(\d{1,12})\s*(?:;\s*w\s*=\s*(\d{1,9}))?", re.ASCII)
_WINDOW = 60.0
"""Seconds that a window is taken for when none is said."""
_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Budget:
    remaining: int
    until: float
    """When the window has passed, on the monotonic clock."""


class Budgets:
    """What every host last said to every credential scope."""

    def __init__(self, floor: int, clock: Callable[[], float]) -> None:
        self._floor = floor
        self._clock = clock
        self._budgets: Lru[tuple[str, str], _Budget] = Lru(_KEPT)

    def note(self, host: str, scope: str, headers: Mapping[str, str]) -> None:
        """Remember what an answer says of the budget, if it does."""
        match = _REMAINING.match(headers.get("ratelimit-remaining", ""))
        if match is not None:
            window = float(match[2]) if match[2] else _WINDOW
            budget = _Budget(int(match[1]), self._clock() + window)
            self._budgets.put((host, scope), budget)

    def check(self, host: str, scope: str) -> None:
        """Refuse a pull that the budget is too low for. Raises ``FetchError``: rate limited."""
        budget = self._budgets.get((host, scope))
        if budget is None or budget.remaining >= self._floor:
            return
        left = budget.until - self._clock()
        if left > 0:
            raise FetchError(
                FailureKind.RATE_LIMITED,
                f"{host}: {budget.remaining} pulls left, which are kept for the nodes until the "
                f"limit is renewed in {left / 60:.0f} min; authenticate or use a mirror",
            )
