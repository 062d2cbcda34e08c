"""A walk over the entries of layers, in which each is sorted to what it belongs to.

A folder is judged once for all the files in it, so that an entry costs little more than two look-ups.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from webhook.layer import Entry, Kind, Look, may_hold_secret
from webhook.layer.secrets import MAX_READ, only_by_content
from webhook.profile.contents import NO_SHAPE, Found
from webhook.profile.environments import CONFIG, Environments
from webhook.profile.notes import Tally
from webhook.profile.origins import Made
from webhook.profile.places import Area, Place, Places
from webhook.profile.stack import Stack
from webhook.profile.tools import ALTERNATIVES, tool_of

MAX_FOUND = 64
"""Findings of one kind that are kept."""
MAX_INSTALLED = 8
"""Those of libraries: rules ask for them when told to, and one is as good as all."""
MAX_NAMES = 4096
"""Programs and packages that are kept."""
SURE, UNSURE = 95, 80
"""How far a finding is to be believed: less where a layer above was not looked at."""
_MAX_PARTS = 1024
"""Findings of one kind that are remembered, removed ones included."""
_LIMITS = {"installed_bytecode": MAX_INSTALLED, "installed_tests": MAX_INSTALLED}
_MAX_TAGS = 4

_FILES = re.compile(
    r"(?P<tests>test_.+\.py|conftest\.py|\.coverage(?:\..+)?)"
    r"|(?P<leaks>\.git|\.gitlab-ci\.ya?ml|Jenkinsfile|\.DS_Store|\.dockerignore|\..+\.sw[op]|.+\.swp"
    r"|Dockerfile(?:\.[\w.-]+)?|(?:docker-)?compose(?:[.-][\w-]+)*\.ya?ml)"
    r"|(?P<lockfiles>(?:uv|poetry|pdm|pixi|Pipfile)\.lock|pylock(?:\.[\w-]+)?\.toml|conda-lock\.ya?ml)"
    r"|(?P<loose>.+\.(?:ipynb|log|db|sqlite3?|md))"
)
"""Files of an application, by the field of ``Contents`` that they belong to."""
_TAG = re.compile(r"\.((?:cpython|pypy|graalpy)-?\d{2,4}t?)(?:\.opt-\d)?\.pyc\Z")
_SECRET_STARTS = (".", "id_", "pip.", "credentials", "config.json")
_KEYS = (".pem", ".key")


@dataclass(slots=True)
class _Part:
    """Something that was found, and how much of it."""

    what: dict[str, None]
    size: int = 0
    files: int = 0
    gone: int = 0
    """Files of it that a later layer removed."""
    is_bytecode: bool = False

    def count(self, entry: Entry, name: str, is_gone: bool) -> None:
        """Count one file to it."""
        if is_gone:
            self.gone += 1
            return
        self.files += 1
        self.size += entry.size
        if self.is_bytecode and name.split(".")[-2:][0] not in self.what:
            tag = _TAG.search(name)
            if tag is not None and len(self.what) < _MAX_TAGS:
                self.what[tag[1]] = None

    @property
    def is_left(self) -> bool:
        """Whether anything is left of it."""
        return self.files > 0 or self.gone == 0


class _Folder(NamedTuple):
    """A folder of one layer."""

    place: Place
    parts: list[_Part]
    """What is found as a whole and holds it."""
    is_open: bool
    """Whether its files are looked at one by one."""


class Search:
    """What was found so far."""

    def __init__(
        self,
        stack: Stack,
        own: Sequence[bool],
        layers: Sequence[Made],
        places: Places,
        environments: Environments,
    ) -> None:
        self.programs: dict[str, Found] = {}
        """Name → program."""
        self.packages: dict[str, Found] = {}
        """Normalised name → distribution."""
        self._stack, self._own, self._places = stack, own, places
        self._environments = environments
        self._parts: dict[str, dict[tuple[int, str], _Part | None]] = {}
        self._pending: list[tuple[int, str, Entry]] = []
        self._tallies: dict[int, Tally] = {}
        self._weights = _weights(stack, layers)
        self._thinned = _thinned(stack)

    def run(self) -> None:
        """Look at every entry once."""
        for at, look in enumerate(self._stack.files):
            if look is not None:
                self._tallies[at] = Tally(self._stack.heads[at])
                self._layer(at, look)
        proven = self._environments.proven
        for at, name, entry in self._pending:
            if entry.path.rpartition("/bin/")[0] in proven:
                self._add_program(at, name, tool_of(name), entry)

    def of(self, kind: str) -> tuple[Found, ...]:
        """What was found of a kind in own layers, in their order."""
        found = (
            Found(path, at, part.size, " ".join(part.what), self._weights[at])
            for (at, path), part in self._parts.get(kind, {}).items()
            if part is not None and part.is_left and self._own[at]
        )
        return tuple(islice(found, MAX_FOUND))

    def leaks(self) -> tuple[Found, ...]:
        """What leaked from the build context, a host's virtual environments last."""
        hosts = (
            Found(each.root, each.layer, 0, "venv", min(weight, self._weights[each.layer]))
            for each, weight in self._environments.of_hosts()
        )
        return (*self.of("leaks"), *hosts)

    def loose(self) -> tuple[Found, ...]:
        """What may have: ``env`` is none where it is an environment for certain."""
        proven = self._environments.proven
        return tuple(found for found in self.of("loose") if found.path not in proven)

    def notes(self) -> dict[int, tuple[str, ...]]:
        """What is in each layer that was looked at, in a few words."""
        for (at, _), part in self._parts.get("caches", {}).items():
            if part is not None and part.is_left:
                self._tallies[at].cache(" ".join(part.what), part.size)
        told = ((at, tally.notes()) for at, tally in self._tallies.items())
        return {at: notes for at, notes in told if notes}

    def _layer(self, at: int, look: Look) -> None:
        thinned, folders = self._thinned[at], dict[str, _Folder]()
        for entry in look.entries:
            path = entry.path
            if entry.kind is Kind.DIRECTORY:
                if path not in folders:
                    folders[path] = self._enter(at, path)
                continue
            folder, _, name = path.rpartition("/")
            if name.startswith(".wh.") or entry.kind is Kind.OTHER:
                continue
            found = folders.get(folder)
            if found is None:
                found = folders[folder] = self._enter(at, folder)
            if found.parts:
                is_gone = thinned and self._stack.is_gone(path, at)
                for part in found.parts:
                    part.count(entry, name, is_gone)
            if found.is_open:
                self._file(at, folder, name, found.place, entry)

    def _enter(self, at: int, folder: str) -> "_Folder":
        """What is to be known of a folder of a layer before the files in it are looked at."""
        place, is_own = self._places.of(folder), self._own[at]
        parts = [
            self._part(mark.kind, at, mark.root, mark.what)
            for mark in place.marks
            if is_own or mark.kind == "caches"
        ]
        if place.package:
            self._tallies[at].packages.add(place.package)
            if is_own:
                self._add_package(at, place.package, folder)
        if place.environment and is_own:
            self._environments.named(at, place.environment)
        is_closed = place.area is Area.CLOSED or place.area is Area.LIBRARY
        return _Folder(place, [part for part in parts if part is not None], not is_closed)

    def _file(self, at: int, folder: str, name: str, place: Place, entry: Entry) -> None:
        if place.programs:
            self._program(at, folder, name, place, entry)
        if name == CONFIG:
            self._tallies[at].environments[folder] = None
        if not self._own[at]:
            return
        if name == CONFIG:
            self._add("venvs", at, entry)
            self._environments.config(at, folder)
        elif place.area is Area.APPLICATION:
            self._tallies[at].files[place.top] += 1
            # Most files of an application are modules, and none of these.
            if not name.endswith(".py") or name.startswith(("test_", "conftest")):
                match = _FILES.fullmatch(name)
                kind = match.lastgroup if match else None
                if kind is not None and not place.is_within(kind):
                    self._add(kind, at, entry)
        if name.startswith(_SECRET_STARTS) or name.endswith(_KEYS):
            self._secret(at, name, entry)

    def _program(self, at: int, folder: str, name: str, place: Place, entry: Entry) -> None:
        if place.programs == "alternatives":
            if name not in ALTERNATIVES:
                return
            name = ALTERNATIVES[name]
        tool, tally = tool_of(name), self._tallies[at]
        tally.program(name, tool)
        if place.environment and name == "activate":
            tally.environments[place.environment] = None
        if not self._own[at]:
            return
        if place.environment or place.programs == "environment":
            self._environments.program(at, folder, name, entry)
        if place.programs == "environment":
            self._pending += [(at, name, entry)] if len(self._pending) < _MAX_PARTS else []
        else:
            self._add_program(at, name, tool, entry)

    def _add_program(self, at: int, name: str, tool: str, entry: Entry) -> None:
        for key in (name,) if tool == name else (tool, name):
            if key not in self.programs and len(self.programs) < MAX_NAMES:
                if self._stack.is_gone(entry.path, at):
                    return
                self.programs[key] = Found(entry.path, at, entry.size, "", self._weights[at])

    def _add_package(self, at: int, package: str, folder: str) -> None:
        if package in self.packages or len(self.packages) >= MAX_NAMES:
            return
        if not self._stack.is_gone(folder, at):
            self.packages[package] = Found(folder, at, weight=self._weights[at])

    def _secret(self, at: int, name: str, entry: Entry) -> None:
        """What a later layer removes is still there for whoever pulls the image."""
        if entry.kind is not Kind.FILE or not entry.size or not may_hold_secret(entry.path):
            return
        head = self._stack.heads[at]
        shape = head.secrets.get(entry.path) if head else None
        if shape is None and only_by_content(entry.path):
            return
        part = self._part("secrets", at, entry.path, "", keeps=True)
        if part is not None:
            part.files, part.size = 1, entry.size
            part.what = {shape or (NO_SHAPE if _was_read(head, entry) else ""): None}

    def _add(self, kind: str, at: int, entry: Entry) -> None:
        part = self._part(kind, at, entry.path, "")
        if part is not None:
            part.files, part.size = 1, entry.size

    def _part(self, kind: str, at: int, root: str, what: str, keeps: bool = False) -> _Part | None:
        """What is at ``root``; None when it is gone, or there is too much of the kind already."""
        bucket = self._parts.setdefault(kind, {})
        key = at, root
        if key not in bucket:
            if len(bucket) >= _LIMITS.get(kind, _MAX_PARTS):
                return None
            is_gone = not keeps and self._stack.is_gone(root, at)
            part = _Part({what: None} if what else {}, is_bytecode=kind.endswith("bytecode"))
            bucket[key] = None if is_gone else part
        return bucket[key]


def _weights(stack: Stack, layers: Sequence[Made]) -> list[int]:
    """For each layer how far what is in it is to be believed; copies take nothing away."""
    weights, is_overseen = [], False
    for look, each in zip(reversed(stack.files), reversed(layers), strict=True):
        weights.append(UNSURE if is_overseen else SURE)
        is_overseen = is_overseen or (look is None and each.removes)
    return weights[::-1]


def _thinned(stack: Stack) -> list[bool]:
    """For each layer whether one above it removes anything."""
    thinned, removes = [], False
    for look in reversed(stack.files):
        thinned.append(removes)
        removes = removes or (look is not None and any(look.whiteouts))
    return thinned[::-1]


def _was_read(head: Look | None, entry: Entry) -> bool:
    """Whether all of a file was in view: the last entry of a look may be cut off."""
    if head is None or entry.size > MAX_READ:
        return False
    return entry in (head.entries if head.complete else head.entries[:-1])
