"""System packages: what a build's package managers installed, and what of it is still there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from webhook.profile.command import name_of, programs
from webhook.profile.history import Instruction
from webhook.profile.shell import Command


class Family(StrEnum):
    """Package managers that only one kind of distribution has."""

    APT = "apt"
    APK = "apk"
    RPM = "rpm"
    PACMAN = "pacman"


@dataclass(frozen=True, slots=True)
class _Manager:
    family: Family
    install: frozenset[str]
    """Subcommands that install; empty when every call does."""
    remove: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    """Options whose value is the next word."""


_APT = _Manager(
    Family.APT,
    frozenset({"install"}),
    frozenset({"remove", "purge", "autoremove"}),
    frozenset({"-t", "-o", "-c", "--target-release", "--option"}),
)
_RPM = _Manager(
    Family.RPM,
    frozenset({"install", "in", "reinstall", "localinstall", "groupinstall"}),
    frozenset({"remove", "rm", "erase", "autoremove"}),
    frozenset({"-c", "--installroot", "--releasever", "--repo", "--from", "-r", "-R"}),
)
_MANAGERS = {
    **dict.fromkeys(("apt-get", "apt", "aptitude"), _APT),
    **dict.fromkeys(("yum", "dnf", "dnf5", "microdnf", "tdnf", "zypper"), _RPM),
    "install_packages": _Manager(Family.APT, frozenset()),
    "apk": _Manager(
        Family.APK,
        frozenset({"add"}),
        frozenset({"del"}),
        frozenset({"-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch"}),
    ),
    "pacman": _Manager(Family.PACMAN, frozenset({"-S", "-Sy", "-Syu", "-Su"}), frozenset({"-R"})),
}
PYTHON_PACKAGE = re.compile(r"(?:rh-)?(?:python|pypy)([23])?\.?(\d{1,2})?(?:-.+)?|py3-.+")
"""A distribution's Python or one of its libraries; the groups are the version in the name."""

_GROUP = ("-t", "--virtual")
_VERSION = re.compile(
    r"([a-zA-Z0-9][\w.+-]*?)(?::\w+)?(?:[=<>~@/].*)?(?:\.(?:x86_64|aarch64|noarch))?"
)
_GLOB_END = re.compile(r"(?:\.?\*)+$")


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was asked for by name and not taken out again."""

    name: str
    family: Family
    step: int
    """Index of the history entry."""
    beside: frozenset[str]
    """All that the same call asked for."""
    group: str = ""
    """The name of apk's ``--virtual``; empty when it was asked for on its own account."""


def families(step: Instruction) -> frozenset[Family]:
    """The kinds of package manager that a step calls, for whatever."""
    return frozenset(
        _MANAGERS[name].family for name, _ in _calls(step.commands) if name in _MANAGERS
    )


def installed(steps: Iterable[Instruction]) -> tuple[Package, ...]:
    """The packages asked for in the whole history that no later command removed."""
    kept: list[Package] = []
    for index, step in enumerate(steps):
        here: list[Package] = []
        for name, command in _calls(step.commands):
            if name == "apt-mark" and "auto" in command[1:3]:
                # Everything this step brought is up for --auto-remove: the official images' habit.
                here = []
            elif name in _MANAGERS:
                call = _read(_MANAGERS[name], command)
                if call is None:
                    continue
                here += call.brought(index)
                kept, here = _without(kept, call.removed), _without(here, call.removed)
        kept += here
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Call:
    family: Family
    packages: frozenset[str]
    removed: frozenset[str]
    group: str

    def brought(self, step: int) -> list[Package]:
        return [
            Package(name, self.family, step, self.packages, self.group)
            for name in sorted(self.packages)
        ]


def _calls(commands: Iterable[Command]) -> Iterator[tuple[str, Command]]:
    for command in commands:
        for program in programs(command):
            yield name_of(program), program


def _read(manager: _Manager, command: Command) -> _Call | None:
    words: list[str] = []
    group = skipped = ""
    for word in command[1:]:
        if skipped:
            group = word if manager.family is Family.APK and skipped in _GROUP else group
            skipped = ""
        elif word in manager.values:
            skipped = word
        elif word.startswith("--virtual="):
            group = word.partition("=")[2]
        elif not word.startswith("-") or word in manager.install | manager.remove:
            words.append(word)
    verb = words[0] if words and manager.install else "install"
    names = frozenset(filter(None, map(_name, words[1:] if manager.install else words)))
    if verb in manager.install or not manager.install:
        return _Call(manager.family, names, frozenset(), group)
    if verb in manager.remove:
        return _Call(manager.family, frozenset(), names, "")
    return None


def _name(word: str) -> str:
    """The package of ``python3=3.11.2-1``, ``python3~3.12``, ``python3.x86_64``; globs keep a ``*``."""
    match = _VERSION.fullmatch(_GLOB_END.sub("", word))
    if match is None:
        return word if word.startswith(".") else ""
    return f"{match[1]}*" if word.endswith("*") else match[1]


def _without(packages: list[Package], gone: frozenset[str]) -> list[Package]:
    prefixes = tuple(name[:-1] for name in gone if name.endswith("*"))
    return [
        package
        for package in packages
        if package.group not in gone
        and (package.group or package.name not in gone)
        and not (prefixes and package.name.startswith(prefixes))
    ]
