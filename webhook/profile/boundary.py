"""Where the base image ends in a history, and what the image says its base is called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from webhook.errors import InvalidDigest, InvalidReference
from webhook.oci import Digest, Reference
from webhook.profile.copied import copy_of
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.history import Builder, Instruction, words_of
from webhook.profile.reading import Reading

BASE_NAME = "org.opencontainers.image.base.name"
"""Annotation, and label, that names the base (image-spec, annotations.md)."""
BASE_DIGEST = "org.opencontainers.image.base.digest"
"""Annotation, and label, with the digest of what was built on."""
RUN_IMAGE = "io.buildpacks.lifecycle.metadata"
"""Label in which the buildpacks lifecycle names the run image."""

_VERSION_ENV = re.compile(r"(?:PYTHON|PYPY)_VERSION[= ]\"?\d")
_DOWNLOAD = re.compile(r"\bpython\.tar\.xz\b|\bpypy\.tar\.bz2\b|\bpython\.exe\b")
_INTERPRETER = re.compile(r"(?:python|pypy)[23]?(?:\.\d+)?")
_NAMED = re.compile(r"FROM (\S*[:/@]\S*)")


@dataclass(frozen=True, slots=True)
class Block:
    """The steps of an official ``python`` or ``pypy`` image within a longer history."""

    start: int
    """Index of ``ENV PYTHON_VERSION``; what comes before is that image's own base."""
    end: int
    """Index after its ``CMD ["python3"]``."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """The first step that is the image's own."""

    index: int
    by: str
    """``from``, ``python``, ``cmd``, ``root``, or ``none`` when nothing tells."""


@dataclass(frozen=True, slots=True)
class DeclaredBase:
    """A base that the image names itself."""

    reference: str
    """As written."""
    path: str
    """Repository with its registry, normalised: ``docker.io/library/python``."""
    tag: str
    source: Source
    weight: int
    """How far the place is to be trusted: labels are inherited from the base's base."""
    digest: str | None = None
    """The base's digest, where the same place tells it."""

    @property
    def evidence(self) -> Evidence:
        """Where it was found."""
        return observed(self.source, "base", self.weight, f"base {self.reference}")


def find_boundary(steps: Sequence[Instruction]) -> Boundary:
    """The first own step, by the surest of the ways that the history allows."""
    named = _named_from(steps)
    if named is not None and not _is_flattened(steps[:named]):
        return Boundary(named, "from")
    block = python_block(steps)
    if block is not None:
        return Boundary(block.end, "python")
    command = _base_command(steps)
    if command is not None:
        return Boundary(command + 1, "cmd")
    root = root_step(steps)
    return Boundary(0, "none") if root is None else Boundary(root + 1, "root")


def python_block(steps: Sequence[Instruction]) -> Block | None:
    """The last block of official ``python`` steps, if the history has one."""
    starts = [i for i, s in enumerate(steps) if s.verb == "ENV" and _VERSION_ENV.match(s.text)]
    if not starts:
        return None
    for end in range(starts[-1] + 1, len(steps)):
        step = steps[end]
        words = words_of(step.text) if step.verb == "CMD" else ()
        if len(words) == 1 and _INTERPRETER.fullmatch(words[0]):
            block = steps[starts[-1] : end]
            built = any(s.verb == "RUN" and _DOWNLOAD.search(s.text) for s in block)
            return Block(starts[-1], end + 1) if built else None
    return None


def root_step(steps: Sequence[Instruction]) -> int | None:
    """Index of the step that brought the operating system, if one did before anything ran."""
    for index, step in enumerate(steps):
        copy = copy_of(step)
        if step.builder in _ROOTS or step.raw.startswith("BusyBox ") or (copy and copy.is_root):
            return index
        if step.verb == "RUN":
            return None
    return None


def declared_base(reading: Reading) -> DeclaredBase | None:
    """The base that the image names, from the place that is to be trusted most."""
    named = _named_from(reading.steps)
    annotations, labels = reading.annotations, reading.labels
    places = (
        (annotations.get(BASE_NAME), Source.ANNOTATION, 85, annotations.get(BASE_DIGEST)),
        (_from_name(reading.steps[named]) if named is not None else None, Source.HISTORY, 85, None),
        (_run_image(labels.get(RUN_IMAGE, "")), Source.LABEL, 65, None),
        (labels.get(BASE_NAME), Source.LABEL, 65, labels.get(BASE_DIGEST)),
    )
    for text, source, weight, digest in places:
        try:
            parsed = Reference.parse(text) if text else None
        except InvalidReference:
            continue
        if text and parsed is not None:
            path, tag = parsed.repository, parsed.tag or ""
            return DeclaredBase(text, path, tag, source, weight, _digest(digest))
    return None


_ROOTS = frozenset(
    {Builder.DEBUERREOTYPE, Builder.UMOCI, Builder.KIWI, Builder.IMPORT, Builder.WINDOWS}
)


def _named_from(steps: Sequence[Instruction]) -> int | None:
    """The step that buildah marked with the base it started from, if nobody built on the result."""
    for index in range(len(steps) - 1, -1, -1):
        if steps[index].builder is not Builder.BUILDAH:
            return None
        if _from_name(steps[index]):
            return index
    return None


def _from_name(step: Instruction) -> str:
    match = _NAMED.match(step.comment)
    return match[1] if match else ""


def _is_flattened(steps: Sequence[Instruction]) -> bool:
    """Whether ``--layers=false`` hung everything on the last step, mark and layer included."""
    return any(step.empty and step.verb in ("RUN", "COPY", "ADD") for step in steps)


def _base_command(steps: Sequence[Instruction]) -> int | None:
    """The nearest ``CMD`` below the topmost change of files: a base's last word, as a rule.

    Told by the verbs and not by ``empty_layer``, which squashing sets on everything.
    """
    changes = (i for i, step in enumerate(steps) if step.verb in ("RUN", "COPY", "ADD"))
    top = max(changes, default=0)
    return next((i for i in range(top - 1, -1, -1) if steps[i].verb == "CMD"), None)


def _digest(text: str | None) -> str | None:
    try:
        return str(Digest.parse(text)) if text else None
    except InvalidDigest:
        return None


class _RunImage(msgspec.Struct):
    reference: str = ""
    image: str = ""


class _Stack(msgspec.Struct):
    run_image: _RunImage | None = msgspec.field(default=None, name="runImage")


class _Lifecycle(msgspec.Struct):
    run_image: _RunImage | None = msgspec.field(default=None, name="runImage")
    stack: _Stack | None = None


_LIFECYCLE = msgspec.json.Decoder(_Lifecycle)


def _run_image(label: str) -> str | None:
    try:
        read = _LIFECYCLE.decode(label) if label else _Lifecycle()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    stacked = read.stack.run_image if read.stack else None
    named = [image.image for image in (read.run_image, stacked) if image and image.image]
    return named[0] if named else (read.run_image.reference if read.run_image else None)
