"""When an environment variable that switches something counts as set.

The interpreter's own, measured on CPython 3.8, 3.11 and 3.13: the text is read as a C integer first,
and only then as "any text at all". So ``0`` and ``00`` are off, while ``false`` and ``0.0`` are on.
Those of other programs are words for yes and no.
"""

import re

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_ZERO = re.compile(r"[ \t\n\v\f\r]*[+-]?0+", re.ASCII)


def is_on(value: str | None) -> bool:
    """Whether CPython takes ``PYTHONUNBUFFERED=value`` (and its kin) for a yes; None is unset."""
    return bool(value) and not _ZERO.fullmatch(value or "")


def is_true(value: object) -> bool:
    """Whether a value is one of the words that programs in general take for a yes."""
    return isinstance(value, str) and value.strip().lower() in _TRUE
