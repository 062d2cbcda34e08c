"""What packages, caches and programs the own steps leave, read off the history."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby, islice

from webhook.profile.boundary import Boundary
from webhook.profile.build import Done
from webhook.profile.command import name_of
from webhook.profile.copied import copy_of
from webhook.profile.exposed import secrets
from webhook.profile.history import Builder, Instruction
from webhook.profile.installs import Kind
from webhook.profile.reading import Reading
from webhook.profile.redacted import told
from webhook.profile.size import layer_steps
from webhook.profile.traces import Kept, Traces

PLAIN = 65
"""Weight of what a step says plainly."""
HINT = 50
"""Weight of what a step may mean, and the most there is where the base's end is not known."""
MOUNTS_TOLD = 75
"""Weight of a cache that is kept by a builder which would have recorded a mount for it."""
COPIED = 90
"""Weight of a program that was copied by its name."""
_MOST = 256
"""Things of one kind that are kept."""

_CONDA = "conda"
_CACHES: Mapping[str, str] = {
    "pip": "pip",
    "pipenv": "pip",
    "uv": "uv",
    "poetry": "poetry",
    **dict.fromkeys(("conda", "mamba", "micromamba"), _CONDA),
}
"""Installer → manager whose cache it fills."""
_WITHOUT = frozenset({"--no-cache-dir", "--no-cache", "--no-index", "--dry-run", "-n"})
"""Options with which nothing is kept, or nothing is downloaded."""
_SWITCH = re.compile(r"\b(PIP_NO_CACHE_DIR|UV_NO_CACHE|UV_LINK_MODE)=[\"']?(\w{1,16})")
_YES = frozenset({"1", "true", "yes", "on", "y", "t"})
_NO = frozenset({"0", "false", "no", "off", "n", "f"})
_SWITCHED_BY: Mapping[str, tuple[tuple[str, frozenset[str]], ...]] = {
    # pip takes any valid boolean for a yes.
    "pip": (("PIP_NO_CACHE_DIR", _YES | _NO),),
    # Links are copied where the cache is on another file system: a mount, as a rule.
    "uv": (("UV_NO_CACHE", _YES), ("UV_LINK_MODE", frozenset({"copy"}))),
}
"""Manager → variables with the values that turn its cache off."""
_MOUNT = re.compile(r"--mount=\S*type=(?:cache|tmpfs)")
_CLEANING = frozenset({"purge", "clean", "clear", "prune", "remove"})
_BUILDAH = "io.buildah.version"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")
_NO_PROGRAM = re.compile(r"[.:*]")
"""Characters of file names that no installer's program has, and of hidden sources."""


def traces_of(reading: Reading, boundary: Boundary, layers: int) -> Traces:
    """What the steps above ``boundary`` left in an image of so many layers."""
    return _Remains(reading, boundary, layers).traces()


