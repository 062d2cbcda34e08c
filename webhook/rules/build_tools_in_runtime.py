"""``build-tools-in-runtime``: compilers and headers are shipped with the application."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import translate
from functools import cached_property
from typing import ClassVar

from webhook.policy.example import FULL, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, is_whole, layer_of, untold
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.tables import RuntimeLibraries
from webhook.policy.text import shown
from webhook.profile import ImageProfile, Variant
from webhook.profile.contents import Found
from webhook.profile.need import Need
from webhook.profile.tools import tool_of
from webhook.profile.traces import Kept

_TOOLS = ("gcc", "g++", "cc", "cc1", "as", "ld", "make", "cmake", "cargo", "rustc", "go")
_FIX = "Compile in a builder stage; purge with --auto-remove"
_PARTS = frozenset({"as", "cc", "cc1", "cpp", "ld"})
"""What gcc runs: whoever wants it wants them."""
_KIN = {
    "build-essential": ("build-base", "base-devel", "compilers"),
    "*-dev": ("*-devel",),
    "gcc": ("gcc_*", "c-compiler"),
    "g++": ("gcc-c++", "gxx", "gxx_*", "cxx-compiler"),
    "go": ("golang", "golang-*"),
    "rustc": ("rust",),
}
"""What a package is called by other package managers."""
_HEADERS = re.compile(r".+-(?:dev|devel)")
_NAMES = 32
"""Characters of the names in a message; the fix needs the room."""
_LIBRARIES = 22
_INSTALL = "RUN /bin/sh -c apt-get update && apt-get install -y"
_PURGED = f"{_INSTALL} libpq-dev gcc && pip install psycopg2 && apt-get purge -y libpq-dev gcc"


class BuildToolsInRuntime(Rule):
    """Compilers, linkers and ``make`` are in the layers above the base, or ``-dev`` packages are.

    A look into the layers tells for certain, and only what no later layer removes counts. The full
    Debian image has them all. Where no layer shows any, the history may still name packages that
    were installed and not removed, which is likely and never certain: BuildKit leaves mounts out.
    Removing ``gcc`` without ``--auto-remove`` leaves ``gcc-12``, ``cc1`` and ``ld``: the history
    looks clean, and the layer does not. Images that compile at run time (Triton, ``torch.compile``,
    numba) say so in ``ignore``.
    """

    id: ClassVar[str] = "build-tools-in-runtime"
    title: ClassVar[str] = "Build tools are in the runtime image"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "A compiler is 100 to 400 MB that every node pulls, all of it scanned for vulnerabilities, "
        "and the first thing that an intruder would have to bring along."
    )
    remedy: ClassVar[str] = (
        "Compile in a builder stage and copy the virtual environment; in the final stage install "
        "the libraries alone, `libpq5` where the builder has `libpq-dev`. In a single stage: "
        "`RUN apt-get update && apt-get install -y gcc && pip install ... && apt-get purge -y "
        "--auto-remove gcc`."
    )

    tools: tuple[str, ...] = _TOOLS
    """Programs that are build tools, without versions and targets in their names."""
    packages: tuple[str, ...] = ("build-essential", "*-dev")
    """System packages that are, beside those named like a tool; patterns with ``*``."""
    ignore: tuple[str, ...] = ()
    """Tools and packages that are meant, patterns with ``*``; ``gcc`` stands for all it runs."""

    @cached_property
    def _wanted(self) -> re.Pattern[str]:
        return _any_of((*self.packages, *self.tools))

    @cached_property
    def _ignored(self) -> re.Pattern[str]:
        parts = _PARTS if "gcc" in self.ignore or "g++" in self.ignore else ()
        return _any_of((*self.ignore, *parts))

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        image = facts.image
        packages = tuple(self._packages(image))
        names = [name for name in self.tools if name in image.contents.programs]
        tools = [name for name in names if not self._ignored.fullmatch(name)]
        if tools:
            return _of_layers(facts, tools, packages)
        if image.base.variant is Variant.FULL and not self._ignored.fullmatch("gcc"):
            source = next((e.source.value for e in image.base.evidence), "history")
            return Violation(
                f"gcc and friends come with the full Debian base (from: {source})",
                f"Use {facts.tables.python.slim_image(facts.python.version, facts.today)}",
                image.base.confidence,
                image.base.evidence,
            )
        if packages:
            return _of_history(facts, packages)
        return untold(facts, "whether build tools are in the image")

    def _packages(self, image: ImageProfile) -> Iterator[Kept]:
        for kept in image.traces.packages:
            tool = tool_of(kept.name)
            is_wanted = self._wanted.fullmatch(kept.name) or self._wanted.fullmatch(tool)
            if not is_wanted or self._ignored.fullmatch(kept.name) or self._ignored.fullmatch(tool):
                continue
            # A layer that was seen from end to end shows its tools, but no package's name.
            if _HEADERS.fullmatch(kept.name) or not is_whole(image, kept.layer):
                yield kept

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a compiler in a layer",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c pip install -r requirements.txt # buildkit"),
            layers=(29_000_000, 4_000_000, 12_000_000, 122_000_000),
            files={3: ("usr/bin/x86_64-linux-gnu-gcc-14 1M", "usr/bin/ld", "...")},
        ),
        Example(
            "gcc purged without --auto-remove leaves what it depends on",
            fires=True,
            history=(*SLIM, f"{_PURGED} # buildkit"),
            layers=(29_000_000, 4_000_000, 12_000_000, 75_000_000),
            files={3: ("etc/alternatives/cpp", "usr/bin/gcc-12 1M", "usr/bin/ld 1M", "...")},
        ),
        Example(
            "a compiler that a later layer removes",
            fires=False,
            history=(*SLIM, "RUN x # buildkit", "RUN rm /usr/bin/gcc-14 # buildkit"),
            layers=(29_000_000, 4_000_000, 12_000_000, 122_000_000, 1_000),
            files={3: ("usr/bin/gcc-14 1M", "..."), 4: ("usr/bin/.wh.gcc-14",)},
        ),
        Example("the full image", fires=True, history=FULL),
        Example(
            "headers that the history installs",
            fires=True,
            history=(*SLIM, f"{_INSTALL} libpq-dev # buildkit"),
        ),
        Example(
            "installed and purged in one RUN",
            fires=False,
            history=(*SLIM, f"{_INSTALL} gcc && make && apt-get purge -y gcc # buildkit"),
        ),
        Example(
            "what is needed at run time may be left out",
            fires=False,
            history=(*SLIM, f"{_INSTALL} gcc libgomp-dev # buildkit"),
            options={"ignore": ["gcc", "libgomp-dev"]},
        ),
        Example("a slim image as it is", fires=False),
    )


def _any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """One pattern for names of tools and packages, whatever they are called elsewhere."""
    known = dict.fromkeys(name for glob in globs for name in (glob, *_KIN.get(glob, ())))
    return re.compile("|".join(map(translate, known)) or r"(?!)")


def _of_layers(facts: Facts, tools: list[str], packages: tuple[Kept, ...]) -> Violation:
    image = facts.image
    found = [image.contents.programs[name] for name in tools]
    first = max(found, key=lambda each: (image.size.layers[each.layer].size, each.weight))
    seen: dict[str, Found] = {each.path: each for each in found}
    return Violation(
        f"{shown(', '.join(tools), _NAMES)} {_ship(tools)} in the runtime image "
        f"({layer_of(image, first.layer)}, from: layer)",
        _fix(facts, packages),
        max(each.weight for each in found),
        evidence_of(seen.values(), "build tools"),
    )


def _of_history(facts: Facts, packages: tuple[Kept, ...]) -> Violation:
    image = facts.image
    names = list(dict.fromkeys(kept.name for kept in packages))
    layer = next((kept.layer for kept in packages if kept.layer is not None), None)
    where = "from: history" if layer is None else f"{layer_of(image, layer)}, from: history"
    return Violation(
        f"{shown(', '.join(names), _NAMES)} {_ship(names)} in the runtime image ({where})",
        _fix(facts, packages),
        max(kept.weight for kept in packages),
        tuple(kept.evidence for kept in packages),
    )


def _ship(names: list[str]) -> str:
    return "ships" if len(names) == 1 else "ship"


def _fix(facts: Facts, packages: tuple[Kept, ...]) -> str:
    """What to do, with the libraries to install in the place of headers."""
    libraries = dict.fromkeys(_libraries(facts.tables.libraries, packages))
    if not libraries:
        return _FIX
    return f"Compile in a builder stage; here install {shown(' '.join(libraries), _LIBRARIES)}"


def _libraries(table: RuntimeLibraries, packages: tuple[Kept, ...]) -> Iterator[str]:
    for kept in packages:
        for family, known in table.packages.items():
            if family == kept.family and kept.name in known:
                yield known[kept.name]
