"""What system package managers leave in a layer: lists of packages, and packages nobody asked for.

Only what one ``RUN`` both brings and takes away again is gone: a later one removes nothing from the
layer below. Builders that make one layer of everything are the exception.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webhook.profile.command import name_of
from webhook.profile.history import Instruction
from webhook.profile.packages import Family, called
from webhook.profile.shell import Command


@dataclass(frozen=True, slots=True)
class Left:
    """A step that left something behind."""

    step: int
    """Index of the history entry."""
    family: Family
    text: str
    """The step's script, from the call that is meant."""
    is_doubtful: bool
    """Whether something speaks for it being meant, and gone, after all."""


_PLACES = {
    Family.APT: ("/var/lib/apt/lists",),
    Family.APK: ("/var/cache/apk", "/etc/apk/cache"),
    Family.RPM: tuple(f"/var/cache/{name}" for name in ("yum", "dnf", "libdnf5", "tdnf", "zypp")),
}
"""Where each keeps what it has downloaded of its repositories."""
_RPM_INSTALL = frozenset(
    {"install", "in", "reinstall", "localinstall", "groupinstall", "update", "upgrade"}
)
_MOUNT = re.compile(
    r"--mount=(?=\S*type=(?:cache|tmpfs))\S*?\b(?:target|dst|destination)=([^,\s]+)"
)
_KEEPS_DOWNLOADS = re.compile(r"Keep-Downloaded-Packages|/etc/apt/apt\.conf\.d/docker-clean")
"""What is only done for a cache mount, of which BuildKit's history does not tell."""
_BRACES = re.compile(r"([^{}]*)\{([^{}]*)\}([^{}]*)")
_MAX_PATH = 512
"""Characters of a path that are looked at; ``PATH_MAX`` is eight times as long."""
_MAX_BRACES = 8
_RECOMMENDS_OFF = re.compile(r"APT::Install-Recommends[\s\\\"'=]{1,8}(?:0|false|no|off)\b", re.I)
_APT_CONF = "/etc/apt/apt.conf"
_INSTALLS_NOTHING = frozenset(
    {"-s", "--simulate", "--dry-run", "--just-print", "--print-uris", "-d", "--download-only"}
)
_WITHOUT = frozenset({"--no-install-recommends", "--without-recommends"})
_OPTIONS_IN_VARIABLE = re.compile(r"\$\{?\w*(?:OPT|ARG|FLAG)\w*", re.IGNORECASE)


def lists_kept(steps: Sequence[Instruction], start: int) -> Iterator[Left]:
    """The steps from ``start`` on that downloaded lists of packages and did not remove them."""
    cached = any(_KEEPS_DOWNLOADS.search(step.text) for step in steps[start:])
    found: list[Left] = []
    gone: frozenset[Family] = frozenset()
    for index in range(len(steps) - 1, start - 1, -1):
        step = steps[index]
        cleaned = _cleaned(step)
        # A step without a layer of its own shares it with a later one, which may have cleaned up.
        gone = cleaned | gone if step.empty else cleaned
        kept = next((item for item in _downloads(step) if item[0] not in gone), None)
        if kept is not None:
            family, name = kept
            doubtful = cached and family is Family.APT
            found.append(Left(index, family, _from(step.text, name), doubtful))
    yield from reversed(found)


def recommended(steps: Sequence[Instruction], start: int) -> Iterator[Left]:
    """The steps from ``start`` on that installed with apt all that packages recommend."""
    doubt = False
    for index, step in enumerate(steps):
        if _APT_CONF in step.text and _RECOMMENDS_OFF.search(step.text):
            return
        doubt = doubt or (step.verb in ("COPY", "ADD") and _APT_CONF in step.text)
        if index < start:
            continue
        for command in step.programs:
            if called(command) == (Family.APT, "install") and _takes_recommended(command):
                text = " ".join(command)
                yield Left(index, Family.APT, text, doubt or _has_hidden_options(command))
                break


def _downloads(step: Instruction) -> Iterator[tuple[Family, str]]:
    """The families whose lists a step downloads, with the program that does."""
    for command in step.programs:
        family, verb = called(command) or (None, "")
        name = name_of(command)
        if family is Family.APT:
            updates = verb == "update" or (verb == "install" and "--update" in command)
        elif family is Family.APK:
            updates = verb == "add" and "--no-cache" not in command
        else:
            updates = verb in _RPM_INSTALL
        if updates and family is not None:
            yield family, name


def _cleaned(step: Instruction) -> frozenset[Family]:
    """The families whose lists a step removes, or never wrote into the image."""
    mounted = [match[1] for match in map(_MOUNT.match, step.flags) if match]
    gone = {family for path in mounted for family in _within(path)}
    for command in step.programs:
        name, words = name_of(command), command[1:]
        if name == "rm":
            gone.update(family for word in words for family in _within(word))
        elif name == "find" and ("-delete" in words or "rm" in words):
            gone.update(family for word in words[:4] for family in _within(word))
        else:
            match called(command):
                case (Family.APT as family, "dist-clean" | "distclean"):
                    gone.add(family)
                case (Family.RPM as family, "clean") if name == "zypper" or "all" in words:
                    gone.add(family)
    return frozenset(gone)


def _within(path: str) -> Iterator[Family]:
    """The families whose lists are in ``path``, which may be a pattern."""
    if path.startswith("/") and len(path) <= _MAX_PATH:
        for family, places in _PLACES.items():
            if any(_is_within(place, way) for way in _without_braces(path) for place in places):
                yield family


def _is_within(place: str, path: str) -> bool:
    """Whether removing ``path`` removes what is in ``place``: itself, a parent, or all of either."""
    parts = [part for part in path.split("/") if part]
    if not parts:
        return False
    if "*" not in parts[-1]:
        return f"{place}/".startswith("/".join(("", *parts, "")))
    parent = "/".join(("", *parts[:-1]))
    return place == parent or (parts[-1] == "*" and place.startswith(f"{parent}/"))


def _without_braces(path: str) -> Sequence[str]:
    """The paths that ``/var/{lib/apt,cache}/*`` means; one pair of braces is understood."""
    match = _BRACES.fullmatch(path)
    if match is None:
        return (path,)
    return [f"{match[1]}{word}{match[3]}" for word in match[2].split(",")[:_MAX_BRACES]]


def _takes_recommended(command: Command) -> bool:
    words = frozenset(command)
    if words & _WITHOUT or words & _INSTALLS_NOTHING:
        return False
    if name_of(command) == "aptitude" and "-R" in words:
        return False
    return not any(_RECOMMENDS_OFF.search(word) for word in command if "Recommends" in word)


def _has_hidden_options(command: Command) -> bool:
    return any(_OPTIONS_IN_VARIABLE.match(word) for word in command)


def _from(text: str, word: str) -> str:
    """``text`` from where ``word`` is first called."""
    return text[max(text.find(f"{word} "), 0) :]
