"""How long a first pull takes, by the guide's table.

The guide ("Performance Impact") gives four sizes and the time to pull each. Its sizes are taken as
bytes to transfer: all four then mean a link of 4 to 5 MB/s. Between them a straight line is drawn.
"""

from itertools import pairwise

GUIDE = ((1_000_000_000, 240), (400_000_000, 90), (150_000_000, 35), (100_000_000, 20))
"""Bytes and seconds, in the order of the journey's four steps."""
RATES = {"100 Mbit/s": 12_500_000, "1 Gbit/s": 125_000_000}
"""Bytes per second of links that the guide does not speak of: the transfer alone."""

_POINTS = ((0, 0), *reversed(GUIDE))


def seconds(size: int) -> float:
    """Seconds to pull ``size`` bytes to a node that has none of them."""
    pairs = tuple(pairwise(_POINTS))
    (low, start), (high, end) = next((pair for pair in pairs if size <= pair[1][0]), pairs[-1])
    return start + (size - low) * (end - start) / (high - low)
