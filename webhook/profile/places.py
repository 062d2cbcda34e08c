"""What the folders of an image are for: programs, libraries, the application, things left behind.

Told by their names and what they are in, never by what is in them, so that each is judged once for
however many files. Whatever a layer's author calls things, the cost stays in proportion.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Literal, NamedTuple

MAX_DEPTH = 12
"""Folders within folders that are told apart."""
MAX_PATH = 512
"""Characters of a folder's path that are looked at."""
MAX_FOLDERS = 20_000
"""Folders of one image that are judged; real ones have some thousand at most."""


class Area(Enum):
    """What kind of files a folder holds."""

    APPLICATION = auto()
    SYSTEM = auto()
    """A distribution's, a tool's or an environment's own."""
    LIBRARY = auto()
    """Installed Python libraries."""
    CLOSED = auto()
    """Found as a whole, or of no interest: what is in it is not told apart."""


class Mark(NamedTuple):
    """Something that is found as a whole, around a folder."""

    kind: str
    """The field of ``Contents`` that it belongs to."""
    root: str
    """Its outermost folder."""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One folder."""

    area: Area
    marks: tuple[Mark, ...] = ()
    """What is found as a whole and holds this folder."""
    programs: Literal["", "always", "environment", "alternatives"] = ""
    """Whether its files are programs: always, if the folder around it is a virtual environment, or
    only as links that Debian's alternatives make."""
    environment: str = ""
    """The folder around it that is a virtual environment by its name."""
    package: str = ""
    """Normalised name of the distribution of which it holds the metadata."""
    top: str = ""
    """The outermost folder of the application around it."""

    def is_within(self, kind: str) -> bool:
        """Whether it is in something of a kind that is found as a whole."""
        return any(mark.kind == kind for mark in self.marks)


