"""On which of the guide's four steps a Python image stands.

1 full, 2 slim, 3 multi-stage, 4 optimised. A step holds when all its conditions are known to hold;
what cannot be known without looking into the layers is told as a reason and never counted as met.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from webhook.profile.build import Build
from webhook.profile.contents import Contents
from webhook.profile.copied import Brought
from webhook.profile.flags import is_on
from webhook.profile.image import Base, Journey, Libc, Python, Size, User, Variant
from webhook.profile.reading import Reading
from webhook.profile.redacted import told

NAMES = {1: "full", 2: "slim", 3: "multi-stage", 4: "optimised"}
OPTIMISED_PULL = 120_000_000
"""Bytes to transfer up to which an image counts as optimised."""
SLIM_PULL = 43_000_000
"""Bytes to transfer of the official slim image."""
CACHE = 1_000_000
"""Bytes from which a package cache counts: pip writes a few where it keeps none."""

_TOOLS = re.compile(
    r"gcc(?:-\d+|-c\+\+)?|g\+\+(?:-\d+)?|make|cmake|cargo|rustc|golang|clang|build-essential|build-base"
    r"|.+-(?:dev|devel)"
)
_PROGRAMS = ("gcc", "g++", "cc1", "ld", "make", "cmake", "cargo", "rustc", "go")
_INSTALLERS = ("uv", "poetry", "pdm", "pipenv", "hatch", "pixi", "conda", "mamba", "micromamba")
_ISOLATED = frozenset({Brought.ENVIRONMENT, Brought.PREFIX})


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that decides the step."""

    reading: Reading
    python: Python
    libc: Libc
    base: Base
    build: Build
    user: User
    size: Size
    contents: Contents


@dataclass(frozen=True, slots=True)
class _Reason:
    """Why the next step does not hold, and about how many bytes to transfer it would spare."""

    text: str
    saves: int = 0


def place(known: Known) -> Journey:
    """The highest step whose conditions all hold, and what stands before the next one."""
    if known.python.verdict in ("no", "unknown"):
        return Journey(None, None, ("not known to be a Python image",))
    if known.libc.verdict == "musl":
        return Journey(None, None, ("musl",))
    variant = known.base.variant
    hindrances = tuple(_before_slim(known))
    if hindrances:
        return _at(1, hindrances)
    if variant not in (Variant.SLIM, Variant.DISTROLESS):
        return Journey(None, None, (f"base is {variant}: neither slim nor full Debian",))
    for step, reasons in _STEPS:
        hindrances = tuple(reasons(known))
        if hindrances:
            return _at(step, hindrances)
    return _at(4, ())


def _at(step: int, reasons: Iterable[_Reason]) -> Journey:
    hindrances = tuple(reasons)
    saves = sum(reason.saves for reason in hindrances)
    texts = tuple(told(reason.text) for reason in hindrances)
    return Journey(step, NAMES[step], texts, saves or None)


def _before_slim(known: Known) -> Iterator[_Reason]:
    """What makes an image one of the first step: the full base, or build tools on top."""
    if known.base.variant is Variant.FULL:
        pull = sum(layer.size for layer in known.size.layers if layer.own is False)
        saves = max(0, pull - SLIM_PULL) if pull else 0
        yield _Reason("the base is the full Debian image, compilers included", saves)
    programs = known.contents.programs
    seen = [programs[name] for name in _PROGRAMS if name in programs]
    if seen:
        names = ", ".join(name for name in _PROGRAMS if name in programs)
        layers = {found.layer for found in seen}
        saves = sum(known.size.layers[at].size for at in layers)
        where = ", ".join(str(at + 1) for at in sorted(layers))
        yield _Reason(f"build tools are in the image: {names} (layer {where})", saves)
        return
    packages = _packages(known.reading, known.base.boundary)
    if packages:
        yield _Reason(f"build tools are in the image: {packages}")


def _packages(reading: Reading, boundary: int) -> str:
    """Compilers and headers that the image's own steps installed and kept."""
    names = [p.name for p in reading.packages if p.step >= boundary and _TOOLS.fullmatch(p.name)]
    return " ".join(dict.fromkeys(names))


def _before_multi_stage(known: Known) -> Iterator[_Reason]:
    build = known.build
    unknown = build.silence or ("" if build.made else "history and layers do not match")
    if unknown:
        yield _Reason(f"not known where dependencies were installed: {unknown}")
        return
    for install in {done.layer: done for done in build.installs}.values():
        layer = known.size.layers[install.layer].size if install.layer is not None else 0
        yield _Reason(f"installed in the final stage ({layer / 1e6:.1f} MB): {install.text}", layer)
    if not any(done.what in _ISOLATED for done in build.staged):
        yield _Reason("no virtual environment or prefix is copied from a builder stage")


def _before_optimised(known: Known) -> Iterator[_Reason]:
    reading, user, size = known.reading, known.user, known.size
    if not is_on(reading.env.get("PYTHONUNBUFFERED")):
        yield _Reason("PYTHONUNBUFFERED is not on")
    if user.root is None:
        yield _Reason(f"not known whether user {user.raw} is root")
    elif user.root:
        yield _Reason("runs as root")
    if size.pull > OPTIMISED_PULL:
        limit = f"more than {OPTIMISED_PULL / 1e6:.0f} MB"
        yield _Reason(f"{size.pull / 1e6:.0f} MB to pull, {limit}", size.pull - OPTIMISED_PULL)
    yield from _leftovers(known)


def _leftovers(known: Known) -> Iterator[_Reason]:
    """What a look into the layers shows that should not be there, or that there was none."""
    contents = known.contents
    for cache in (each for each in contents.caches if each.size >= CACHE):
        text = f"{cache.what} cache in layer {cache.layer + 1} ({cache.size / 1e6:.1f} MB)"
        yield _Reason(text, min(cache.size, known.size.layers[cache.layer].size))
    for leak in contents.leaks[:1]:
        yield _Reason(f"{leak.path} was copied from the build context")
    runs = set(known.reading.argv)
    for name in _INSTALLERS:
        found = contents.programs.get(name)
        if found is not None and not any(name in word for word in runs):
            yield _Reason(f"{name} is left in the image ({found.path})", found.size)
    if contents.blind:
        text = "not known without a look into the layers: package caches, context leaks, installers"
        yield _Reason(text)


_STEPS: tuple[tuple[int, Callable[[Known], Iterator[_Reason]]], ...] = (
    (2, _before_multi_stage),
    (3, _before_optimised),
)
