"""For properties of the kind "nothing but its own error"."""

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
Given = TypeVar("Given")
Problem = TypeVar("Problem", bound=Exception)


def attempt(read: Callable[[Given], Value], given: Given, own: type[Problem]) -> Value | Problem:
    """What ``read`` makes of a value, or the error of its own kind that it raised."""
    try:
        return read(given)
    except own as error:
        return error
