"""Text of strangers made fit to print: short, one line, ASCII."""

import re

MAX_DETAIL = 120
"""Characters of an image's text that evidence repeats."""

_SPACE = re.compile(r"\s+")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


def cut(text: str, limit: int = MAX_DETAIL) -> str:
    """``text`` as one line of at most ``limit`` printable ASCII characters."""
    # A prefix is enough to cut from, and keeps the cost independent of the text.
    line = _UNPRINTABLE.sub("?", _SPACE.sub(" ", text[: limit * 4])).strip()
    shown = len(text) <= limit * 4 and len(line) <= limit
    return line if shown else f"{line[: limit - 3]}..."
