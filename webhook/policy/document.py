"""YAML documents with the place of every value, read as YAML 1.2 core.

PyYAML reads YAML 1.1, where ``off`` is false, ``0777`` an octal and ``2026-12-31`` a date; here the
scalars are those of the 1.2 core schema, and everything else is text. Where a policy is read, tags
and aliases are refused: what is written is what is meant.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from webhook.errors import InvalidFile, Problem

MAX_FILE = 1024 * 1024
"""Bytes of one policy file."""
_MAX_DEPTH = 64
_MAX_NODES = 500_000
_MAX_DIGITS = 40
_TOO_MUCH = "nested too deeply, or too large"

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_CORE = re.compile(
    r"""
      (?P<null>  ~ | null | Null | NULL | )
    | (?P<bool>  true | True | TRUE | false | False | FALSE )
    | (?P<int>   [-+]?[0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+ )
    | (?P<float> [-+]? ( \.[0-9]+ | [0-9]+ (\.[0-9]*)? ) ([eE][-+]?[0-9]+)?
               | [-+]?\.(inf|Inf|INF) | \.(nan|NaN|NAN) )
    """,
    re.VERBOSE | re.ASCII,
)
"""The plain scalars that are not text (YAML 1.2.2, 10.3.2)."""

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a document."""
Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True)
class Document:
    """One YAML document as plain values, and where each of them stands."""

    file: str
    data: Any
    """``dict``, ``list``, ``str``, ``int``, ``float``, ``bool`` or None."""
    places: dict[Path, Place]
    """Path → where the value stands."""
    keys: dict[Path, Place]
    """Path → where the key stands."""
    text: str
    """The document's own text, for hashing."""

    def problem(self, path: Path, message: str, *, at_key: bool = False) -> Problem:
        """A problem at ``path``, or at the nearest place above it that exists."""
        places = self.keys if at_key else self.places
        while path and path not in places:
            path, places = path[:-1], self.places
        line, column = places.get(path, (1, 1))
        return Problem(self.file, line, column, message)


def read_documents(
    text: str, file: str, *, aliases: bool = False, limit: int = MAX_FILE
) -> tuple[Document, ...]:
    """Every document of a YAML (or JSON) text; empty ones are left out.

    Raises ``InvalidFile``. ``aliases`` allows what manifests have and kubectl reads: anchors,
    aliases, merge keys and the core schema's own tags; ``limit`` is in bytes.
    """
    if len(text.encode()) > limit:
        raise InvalidFile((Problem(file, 0, 0, f"larger than {limit} bytes"),))
    problems: list[Problem] = []
    try:
        documents = [
            _Builder(file, events, aliases, problems).build(text) for events in _events(text, file)
        ]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise InvalidFile((Problem(file, *where, f"not valid YAML: {what}"),)) from None
    except yaml.YAMLError as error:
        reason = str(error).splitlines()[0]
        raise InvalidFile((Problem(file, 1, 1, f"not valid YAML: {reason[:120]}"),)) from None
    if problems:
        raise InvalidFile(tuple(problems))
    return tuple(document for document in documents if document.data is not None)


def _events(text: str, file: str) -> Iterator[list[Any]]:
    """The events of each document, between its start and its end.

    Stops at the first that is nested too deeply: libyaml's time grows with the square of the depth.
    """
    events: list[Any] = []
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.DocumentStartEvent):
            events = []
        elif isinstance(event, yaml.DocumentEndEvent):
            yield events
        else:
            events.append(event)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise InvalidFile((Problem(file, *_place(event), _TOO_MUCH),))


