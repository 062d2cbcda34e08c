"""YAML documents with the place of every value, read as YAML 1.2 core.

PyYAML reads YAML 1.1, where ``off`` is false, ``0777`` an octal and ``2026-12-31`` a date; here the
scalars are those of the 1.2 core schema, and everything else is text. Tags are refused, and so are
aliases where a policy is read: what is written is what is meant.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml

from webhook.errors import InvalidFile, Problem

MAX_FILE = 1024 * 1024
"""Bytes of one policy file."""
_MAX_DEPTH = 64
_MAX_NODES = 500_000
_MAX_DIGITS = 40

_CORE_TAGS = (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("tag:yaml.org,2002:int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
)
"""Tag, pattern and possible first characters of the scalars that are not text."""

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a document."""


@dataclass(frozen=True)
class Document:
    """One YAML document as plain values, and where each of them stands."""

    file: str
    data: Any
    """``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` or None."""
    places: dict[Path, tuple[int, int]]
    """Path → line and column of the value, from 1."""
    keys: dict[Path, tuple[int, int]]
    """Path → line and column of the key."""
    text: str
    """The document's own text, for hashing."""

    def problem(self, path: Path, message: str, *, at_key: bool = False) -> Problem:
        """A problem at ``path``, or at the nearest place above it that exists."""
        places = self.keys if at_key else self.places
        while path and path not in places:
            path, places = path[:-1], self.places
        line, column = places.get(path, (1, 1))
        return Problem(self.file, line, column, message)


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """PyYAML's table of implicit tags by first character, for the core schema."""
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for tag, pattern, first in _CORE_TAGS:
        for char in first:
            table.setdefault(char, []).append((tag, re.compile(f"(?:{pattern})$", re.ASCII)))
    return table


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # either one
    """A loader whose only implicit tags are those of the core schema."""

    yaml_implicit_resolvers = _resolvers()


def read_documents(
    text: str, file: str, *, aliases: bool = False, limit: int = MAX_FILE
) -> tuple[Document, ...]:
    """Every document of a YAML (or JSON) text; empty ones are left out.

    Raises ``InvalidFile``. ``aliases`` allows anchors and aliases, as manifests have them;
    ``limit`` is in bytes.
    """
    if len(text.encode()) > limit:
        raise InvalidFile((Problem(file, 0, 0, f"larger than {limit} bytes"),))
    try:
        nodes = list(yaml.compose_all(text, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise InvalidFile((Problem(file, *where, f"not valid YAML: {what}"),)) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else "nested too deeply"
        raise InvalidFile((Problem(file, 1, 1, f"not valid YAML: {reason[:120]}"),)) from None
    return tuple(_Builder(file, text, aliases).build(node) for node in nodes if _filled(node))


def _filled(node: yaml.Node | None) -> bool:
    return node is not None and node.tag != "tag:yaml.org,2002:null"


class _Builder:
    """Turns one node tree into plain values, noting places and problems on the way.

    An alias leads to the same node object again, which is how it is seen; every visit counts
    against the budget, so that nested aliases cannot multiply without end.
    """

    def __init__(self, file: str, text: str, aliases: bool) -> None:
        self.file, self.text, self.aliases = file, text, aliases
        self.places: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.seen: set[int] = set()
        self.budget = _MAX_NODES

    def build(self, node: yaml.Node) -> Document:
        """The document under ``node``. Raises ``InvalidFile``."""
        data = self._value(node, ())
        if self.problems:
            raise InvalidFile(tuple(self.problems))
        text = self.text[node.start_mark.index : node.end_mark.index]
        return Document(self.file, data, self.places, self.keys, text)

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self.places[path] = place = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.budget -= 1
        if len(path) > _MAX_DEPTH or self.budget < 0:
            raise InvalidFile((Problem(self.file, *place, "nested too deeply, or too large"),))
        if id(node) in self.seen and not self.aliases:
            self._complain(place, "aliases are not allowed here: write it out")
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, at)) for at, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(place, "a key must be plain text")
                continue
            key = str(key_node.value)
            if key in result:
                self._complain(place, f"key {key!r} stands twice")
            self.keys[(*path, key)] = place
            result[key] = self._value(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.Node, place: tuple[int, int]) -> Any:
        kind, text = node.tag.removeprefix("tag:yaml.org,2002:"), str(node.value)
        if kind == "str" or (kind in {"int", "float"} and len(text) > _MAX_DIGITS):
            return text
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
        if kind == "float":
            number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            return number if math.isfinite(number) else text
        self._complain(place, f"tags are not allowed here ({node.tag[:40]})")
        return text

    def _complain(self, place: tuple[int, int], message: str) -> None:
        self.problems.append(Problem(self.file, *place, message))
