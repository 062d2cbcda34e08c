"""Python releases: when they end, and which image to recommend instead.

Source: python/peps, release_management/python-releases.toml, read 2026-11. Where only a month is
planned, its last day counts, so that nothing is called ended too early.
"""

import re
from datetime import date

Minor = tuple[int, int]
"""Major and minor number."""

END_OF_LIFE: dict[Minor, date] = {
    (2, 6): date(2013, 10, 29),
    (2, 7): date(2020, 1, 1),
    (3, 0): date(2009, 6, 27),
    (3, 1): date(2012, 4, 9),
    (3, 2): date(2016, 2, 20),
    (3, 3): date(2017, 9, 29),
    (3, 4): date(2019, 3, 18),
    (3, 5): date(2020, 9, 30),
    (3, 6): date(2021, 12, 23),
    (3, 7): date(2023, 6, 27),
    (3, 8): date(2024, 10, 7),
    (3, 9): date(2025, 10, 31),
    (3, 10): date(2026, 10, 31),
    (3, 11): date(2027, 10, 31),
    (3, 12): date(2028, 10, 31),
    (3, 13): date(2029, 10, 31),
    (3, 14): date(2030, 10, 31),
}
"""The last day of support of each release."""
_OLDEST = min(END_OF_LIFE)
RECOMMENDED: Minor = (3, 13)
"""What to build on when nothing else is known."""
SUITE = "trixie"
"""The Debian release that the official slim images stand on."""
_MINOR = re.compile(r"(\d+)\.(\d+)", re.ASCII)


def minor_of(version: str | None) -> Minor | None:
    """``(3, 13)`` of ``3.13.1``; None when there is none."""
    match = _MINOR.match(version or "")
    return (int(match[1]), int(match[2])) if match else None


def end_of_life(minor: Minor) -> date | None:
    """The last day of support; that of the oldest known for all before it, None when not known."""
    return END_OF_LIFE.get(max(minor, _OLDEST))


def supported(today: date) -> tuple[str, str]:
    """The oldest and the newest release that is supported on a day."""
    alive = sorted(minor for minor, end in END_OF_LIFE.items() if end >= today)
    alive = alive or [max(END_OF_LIFE)]
    return _text(alive[0]), _text(alive[-1])


def slim_image(version: str | None, today: date) -> str:
    """The slim image to use: of the same release while it is supported, else the recommended."""
    minor = minor_of(version)
    if minor is None or END_OF_LIFE.get(minor, date.min) < today:
        minor = RECOMMENDED
    return f"python:{_text(minor)}-slim-{SUITE}"


def _text(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"
