"""JSON and YAML in pieces: what is many is written as it comes, and never held as a whole.

An iterator in a value stands for a list. What comes out is what the whole would be, byte for byte.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
import yaml

from webhook.report.data import as_json

_INDENT = "  "


def json_pieces(value: object) -> Iterator[str]:
    """``value`` as indented JSON, a line's end after it."""
    yield from _json(value, "\n")
    yield "\n"


def _json(value: object, line: str) -> Iterator[str]:
    """``line`` is the line's end and the indentation that belong to ``value``."""
    if isinstance(value, Iterator):
        yield from _enclosed("[", (_json(item, line + _INDENT) for item in value), line, "]")
    elif isinstance(value, dict) and any(isinstance(item, Iterator) for item in value.values()):
        members = (_member(*item, line + _INDENT) for item in value.items())
        yield from _enclosed("{", members, line, "}")
    else:
        # No line ends within a string of JSON, so that every one of them is layout.
        yield as_json(value).replace("\n", line)


def _member(name: str, value: object, line: str) -> Iterator[str]:
    yield f"{as_json(name)}: "
    yield from _json(value, line)


def _enclosed(
    opening: str, items: Iterable[Iterator[str]], line: str, closing: str
) -> Iterator[str]:
    yield opening
    is_empty = True
    for item in items:
        yield line + _INDENT if is_empty else f",{line}{_INDENT}"
        yield from item
        is_empty = False
    yield closing if is_empty else f"{line}{closing}"


def yaml_pieces(value: object) -> Iterator[str]:
    """``value`` as YAML, keys in their own order; iterators may stand at the top only."""
    if not isinstance(value, dict) or not value:
        yield _yaml(value)
        return
    for name, item in value.items():
        if not isinstance(item, Iterator):
            yield _yaml({name: item})
            continue
        is_empty = True
        for one in item:
            yield f"{name}:\n{_yaml([one])}" if is_empty else _yaml([one])
            is_empty = False
        if is_empty:
            yield _yaml({name: []})


def _yaml(value: object) -> str:
    plain: Any = msgspec.to_builtins(value)
    text: str = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
    return text
