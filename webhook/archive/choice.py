"""Choosing one image of several."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from webhook.errors import UsageError
from webhook.policy.text import shown

_MAX_OFFERED = 20
_SHOWN = 120

_Entry = TypeVar("_Entry")


def only(meant: Sequence[_Entry], tag: str | None, offered: Iterable[str | None]) -> _Entry:
    """The one entry that is meant by ``tag``, or without one.

    ``offered`` are the names of all there are, None for one without. Raises ``UsageError``, which
    lists them.
    """
    if len(meant) == 1:
        return meant[0]
    names = sorted({shown(name, _SHOWN) if name else "(no name)" for name in offered})
    listed = ", ".join(names[:_MAX_OFFERED]) + (", ..." if len(names) > _MAX_OFFERED else "")
    called = f" called {tag!r}" if tag is not None else ""
    count = f"{len(meant)} images" if meant else "no image"
    raise UsageError(f"{count}{called} in there; write one of these behind a colon: {listed}")
