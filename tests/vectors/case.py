"""What all groups of public cases share: a case, its check, and the two ways out of one."""

from collections.abc import Callable, Mapping
from typing import Any

Case = Mapping[str, Any]
Check = Callable[[Case], None]
"""Raises ``AssertionError`` when the product answers otherwise than the case expects."""


class LeftOut(Exception):  # it is no error
    """A case that is about something the product does not do; the text says what."""


def same(found: object, expected: object) -> None:
    assert found == expected, f"expected {expected!r}, found {found!r}"
