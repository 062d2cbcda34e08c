"""Words in messages: what images and Pods control is cut and made harmless first.

A warning with a newline or a control character is dropped by the API server without a word, and a
terminal would obey an escape sequence.
"""

from webhook.profile.printable import cut

CUT = 40
"""Characters of a placeholder in a message."""
_HARMLESS = str.maketrans("", "", "'\"\\`")


def shown(text: str, limit: int = CUT) -> str:
    """``text`` as one line of printable ASCII without quotes, cut to ``limit`` characters."""
    return cut(text.translate(_HARMLESS), limit)


def quoted(text: str, limit: int = CUT) -> str:
    """``shown``, in single quotes."""
    return f"'{shown(text, limit)}'"


def counted(number: int, noun: str) -> str:
    """``1 Pod``, ``2,000 Pods``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def megabytes(size: int) -> str:
    """Bytes as decimal megabytes: ``461 MB``, ``4.1 MB`` below ten."""
    value = size / 1_000_000
    return f"{value:.0f} MB" if value >= 9.95 else f"{value:.1f} MB"
