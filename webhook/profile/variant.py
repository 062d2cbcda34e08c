"""What kind of base an image stands on: the question behind "use slim"."""

import re
from collections.abc import Sequence

from webhook.profile.boundary import Block, DeclaredBase, declared_base, python_block, root_step
from webhook.profile.distro import in_history, named
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.history import Builder, Instruction
from webhook.profile.image import Variant
from webhook.profile.packages import Family, families
from webhook.profile.reading import Reading

_FULL_MARKS = re.compile(
    r"\b(?:default-libmysqlclient-dev|libmysqlclient-dev|imagemagick|autoconf|libmagickwand-dev"
    r"|libmagickcore-dev|libxslt-dev|subversion|libbz2-dev|libdb-dev|libevent-dev)\b"
)
"""Packages of buildpack-deps, the base of the full image; three of them in one step name it."""
_SLIM_OWN = re.compile(r"\bca-certificates\s+netbase\b")
"""The slim image's own line, the last before the interpreter's."""
_FULL_OWN = re.compile(r"libbluetooth-dev\s+tk-dev\s+uuid-dev")
"""The full image's own line: the slim one installs these among others, and purges them."""
_PYTHON_PATH = re.compile(
    r"/library/(?:python|pypy)$|^docker\.io/(?:amd64|arm64v8|arm32v7|ppc64le|s390x|i386)/(?:python|pypy)$"
)
_TAG = re.compile(r"(?:^|-)(slim|alpine|windowsservercore|nanoserver)[0-9.]*(?:$|-)")
_TAG_VARIANTS = {"slim": Variant.SLIM, "alpine": Variant.ALPINE}
_OPAQUE = (Builder.BUILDPACKS, Builder.NIX, Builder.JIB, Builder.KO, Builder.WINDOWS)
_MAX_SLIM_RUNS = 1
"""``RUN`` steps between Debian and ``ENV PYTHON_VERSION`` in the official slim image."""


def signals(reading: Reading) -> tuple[Evidence, ...]:
    """What speaks for a variant; ``says`` is the variant."""
    evidence: list[Evidence] = []
    base = declared_base(reading)
    if base is not None:
        evidence += _of_reference(base)
    block = python_block(reading.steps)
    if block is not None:
        of_block = _of_block(reading, block)
        evidence += [of_block] if of_block else []
    else:
        evidence += _without_block(reading)
    return tuple(evidence)


def judge(evidence: Sequence[Evidence]) -> tuple[Variant, int]:
    """The variant with the best evidence, and its weight as the confidence."""
    best = max(evidence, key=lambda piece: piece.weight, default=None)
    return (Variant(best.says), best.weight) if best else (Variant.UNKNOWN, 0)


def _of_reference(base: DeclaredBase) -> list[Evidence]:
    if "distroless" in base.path:
        return [observed(base.source, Variant.DISTROLESS, base.weight, f"base {base.reference}")]
    if not _PYTHON_PATH.search(base.path) or not base.tag:
        return []
    match = _TAG.search(base.tag)
    says = _TAG_VARIANTS.get(match[1], Variant.OTHER) if match else Variant.FULL
    return [observed(base.source, says, base.weight, f"base {base.reference}")]


def _of_block(reading: Reading, block: Block) -> Evidence | None:
    base = reading.steps[: block.start]
    used = {family for step in reading.steps[: block.end] for family in families(step)}
    if reading.config.os == "windows":
        return observed(Source.HISTORY, Variant.OTHER, 90, "official python steps on Windows")
    if used == {Family.APK}:
        return observed(Source.HISTORY, Variant.ALPINE, 90, "official python steps on Alpine")
    for step in base:
        marks = set(_FULL_MARKS.findall(step.text)) if step.verb == "RUN" else set()
        if len(marks) >= 3 or _FULL_OWN.search(step.text):
            return observed(Source.HISTORY, Variant.FULL, 90, f"buildpack-deps: {step.text}")
    runs = [step for step in base if step.verb == "RUN"]
    is_debian = used == {Family.APT} and all(
        piece.says.startswith("debian") for piece in in_history(base)
    )
    if is_debian and len(runs) <= _MAX_SLIM_RUNS and _starts_with_root(base):
        return observed(Source.HISTORY, Variant.SLIM, 90, "official python steps right on Debian")
    if root_step(base) is None:
        # The history begins above the operating system, so that its last step is all there is.
        own = runs[-1].text if runs else ""
        return observed(Source.HISTORY, Variant.SLIM, 70, own) if _SLIM_OWN.search(own) else None
    # The official steps copied onto a base of one's own: neither slim nor full.
    return observed(Source.HISTORY, Variant.OTHER, 50, "official python steps on another base")


def _without_block(reading: Reading) -> list[Evidence]:
    if reading.is_official:
        return []  # an official image of which the history does not show every step
    builders = {step.builder for step in reading.steps}
    runs = any(step.verb == "RUN" for step in reading.steps)
    if Builder.BAZEL in builders and not runs:
        detail = "built by bazel without a package manager"
        return [observed(Source.HISTORY, Variant.DISTROLESS, 60, detail)]
    if "com.google.distroless.python.version" in reading.annotations:
        return [observed(Source.ANNOTATION, Variant.DISTROLESS, 90, "distroless annotation")]
    if Builder.APKO in builders and not runs:
        return [observed(Source.HISTORY, Variant.DISTROLESS, 60, "built by apko from packages")]
    tool = next((builder for builder in _OPAQUE if builder in builders), None)
    if tool is not None:
        return [observed(Source.HISTORY, Variant.OTHER, 60, f"built by {tool}")]
    system = max(named(reading), key=lambda piece: piece.weight, default=None)
    if system is not None:
        return [observed(system.source, Variant.OTHER, 60, f"{system.says}: {system.detail}")]
    if runs:
        return [observed(Source.HISTORY, Variant.OTHER, 50, "no official python steps")]
    return []


def _starts_with_root(base: Sequence[Instruction]) -> bool:
    root = root_step(base)
    return root is not None and not any(step.verb in ("COPY", "ADD") for step in base[root + 1 :])
