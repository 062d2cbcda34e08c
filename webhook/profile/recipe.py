"""How the image was built upon its base, read off the history."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from webhook.profile.boundary import Boundary
from webhook.profile.build import Build, Done
from webhook.profile.copied import Brought, brought, copy_of
from webhook.profile.dates import built
from webhook.profile.history import Instruction
from webhook.profile.installs import Install, Kind
from webhook.profile.leftovers import Left, lists_kept, recommended
from webhook.profile.packages import Family
from webhook.profile.pinning import exports_lock, is_locked, locks_of, unpinned
from webhook.profile.reading import Reading
from webhook.profile.redacted import told
from webhook.profile.size import layer_steps

MEDIUM = 65
"""Weight of what a step says plainly."""
LOW = 50
"""Weight of what a step may mean, and of every step where the base's end is not known."""
_MOST = 64
"""Things of one kind that are kept; more tell nothing new."""
_DEPENDENCIES = frozenset(
    {Kind.PROJECT, Kind.LIBRARY, Kind.NAMED, Kind.ENVIRONMENT, Kind.CONDA_NAMED}
)
_FROM_ELSEWHERE = frozenset({"--no-index", "--dry-run"})
_ALONE = frozenset({"--no-deps", "--no-dependencies"})
_REQUIREMENTS = ("-r", "--requirement")
_HEADERS = re.compile(r".+-(?:dev|devel)")
_INSTALLS_WITH = {Family.APT: "apt-get install", Family.APK: "apk add", Family.RPM: "dnf install"}


def build_of(reading: Reading, boundary: Boundary, layers: int) -> Build:
    """What the steps above ``boundary`` did to an image of so many layers."""
    return _Recipe(reading, boundary, layers).build()


class _Recipe:
    """The steps of one image, and which layers they made."""

    def __init__(self, reading: Reading, boundary: Boundary, layers: int) -> None:
        self._reading, self._steps, self._start = reading, reading.steps, boundary.index
        self._most = MEDIUM if boundary.by != "none" else LOW
        self._layers = layers
        self._made_by = layer_steps(reading.steps, layers)
        self._own = [item for item in reading.installs if item.step >= boundary.index]

    def build(self) -> Build:
        """Everything at once."""
        steps, start, config = self._steps, self._start, self._reading.config
        day, by = built(config.created, [entry.created for entry in config.history], start)
        return Build(
            silence=self._silence(),
            made=tuple(told(_plain(steps[index])) for index in self._made_by or ()),
            installs=_bounded(self._installs()),
            headers=_bounded(self._headers()),
            locks=_bounded(self._locks()),
            unpinned=_bounded(self._unpinned()),
            staged=_bounded(self._staged()),
            lists=_bounded(map(self._left, lists_kept(steps, start))),
            recommends=_bounded(map(self._left, recommended(steps, start))),
            built=day,
            built_by=by,
        )

    def _silence(self) -> str:
        if not any(step.raw or step.comment for step in self._steps):
            return "it has no history"
        making = sum(not step.empty for step in self._steps)
        if making < self._layers or any(map(_is_untold, self._steps[self._start :])):
            return "its history does not tell of every layer"
        return ""

    def _done(self, step: int, text: str, what: str = "", weight: int = MEDIUM) -> Done:
        made_by = self._made_by or ()
        layer = made_by.index(step) if step in made_by else None
        return Done(told(text), layer, told(what), min(weight, self._most))

    def _left(self, left: Left) -> Done:
        return self._done(left.step, left.text, left.family, LOW if left.is_doubtful else MEDIUM)

    def _installs(self) -> Iterator[Done]:
        for install in self._own:
            if install.kind in _DEPENDENCIES and _brings_others(install):
                # uv's own guide installs in the final stage, from a cache mount.
                weight = LOW if install.is_uv_sync else MEDIUM
                yield self._done(install.step, " ".join(install.command), install.tool, weight)

    def _headers(self) -> Iterator[Done]:
        for package in self._reading.packages:
            call = _INSTALLS_WITH.get(package.family)
            if call and package.step >= self._start and _HEADERS.fullmatch(package.name):
                yield self._done(package.step, f"{call} {package.name}", package.family)

    def _locks(self) -> Iterator[Done]:
        by_step: defaultdict[int, list[Install]] = defaultdict(list)
        for install in self._own:
            by_step[install.step].append(install)
        brought_locks: frozenset[str] = frozenset()
        for index, step in self._indexed():
            brought_locks |= locks_of(step)
            for install in by_step[index]:
                if is_locked(install, brought_locks, self._reading.env):
                    yield self._done(index, " ".join(install.command), install.tool)
            for command in filter(exports_lock, step.programs):
                yield self._done(index, " ".join(command), command[0])

    def _unpinned(self) -> Iterator[Done]:
        held = {index for index, step in self._indexed() if "CONSTRAINT=" in step.text}
        for install in self._own:
            if install.step not in held:
                for name, written in unpinned(install, self._reading.env):
                    yield self._done(install.step, written, name)

    def _staged(self) -> Iterator[Done]:
        for index, step in self._indexed():
            copy = copy_of(step)
            what = brought(copy) if copy else None
            if what is not None:
                weight = LOW if what is Brought.FILES else MEDIUM
                yield self._done(index, _plain(step), what, weight)

    def _indexed(self) -> Iterator[tuple[int, Instruction]]:
        return ((i, self._steps[i]) for i in range(self._start, len(self._steps)))


def _bounded(found: Iterator[Done]) -> tuple[Done, ...]:
    return tuple(islice(found, _MOST))


def _brings_others(install: Install) -> bool:
    """Whether an install brings more than the project itself, and not from a local folder."""
    words = frozenset(install.command)
    if words & _FROM_ELSEWHERE:
        return False
    return not words & _ALONE or any(word.startswith(_REQUIREMENTS) for word in words)


def _is_untold(step: Instruction) -> bool:
    """Whether a step that made a layer says nothing; what squashing merged is told by the others."""
    is_told = step.empty or step.raw or step.comment.startswith(("merge ", "store ", "Imported"))
    return not is_told


def _plain(step: Instruction) -> str:
    """An instruction as a reader would write it, shells and builders' marks left out."""
    return step.text if step.verb in ("RUN", "") else f"{step.verb} {step.text}"
