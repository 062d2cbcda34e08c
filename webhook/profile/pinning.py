"""What a build installs as it finds it, and what it takes from a lock file.

Sources: PEP 440 and 508 for requirements; pip documentation, "Requirements File Format" and "VCS
Support"; the options of uv, Poetry, Pipenv, PDM, pixi and conda-lock.
"""

import re
from collections.abc import Iterator, Mapping

from webhook.profile.command import name_of
from webhook.profile.copied import copy_of, may_hold
from webhook.profile.history import Instruction
from webhook.profile.installs import Install
from webhook.profile.shell import Command

_MAX_WORD = 512
"""Characters of a requirement that is looked at."""
_BY_NAME = frozenset({"pip", "uv", "pipx"})
_HELD = re.compile(
    r"-[IUqv]*[rc].*|--(?:requirement|constraint)s?(?:=.*)?|--require-hashes|--no-index|--dry-run"
    r"|--group(?:=.*)?"
)
"""Options by which versions come from elsewhere, or nothing is fetched."""
_HELD_BY = ("PIP_CONSTRAINT", "UV_CONSTRAINT", "PIP_NO_INDEX", "UV_NO_INDEX")
_NAME = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?) ?(?:\[[\w ,.-]*\])? ?(?=[~<>=!@(;]|\Z)")
_PATH = re.compile(r"\.{0,2}/.*|\.+(?:\[.*)?|.*/.*|.*\.(?:whl|zip|tar\.gz|tar\.bz2|tgz)(?:\[.*)?")
_URL_HASH = re.compile(r"#(?:.*&)?(?:sha\d+|md5)=")
_URL_VERSION = re.compile(r"[/@=_-]v?\d+\.\d|@[0-9a-f]{7,64}\b|/[0-9a-f]{40}\b")
_VCS_REF = re.compile(r"@([^@#/][^@#]*)(?:#|\Z)")
_BRANCHES = frozenset({"main", "master", "develop", "dev", "trunk", "HEAD"})
_SEPARATORS = re.compile(r"[-_.]+")

_OPTIONS: Mapping[str, frozenset[str]] = {
    "uv": frozenset({"--frozen", "--locked", "--require-hashes"}),
    "pip": frozenset({"--require-hashes"}),
    "pipenv": frozenset({"sync", "--deploy", "--ignore-pipfile"}),
    "pdm": frozenset({"sync", "--frozen-lockfile", "--frozen"}),
    "pixi": frozenset({"--frozen", "--locked"}),
    "rye": frozenset({"--no-lock"}),
    "pip-sync": frozenset({"pip-sync"}),
    "conda-lock": frozenset({"install"}),
}
"""Tool → words that make it keep to a lock file."""
_PIP_SYNC = frozenset({"pip", "sync"})
_LOCK_FILES = {
    "uv": "uv.lock",
    "poetry": "poetry.lock",
    "pdm": "pdm.lock",
    "pixi": "pixi.lock",
    "rye": "requirements.lock",
}
"""Tool → the lock file that it keeps to where there is one."""
_SWITCHES = {"uv": ("UV_FROZEN", "UV_LOCKED"), "pip": ("PIP_REQUIRE_HASHES",)}
_EXPORTS = {"uv": "export", "poetry": "export", "pdm": "export", "pipenv": "requirements"}
"""Tool → the subcommand that writes a lock file out as requirements."""
_LOCK_NAME = re.compile(r"(?:.*[/._=-])?(?:py)?lock(?:ed)?(?:[._-].*)?")
_OFF = frozenset({"", "0", "false", "no", "off"})


def normalised(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503): ``Typing_Extensions`` and the like."""
    return _SEPARATORS.sub("-", name).lower()


def unpinned(install: Install, env: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What ``pip install`` was asked for without an exact version: normalised name, as written."""
    is_held = any(map(_HELD.fullmatch, install.command)) or any(env.get(key) for key in _HELD_BY)
    if install.tool not in _BY_NAME or is_held:
        return
    for word in install.asked:
        match = _NAME.match(word) if len(word) <= _MAX_WORD else None
        if "://" in word and len(word) <= _MAX_WORD:
            if not _is_fixed_url(word):
                yield normalised(match[1] if match else word), word
        elif match and not _is_fixed(word.partition(";")[0]) and not _PATH.fullmatch(word):
            yield normalised(match[1]), word


def has_range(requirement: str) -> bool:
    """Whether a requirement that names no exact version names a range of them, or a place."""
    return any(mark in requirement for mark in ("<", ">", "~", "!", "@", "://"))


def locks_of(step: Instruction) -> frozenset[str]:
    """The lock files that a step may have brought, or been lent by a mount."""
    copy = copy_of(step)
    names = _LOCK_FILES.values()
    if copy is not None:
        return frozenset(name for name in names if may_hold(copy, name))
    return frozenset(name for name in names if any(name in flag for flag in step.flags))


def is_locked(install: Install, brought: frozenset[str], env: Mapping[str, str]) -> bool:
    """Whether an install keeps to a lock file, as far as it and what was brought before it tell.

    ``brought`` are names of lock files, ``env`` is the image's environment.
    """
    tool = install.tool
    words = frozenset((tool, *install.command[1:]))
    if words & _OPTIONS.get(tool, frozenset()) or (tool == "uv" and words >= _PIP_SYNC):
        return True
    if any(env.get(name, "").lower() not in _OFF for name in _SWITCHES.get(tool, ())):
        return True
    if any(_names_lock(word) for word in _files(install.command)):
        return True
    return (tool != "uv" or install.is_uv_sync) and _LOCK_FILES.get(tool) in brought


def exports_lock(command: Command) -> bool:
    """Whether a command writes a lock file out as requirements."""
    return _EXPORTS.get(name_of(command)) in command[1:2] or name_of(command) == "pip-compile"


def _files(command: Command) -> Iterator[str]:
    """The files of ``-r FILE``, ``--requirement=FILE``, ``--file FILE``."""
    for at, word in enumerate(command):
        if word in ("-r", "--requirement", "-f", "--file"):
            yield from command[at + 1 : at + 2]
        elif word.startswith(("-r", "--requirement=", "--file=")):
            yield word.removeprefix("-r")


def _names_lock(path: str) -> bool:
    return len(path) <= _MAX_WORD and bool(_LOCK_NAME.fullmatch(path.rpartition("/")[2]))


def _is_fixed(requirement: str) -> bool:
    """Whether a version is named: ``x==1.0``, and ``x@1.0`` as uv has it."""
    at = requirement.partition("@")[2].strip()
    return "==" in requirement or bool(at and at != "latest")


def _is_fixed_url(url: str) -> bool:
    if _URL_HASH.search(url) or _URL_VERSION.search(url.partition("://")[2].partition("/")[2]):
        return True
    match = _VCS_REF.search(url.partition("://")[2].partition("/")[2])
    return match is not None and match[1] not in _BRANCHES
