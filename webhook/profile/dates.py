"""The day on which an image was built, as far as it tells.

Builders that make the same bytes of the same sources write no true day: 1970 (bazel, jib, ko), 1980
(Cloud Native Buildpacks), the day of the source's last change (``SOURCE_DATE_EPOCH``).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from webhook.profile.evidence import Source

MADE_UP = 1980
"""The last year that builders write where they mean none."""

_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt ]", re.ASCII)
_WHOLE_SECOND = re.compile(r".{10}[Tt ]\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def built(
    created: str | None, history: Sequence[str | None], own: int
) -> tuple[date | None, Source | None]:
    """The day of the build and who tells it; ``own`` is the index of the first own step.

    An image is no older than any of its steps, so the newest day counts. A ``created`` that every
    step repeats, or every own step to the second, is the source's and not the build's.
    """
    told = day(created)
    repeated = _is_repeated(created, history) or _is_epoch(created, history[own:])
    days = [
        found for text in history if not (repeated and text == created) and (found := day(text))
    ]
    newest = max(days, default=None)
    if told is not None and not repeated and (newest is None or told >= newest):
        return told, Source.CONFIG
    return (newest, Source.HISTORY) if newest is not None else (None, None)


def day(text: str | None) -> date | None:
    """The day of an RFC 3339 text; None for none, and for days that are made up."""
    match = _DAY.match(text or "")
    if match is None or int(match[1]) <= MADE_UP:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _is_repeated(created: str | None, history: Iterable[str | None]) -> bool:
    texts = {text for text in history if text}
    return bool(texts) and texts == {created}


def _is_epoch(created: str | None, own: Sequence[str | None]) -> bool:
    """Whether at least two own steps were made in one whole second, the image's own."""
    same = len(own) > 1 and all(text == created for text in own)
    return same and bool(_WHOLE_SECOND.fullmatch(created or ""))