class _Builder:
    """Turns the events of one document into plain values, noting places and problems on the way.

    PyYAML's own nodes will not do: composing them overflows the C stack on deep nesting, and they
    do not tell where an alias stands or that a tag was written. Every visit counts against a
    budget, so that nested aliases cannot multiply without end.
    """

    def __init__(
        self, file: str, events: list[Any], aliases: bool, problems: list[Problem]
    ) -> None:
        self.file, self.events, self.aliases, self.problems = file, events, aliases, problems
        self.places: dict[Path, Place] = {}
        self.keys: dict[Path, Place] = {}
        self.anchors: dict[str, int] = {}
        self.budget = _MAX_NODES

    def build(self, text: str) -> Document:
        """The document. Raises ``InvalidFile`` when it is too deep or too large to go on."""
        data, _ = self._value(0, ())
        start, end = self.events[0].start_mark, self.events[-1].end_mark
        own = text[start.index : end.index]
        return Document(self.file, data, self.places, self.keys, own)

    def _value(self, at: int, path: Path) -> tuple[Any, int]:
        """The value that begins with the event ``at``, and where the next one begins."""
        event = self.events[at]
        place = self.places[path] = _place(event)
        self.budget -= 1
        if len(path) > _MAX_DEPTH or self.budget < 0:
            raise InvalidFile((Problem(self.file, *place, _TOO_MUCH),))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path), at + 1
        if event.anchor is not None:
            self.anchors[event.anchor] = at
        if isinstance(event, yaml.MappingStartEvent):
            self._check_tag(event, "map")
            return self._mapping(at + 1, path)
        if isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event, "seq")
            return self._sequence(at + 1, path)
        return self._scalar(event), at + 1

    def _alias(self, event: Any, path: Path) -> Any:
        target = self.anchors.get(event.anchor)
        if not self.aliases:
            self._complain(event, "aliases are not allowed here: write it out")
        elif target is None:
            self._complain(event, f"alias {event.anchor[:40]!r} stands for nothing above it")
        else:
            return self._value(target, path)[0]
        return None

    def _mapping(self, at: int, path: Path) -> tuple[dict[str, Any], int]:
        result: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(key := self.events[at], yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                self._complain(key, "a key must be plain text")
                _, at = self._value(at, (*path, "?"))
                _, at = self._value(at, (*path, "?"))
                continue
            name = str(key.value)
            if name in result:
                self._complain(key, f"key {name[:60]!r} stands twice")
            self.keys[(*path, name)] = _place(key)
            value, at = self._value(at + 1, (*path, name))
            if name == "<<" and self.aliases:
                merged = _merged(value) | merged
            else:
                result[name] = value
        return merged | result, at + 1

    def _sequence(self, at: int, path: Path) -> tuple[list[Any], int]:
        result: list[Any] = []
        while not isinstance(self.events[at], yaml.SequenceEndEvent):
            value, at = self._value(at, (*path, len(result)))
            result.append(value)
        return result, at + 1

    def _scalar(self, event: Any) -> Any:
        text = str(event.value)
        match = _CORE.fullmatch(text)
        kind = (match.lastgroup if match else None) or "str"
        if event.tag is not None:
            kind = event.tag.removeprefix(_TAG) if self._check_tag(event, kind, "str") else "str"
        elif not event.implicit[0]:  # in quotes
            kind = "str"
        return _converted(kind, text)

    def _check_tag(self, event: Any, *fitting: str) -> bool:
        """Whether the event's tag may stand: none at all, or one that ``fitting`` names."""
        tag = event.tag
        fits = tag is None or (self.aliases and tag.removeprefix(_TAG) in fitting)
        if not fits:
            self._complain(event, f"tags are not allowed here ({tag[:40]})")
        return fits

    def _complain(self, event: Any, message: str) -> None:
        self.problems.append(Problem(self.file, *_place(event), message))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _merged(value: Any) -> dict[str, Any]:
    """What a merge key brings in: a mapping, or several of which the first counts most."""
    result: dict[str, Any] = {}
    for part in value if isinstance(value, list) else [value]:
        result = (part if isinstance(part, dict) else {}) | result
    return result


def _converted(kind: str, text: str) -> Any:
    """The value of a scalar; a number that JSON could not hold stays text."""
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in {"int", "float"} and len(text) <= _MAX_DIGITS:
        if kind == "int":
            return int(text, 0) if text[:2] in {"0x", "0o"} else int(text)
        number = float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        return number if math.isfinite(number) else text
    return text
