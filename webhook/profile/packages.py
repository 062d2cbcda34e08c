"""System packages: what a build's package managers installed, and what of it is still there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from webhook.profile.command import name_of
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
    frozenset({"-c", "--installroot", "--releasever", "--repo", "--from", "-r", "-R"})
    | {"--setopt", "--enablerepo", "--disablerepo", "--disableplugin"},
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
PYTHON_PACKAGE = re.compile(
    r"(?:rh-)?(?:python|pypy)-?([23])?\.?(\d{1,2})?(?:-.+)?|py3(?:\.\d+)?-.+|ipython3?|gunicorn3?"
    r"|uwsgi-plugin-python3?|libapache2-mod-wsgi(?:-py3)?|ansible(?:-core|-runner)?|certbot"
)
"""A distribution's Python, a library or a program of it; the groups are the version in the name."""

_ASKS = re.compile(
    r"/etc/(?:os|alpine|redhat|lsb)[-_]release|/etc/debian_version"
    r"|(?:command -v|which|type|hash) +(?:apk|apt|apt-get|dnf|microdnf|yum)\b"
)
_MAX_GLOBS = 32
"""Removals by pattern that are carried out; each looks at every package."""
_GROUP = ("-t", "--virtual")
_SPEC = re.compile(
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


def families(step: Instruction) -> frozenset[Family]:
    """The kinds of package manager that a step calls, for whatever.

    None for a step that first asks what it runs on: it fits every distribution.
    """
    if _ASKS.search(step.text):
        return frozenset()
    names = {name_of(program) for program in step.programs}
    return frozenset(_MANAGERS[name].family for name in names & _MANAGERS.keys())


def called(command: Command) -> tuple[Family, str] | None:
    """The package manager that a command calls, and its subcommand; None for any other program."""
    manager = _MANAGERS.get(name_of(command))
    if manager is None:
        return None
    skip = False
    for word in command[1:]:
        if not skip and not word.startswith("-"):
            return manager.family, word
        skip = not skip and word in manager.values
    return manager.family, ""


def installed(steps: Iterable[Instruction]) -> tuple[Package, ...]:
    """The packages asked for in the whole history that no later command removed."""
    kept = _Kept()
    for index, step in enumerate(steps):
        kept.begin()
        for command in step.programs:
            name = name_of(command)
            if name == "apt-mark" and "auto" in command[1:3]:
                # Everything this step brought is up for --auto-remove: the official images' habit.
                kept.forget_step()
            elif name in _MANAGERS:
                call = _read(_MANAGERS[name], command)
                if call is not None:
                    kept.apply(call, index)
    return kept.packages()


@dataclass(frozen=True, slots=True)
class _Call:
    family: Family
    packages: frozenset[str]
    removed: frozenset[str]
    group: str


class _Kept:
    """The packages so far, by group and name, so that a hostile history costs no more than its text."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Package]] = {"": {}}
        self._step: list[tuple[str, str]] = []
        self._globs = _MAX_GLOBS

    def begin(self) -> None:
        """A new step begins."""
        self._step = []

    def forget_step(self) -> None:
        """What the present step brought is gone again."""
        for group, name in self._step:
            self._groups.get(group, {}).pop(name, None)
        self._step = []

    def apply(self, call: _Call, step: int) -> None:
        """Install and remove what one call asked for."""
        for name in call.removed:
            if name.endswith("*"):
                self._forget_prefix(name[:-1])
            elif name in self._groups and name:
                del self._groups[name]
            else:
                self._groups[""].pop(name, None)
        members = self._groups.setdefault(call.group, {})
        for name in call.packages:
            members[name] = Package(name, call.family, step, call.packages)
            self._step.append((call.group, name))

    def packages(self) -> tuple[Package, ...]:
        """What is left, in a stable order."""
        found = (p for members in self._groups.values() for p in members.values())
        return tuple(sorted(found, key=lambda package: (package.step, package.name)))

    def _forget_prefix(self, prefix: str) -> None:
        if self._globs:
            self._globs -= 1
            members = self._groups[""]
            for name in [name for name in members if name.startswith(prefix)]:
                del members[name]


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
    verb, words = (words[0], words[1:]) if words and manager.install else ("", words)
    names = frozenset(filter(None, map(_name, words)))
    if verb in manager.remove:
        return _Call(manager.family, frozenset(), names, "")
    is_install = verb in manager.install or not manager.install
    return _Call(manager.family, names, frozenset(), group) if is_install else None


def _name(word: str) -> str:
    """The package of ``python3=3.11.2-1``, ``python3~3.12``, ``python3.x86_64``; globs keep a ``*``."""
    match = _SPEC.fullmatch(_GLOB_END.sub("", word))
    if match is None:
        return word if word.startswith(".") else ""
    return f"{match[1]}*" if word.endswith("*") else match[1]
