"""Numbers and strangers' text as a page shows them."""

import re

from markupsafe import Markup

from webhook.policy.text import megabytes
from webhook.profile.printable import cut

_CODE = re.compile(r"`([^`]+)`")
_NOT_TOKEN = re.compile(r"[^\w.:-]+")


def plain(text: str, limit: int = 256) -> str:
    """``text`` as one line of printable ASCII; quotes stay, since templates escape them."""
    return cut(text, limit)


def token(text: str) -> str:
    """``text`` as one word that can stand in a list of words apart by blanks."""
    return _NOT_TOKEN.sub("_", text)[:80] or "_"


def count(number: int) -> str:
    """``2,000``."""
    return f"{number:,}"


def amount(size: int) -> str:
    """Bytes in the unit that leaves something in front of the point: ``1.11 GB``, ``43 MB``."""
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB" if size >= 1000 else f"{size} B"
    return megabytes(size) if size < 999_500_000 else f"{size / 1e9:.3g} GB"


def duration(seconds: float) -> str:
    """``3.2 s``, ``1 min 34 s``, ``2 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, big, small in ((3600, "h", "min"), (60, "min", "s")):
        if whole >= size:
            rest = whole % size // (size // 60)
            return f"{whole // size} {big} {rest} {small}" if rest else f"{whole // size} {big}"
    return f"{whole} s"


def code(text: str) -> Markup:
    """``text`` with what stands between backticks as code."""
    parts = _CODE.split(text)
    return Markup().join(
        Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts)
    )