class _Remains:
    def __init__(self, reading: Reading, boundary: Boundary, layers: int) -> None:
        self._reading, self._steps, self._start = reading, reading.steps, boundary.index
        self._most = 100 if boundary.by != "none" else HINT
        self._made_by = layer_steps(reading.steps, layers) or ()
        self._installs = [item for item in reading.installs if item.step >= boundary.index]

    def traces(self) -> Traces:
        """Everything at once."""
        return Traces(
            packages=tuple(islice(self._packages(), _MOST)),
            caches=tuple(islice(self._caches(), _MOST)),
            programs=tuple(islice(self._programs(), _MOST)),
            secrets=secrets(self._reading, self._start, self._made_by, self._most),
        )

    def _packages(self) -> Iterator[Kept]:
        for package in self._reading.packages:
            if package.step >= self._start:
                layer, weight = self._layer(package.step), min(PLAIN, self._most)
                yield Kept(told(package.name), package.family, layer, weight)
        for install in self._installs:
            if _CACHES.get(install.tool) == _CONDA and install.command[1:2] == ("install",):
                layer, weight = self._layer(install.step), min(PLAIN, self._most)
                for name in filter(None, map(_bare, install.command[2:])):
                    yield Kept(told(name), _CONDA, layer, weight)

    def _caches(self) -> Iterator[Done]:
        for index, installs in groupby(self._installs, key=lambda install: install.step):
            step = self._steps[index]
            if any(map(_MOUNT.match, step.flags)) or _is_cleaned(step):
                continue
            weight = MOUNTS_TOLD if self._tells_mounts(step) else HINT
            off = self._switched_off(step)
            for install in installs:
                manager = _CACHES.get(install.tool)
                if manager is None or manager in off or install.kind is Kind.INTERPRETER:
                    continue
                if not _WITHOUT & frozenset(install.command):
                    yield self._done(index, " ".join(install.command), manager, weight)

    def _programs(self) -> Iterator[Done]:
        removed = self._removed()
        for index in range(self._start, len(self._steps)):
            for name in _copied_programs(self._steps[index]):
                if removed.get(name, -1) <= index:
                    yield self._done(index, f"COPY {self._steps[index].text}", name, COPIED)
        for install in self._installs:
            by_name = install.kind in (Kind.TOOL, Kind.NAMED, Kind.LIBRARY)
            for name in map(_bare, install.asked if by_name else ()):
                if name and removed.get(name, -1) < install.step:
                    yield self._done(install.step, " ".join(install.command), name, PLAIN)

    def _removed(self) -> Mapping[str, int]:
        """Name of a program → the last step that removes it, by file or by package."""
        removed: dict[str, int] = {}
        for index in range(self._start, len(self._steps)):
            for command in self._steps[index].programs:
                if name_of(command) == "rm" or "uninstall" in command[1:3]:
                    removed |= {word.rpartition("/")[2]: index for word in command[1:]}
        return removed

    def _switched_off(self, step: Instruction) -> frozenset[str]:
        """The managers that a variable tells to keep nothing, of the image or of the step."""
        written = dict(_SWITCH.findall(f"{step.build_args} {step.text}"))
        switches = {**self._reading.env, **written}
        return frozenset(
            manager
            for manager, variables in _SWITCHED_BY.items()
            if any(switches.get(name, "").lower() in values for name, values in variables)
        )

    def _tells_mounts(self, step: Instruction) -> bool:
        is_buildah = step.builder is Builder.BUILDAH or _BUILDAH in self._reading.labels
        return is_buildah or step.builder is Builder.KANIKO

    def _layer(self, step: int) -> int | None:
        return self._made_by.index(step) if step in self._made_by else None

    def _done(self, step: int, text: str, what: str, weight: int) -> Done:
        return Done(told(text), self._layer(step), told(what), min(weight, self._most))


def _is_cleaned(step: Instruction) -> bool:
    """Whether a step removes a cache again."""
    for command in step.programs:
        words = command[1:]
        if name_of(command) == "rm" and any(map(_is_cache, words)):
            return True
        if words[:1] == ("clean",) or (
            words[:1] == ("cache",) and words[1:2] and words[1] in _CLEANING
        ):
            return True
    return False


def _is_cache(word: str) -> bool:
    return ".cache" in word or "CACHE" in word or word.rstrip("/*").endswith("/pkgs")


def _copied_programs(step: Instruction) -> Iterator[str]:
    """Names of the programs that a copy brings one by one."""
    copied = copy_of(step)
    if copied is None or not (copied.from_stage or "bin/" in copied.destination):
        return
    names = (path.rpartition("/")[2] for path in (*copied.sources, copied.destination))
    yield from dict.fromkeys(name for name in names if name and not _NO_PROGRAM.search(name))


def _bare(requirement: str) -> str:
    """The name in what pip was asked for; empty for an option or a path."""
    match = _NAME.match(requirement)
    return match[0].lower() if match else ""
