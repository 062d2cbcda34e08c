"""On which of the guide's four steps a Python image stands, as far as metadata can tell.

1 full, 2 slim, 3 multi-stage, 4 optimised. A step holds when all its conditions are known to hold;
what cannot be known without looking into the layers is told as a reason and never counted as met.
"""

import re
from collections.abc import Iterable, Iterator

from webhook.profile.copied import copy_of
from webhook.profile.evidence import cut
from webhook.profile.flags import is_on
from webhook.profile.image import Base, Journey, Libc, Python, Size, User, Variant
from webhook.profile.installs import Kind
from webhook.profile.reading import Reading
from webhook.profile.size import layer_steps

NAMES = {1: "full", 2: "slim", 3: "multi-stage", 4: "optimised"}
OPTIMISED_PULL = 120_000_000
"""Bytes to transfer up to which an image counts as optimised."""

_TOOLS = re.compile(
    r"gcc(?:-\d+|-c\+\+)?|g\+\+(?:-\d+)?|make|cmake|cargo|rustc|golang|clang|build-essential|build-base"
    r"|.+-(?:dev|devel)"
)
_ISOLATED = re.compile(
    r"/(?:\.?venv|venv|env|\.local|virtualenvs?|conda|site-packages|dist-packages)(?:/|$)|^/usr/local/?$"
    r"|^/install/?$"
)


def place(
    reading: Reading, python: Python, libc: Libc, base: Base, user: User, size: Size
) -> Journey:
    """The highest step whose conditions all hold, and what stands before the next one."""
    if python.verdict in ("no", "unknown"):
        return Journey(None, None, ("not known to be a Python image",))
    if libc.verdict == "musl":
        return Journey(None, None, ("musl",))
    if base.variant is Variant.FULL:
        return _at(1, ["the base is the full Debian image, compilers included"])
    tools = _tools(reading, base.boundary)
    if tools:
        return _at(1, [f"build tools are in the image: {tools}"])
    if base.variant not in (Variant.SLIM, Variant.DISTROLESS):
        return Journey(None, None, (f"base is {base.variant}: neither slim nor full Debian",))
    hindrances = list(_before_multi_stage(reading, base.boundary, size))
    if hindrances:
        return _at(2, hindrances)
    return _at(3, _before_optimised(reading, user, size))


def _at(step: int, reasons: Iterable[str]) -> Journey:
    return Journey(step, NAMES[step], tuple(map(cut, reasons)))


def _tools(reading: Reading, boundary: int) -> str:
    """Compilers and headers that the image's own steps installed and kept."""
    names = [p.name for p in reading.packages if p.step >= boundary and _TOOLS.fullmatch(p.name)]
    return " ".join(dict.fromkeys(names))


def _before_multi_stage(reading: Reading, boundary: int, size: Size) -> Iterator[str]:
    made_by = layer_steps(reading.steps, len(size.layers))
    if made_by is None:
        yield "history and layers do not match: not known where dependencies were installed"
        return
    own = [install for install in reading.installs if install.step >= boundary]
    wanted = (install for install in own if install.kind is not Kind.TOOL)
    for step, install in {install.step: install for install in wanted}.items():
        layer = size.layers[made_by.index(step)].size if step in made_by else 0
        yield f"installed in the final stage ({layer / 1e6:.1f} MB): {' '.join(install.command)}"
    copies = map(copy_of, reading.steps[boundary:])
    if not any(
        copy and copy.from_stage is not False and _ISOLATED.search(copy.destination)
        for copy in copies
    ):
        yield "no virtual environment or prefix is copied from a builder stage"


def _before_optimised(reading: Reading, user: User, size: Size) -> Iterator[str]:
    if not is_on(reading.env.get("PYTHONUNBUFFERED")):
        yield "PYTHONUNBUFFERED is not on"
    if user.root is None:
        yield f"not known whether user {user.raw} is root"
    elif user.root:
        yield "runs as root"
    if size.pull > OPTIMISED_PULL:
        yield f"{size.pull / 1e6:.0f} MB to pull, more than {OPTIMISED_PULL / 1e6:.0f} MB"
    yield "not known without a look into the layers: package caches, context leaks, installers"