_ROOT = Place(Area.APPLICATION, programs="always")
_BEYOND = Place(Area.CLOSED)
_BINARIES = frozenset({"bin", "sbin", "Scripts"})
_SYSTEM = frozenset(
    {"bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "media", "mnt", "proc", "run"}
    | {"sbin", "sys", "tmp", "usr", "var", "layers", "cnb", "nix"}
)
"""Folders of the root that are no application's, unless it was put there."""
_OF_NO_INTEREST = frozenset(
    {"usr/include", "usr/share", "usr/local/include", "usr/local/share", "etc/ssl/certs"}
    | {"var/lib/apt", "var/lib/dpkg", "var/lib/rpm", "lib/apk"}
)
_COMPILER = re.compile(r"usr/(?:local/)?lib(?:64|exec)?/gcc/[^/]+/[^/]+")
"""Where the compilers proper are: ``cc1`` and its kin."""
_TOOLS = frozenset(
    {".cargo", ".config", ".local", ".npm", ".nvm", ".oh-my-zsh", ".poetry", ".pyenv", ".rustup"}
)
"""Folders of a home that a tool installed itself into."""
_CONDA = re.compile(r"\.?(?:mini|ana|micro)?(?:conda|mamba)\d?|(?:mini|mamba)forge\d?")
_PYTHON_LIBRARY = re.compile(r"(?:.*/)?lib(?:64)?/(?:python|pypy)[23]?(?:\.\d{1,2})?t?")
_FOREIGN_LIBRARIES = frozenset({"node_modules", "bower_components", "_vendor"})
"""Libraries of other languages, and those that libraries carry with them."""
_LIBRARIES = frozenset({"site-packages", "dist-packages"})
_METADATA = re.compile(
    r"([A-Za-z0-9][\w.]*(?:-[A-Za-z][\w.]*)*)-\d[^/-]*(?:-py\d[^/-]*)?\.(?:dist|egg)-info"
)
_SEPARATORS = re.compile(r"[-_.]+")
CACHE_FOLDERS = {
    "pip": "pip",
    "uv": "uv",
    "pypoetry": "poetry",
    "pdm": "pdm",
    "pipenv": "pipenv",
    "conda": "conda",
}
"""Folder below ``.cache`` → manager."""
_CACHES = {
    "var/cache/apk": "apk",
    "var/cache/apt/archives": "apt",
    "var/cache/dnf": "dnf",
    "var/cache/yum": "dnf",
}
_LEAKS = frozenset(
    {".git", ".github", ".vscode", ".idea", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".tox"}
    | {".nox", ".hypothesis", ".ipynb_checkpoints"}
)
_TESTS = frozenset({"tests", "test", "htmlcov", ".pytest_cache", ".tox", ".nox"})
_LOOSE = frozenset({"build", "dist", "docs", "logs", "env"})
_ENVIRONMENTS = frozenset({"env", ".env", "virtualenv"})
"""What virtual environments are called beside anything with ``venv``; the first may be anything."""
_HOLDERS = frozenset({"", "home", "opt", "srv"})
"""Folders that hold applications and are none."""
_NEVER_ONE = frozenset({"etc", "home", "opt", "root", "srv", "tmp", "usr", "usr/local", "var"})
"""Folders that things are copied into and that are no application for it."""
_BYTECODE = "__pycache__"
_TELLING = frozenset(
    {*_SYSTEM, *_BINARIES, *_TOOLS, *_FOREIGN_LIBRARIES, *_LIBRARIES, *CACHE_FOLDERS, *_LEAKS}
    | {*_TESTS, *_LOOSE, *_ENVIRONMENTS, _BYTECODE, "alternatives", "pkgs", "virtualenvs"}
    | {path.rpartition("/")[2] for path in _OF_NO_INTEREST}
)
"""Every name that tells something by itself."""
_TELLS = re.compile(r"conda|mamba|forge|venv|python|pypy|-info\Z")
"""What is in all others that do."""


class Places:
    """The folders of one image."""

    def __init__(self, application: Collection[str], caches: Mapping[str, str]) -> None:
        """``application`` are folders that it was put into; ``caches`` are those of package managers
        in other places than usual: folder → manager."""
        self._caches = {**_CACHES, **caches}
        self._telling = _TELLING.union(path.rpartition("/")[2] for path in self._caches)
        self._application: frozenset[str] = frozenset()
        self._known = {"": _ROOT}
        # Its folders may be anywhere, but not where programs and libraries are.
        self._application = frozenset(filter(self._may_hold_one, application))
        self._known = {"": _ROOT}

    def of(self, folder: str) -> Place:
        """What a folder is, by its path within the image."""
        found = self._known.get(folder)
        return self._learn(folder) if found is None else found

    def _learn(self, folder: str) -> Place:
        if len(self._known) >= MAX_FOLDERS:
            return _BEYOND
        path, _, name = folder.rpartition("/")
        place, names = self._known.get(path), [name]
        if place is None or len(folder) > MAX_PATH or folder.count("/") >= MAX_DEPTH:
            kept = folder if len(folder) <= MAX_PATH else folder[:MAX_PATH].rpartition("/")[0]
            place, path, names = _ROOT, "", kept.split("/", MAX_DEPTH)[:MAX_DEPTH]
        for name in names:
            path = f"{path}/{name}" if path else name
            place = self._known[path] = self._known.get(path) or self._within(place, path, name)
        return place

    def _may_hold_one(self, folder: str) -> bool:
        place = self.of(folder)
        return not (
            place.programs
            or place.environment
            or place.area is Area.LIBRARY
            or folder in _NEVER_ONE
        )

    def _within(self, outer: Place, path: str, name: str) -> Place:
        """What the folder ``name`` in ``outer`` is."""
        if path in self._application:
            return Place(Area.APPLICATION, outer.marks, top=path)
        if outer.area is Area.CLOSED:
            return outer
        if name in self._telling or _TELLS.search(name):
            return self._named(outer, path, name)
        if outer.area is Area.SYSTEM and _COMPILER.fullmatch(path):
            return Place(Area.SYSTEM, programs="always")
        return _deeper(outer, path)

    def _named(self, outer: Place, path: str, name: str) -> Place:
        """What a folder is whose name may tell it."""
        if outer is _ROOT and name in _SYSTEM:
            return Place(Area.SYSTEM, programs="always" if name in _BINARIES else "")
        if manager := self._manager(path, name):
            # Poetry makes its environments in its cache.
            area = Area.SYSTEM if manager == "poetry" else Area.CLOSED
            return Place(area, (*outer.marks, Mark("caches", path, manager)))
        if (match := _METADATA.fullmatch(name)) is not None:
            package = _SEPARATORS.sub("-", match[1]).lower()
            return Place(Area.CLOSED, outer.marks, package=package)
        if name in _FOREIGN_LIBRARIES:
            return Place(Area.CLOSED, outer.marks)
        if outer.area is Area.LIBRARY:
            return _in_library(outer, path, name)
        if name in _LIBRARIES:
            return Place(Area.LIBRARY, outer.marks, environment=outer.environment)
        if name in _BINARIES:
            return replace(_deeper(outer, path), programs=_programs(outer, path))
        if outer.area is Area.SYSTEM:
            return _in_system(outer, path, name)
        return _in_application(outer, path, name)

    def _manager(self, path: str, name: str) -> str:
        """The package manager of which a folder is the cache; empty when it is none."""
        if path in self._caches:
            return self._caches[path]
        if name in CACHE_FOLDERS and path.endswith(f".cache/{name}"):
            return CACHE_FOLDERS[name]
        is_conda = name == "pkgs" and _CONDA.fullmatch(path.split("/")[-2:][0])
        return "conda" if is_conda else ""


def _in_library(outer: Place, path: str, name: str) -> Place:
    if name == _BYTECODE:
        return Place(Area.CLOSED, (*outer.marks, Mark("installed_bytecode", path)))
    if name in ("tests", "test"):
        return Place(Area.CLOSED, (*outer.marks, Mark("installed_tests", path)))
    return outer


def _in_system(outer: Place, path: str, name: str) -> Place:
    if path in _OF_NO_INTEREST:
        return Place(Area.CLOSED)
    if path == "etc/alternatives":
        return Place(Area.SYSTEM, programs="alternatives")
    if name == "virtualenvs":
        return Place(Area.SYSTEM)
    if "venv" in name and "/lib/" not in f"/{path}":
        return Place(Area.SYSTEM, outer.marks, environment=path)
    return _deeper(outer, path)


def _in_application(outer: Place, path: str, name: str) -> Place:
    if name in _LEAKS:
        marks = (Mark("leaks", path), *((Mark("tests", path),) if name in _TESTS else ()))
        return Place(Area.CLOSED, (*outer.marks, *marks))
    if name == _BYTECODE:
        return Place(Area.CLOSED, (*outer.marks, Mark("bytecode", path)))
    if name in _TOOLS or _CONDA.fullmatch(name) or _PYTHON_LIBRARY.fullmatch(path):
        return Place(Area.SYSTEM, outer.marks, environment=outer.environment)
    if "venv" in name:
        return Place(Area.SYSTEM, outer.marks, environment=path)
    inner = _deeper(outer, path)
    if name in _TESTS and not outer.is_within("tests"):
        inner = replace(inner, marks=(*inner.marks, Mark("tests", path)))
    if (name in _LOOSE or name.endswith(".egg-info")) and not outer.is_within("loose"):
        inner = replace(inner, marks=(*inner.marks, Mark("loose", path)))
    return replace(inner, environment=path) if name in _ENVIRONMENTS else inner


def _deeper(outer: Place, path: str) -> Place:
    """A folder of the same kind as the one around it."""
    if outer.area is Area.APPLICATION and outer.top in _HOLDERS:
        return Place(Area.APPLICATION, outer.marks, environment=outer.environment, top=path)
    return replace(outer, programs="") if outer.programs else outer


def _programs(outer: Place, path: str) -> Literal["always", "environment"]:
    """What the files of a ``bin`` are: an application's may be anything."""
    is_tool = outer.area is Area.SYSTEM or path.startswith("opt/")
    return "always" if is_tool else "environment"
