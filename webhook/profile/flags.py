"""When an environment variable of the interpreter counts as set.

Measured on CPython 3.8, 3.11 and 3.13: the text is read as a C integer first, and only then as "any
text at all". So ``0`` and ``00`` are off, while ``false`` and ``0.0`` are on.
"""

import re

_ZERO = re.compile(r"[ \t\n\v\f\r]*[+-]?0+", re.ASCII)


def is_on(value: str | None) -> bool:
    """Whether CPython takes ``PYTHONUNBUFFERED=value`` (and its kin) for a yes; None is unset."""
    return bool(value) and not _ZERO.fullmatch(value or "")
