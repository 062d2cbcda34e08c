"""Which Python an image runs, and who built the interpreter."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Literal

from webhook.profile.boundary import declared_base, python_block
from webhook.profile.command import programs
from webhook.profile.copied import copy_of
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.image import Distro
from webhook.profile.installs import Kind
from webhook.profile.packages import PYTHON_PACKAGE
from webhook.profile.reading import Reading

Origin = Literal["docker-library", "distribution", "conda", "standalone", "other"]

_FULL = re.compile(r"[23]\.\d{1,2}(?:\.\d{1,2})?(?:(?:a|b|rc)\d+)?")
_PROGRAM = re.compile(r"(?:^|/)python([23]\.\d{1,2})$")
_LIBRARY = re.compile(r"/(?:lib|lib64)/python([23]\.\d{1,2})/")
_STORE = re.compile(r"/nix/store/[0-9a-z]{2,32}-python3?-([23]\.\d{1,2}\.\d{1,2})")
_DISTROLESS = re.compile(r"/distroless/python3(?:-debian(\d+))?$")
_DEFAULTS = {
    ("alpine", "3.16"): "3.10",
    ("alpine", "3.17"): "3.10",
    ("alpine", "3.18"): "3.11",
    ("alpine", "3.19"): "3.11",
    ("alpine", "3.20"): "3.12",
    ("alpine", "3.21"): "3.12",
    ("alpine", "3.22"): "3.12",
    ("amzn", "2"): "3.7",
    ("amzn", "2023"): "3.9",
    ("debian", "stretch"): "3.5",
    ("debian", "buster"): "3.7",
    ("debian", "bullseye"): "3.9",
    ("debian", "bookworm"): "3.11",
    ("debian", "12"): "3.11",
    ("debian", "11"): "3.9",
    ("debian", "trixie"): "3.13",
    ("debian", "13"): "3.13",
    ("rhel", "8"): "3.6",
    ("rhel", "9"): "3.9",
    ("ubuntu", "16.04"): "3.5",
    ("ubuntu", "18.04"): "3.6",
    ("ubuntu", "20.04"): "3.8",
    ("ubuntu", "22.04"): "3.10",
    ("ubuntu", "24.04"): "3.12",
}
"""The ``python3`` package of a release: it never changes its minor version."""
_ANOTHER = re.compile(r"\bpython-?\$|\bdeadsnakes\b")
"""A step that asks for a version of the distribution's Python which it does not spell out."""
_DISTROLESS_VERSIONS = {"10": "3.7", "11": "3.9", "12": "3.11"}


def signals(reading: Reading) -> Iterator[Evidence]:
    """What speaks for a version; ``says`` is the version."""
    for signal in _SIGNALS:
        yield from signal(reading)


def judge(evidence: Iterable[Evidence]) -> tuple[str | None, int]:
    """The version with the best evidence, in full where another piece says more of the same.

    Two equally good pieces that name different minor versions settle nothing.
    """
    ranked = sorted(evidence, key=lambda piece: -piece.weight)
    if not ranked:
        return None, 0
    best = [piece for piece in ranked if piece.weight == ranked[0].weight]
    minors = {_minor(piece.says) for piece in best}
    if len(minors) > 1:
        return None, 0
    said = max((piece.says for piece in best), key=len)
    return said, ranked[0].weight


def origin(reading: Reading) -> Origin | None:
    """Who built the interpreter: decides whose end-of-life dates apply; None when nothing tells."""
    tools = {install.tool for install in reading.installs if install.kind is Kind.INTERPRETER}
    kinds = {install.kind for install in reading.installs}
    if reading.conda or kinds & {Kind.ENVIRONMENT, Kind.CONDA_NAMED}:
        return "conda"
    if python_block(reading.steps) or reading.is_official:
        return "docker-library"
    if tools & {"uv", "standalone"}:
        return "standalone"
    if tools or reading.buildpacks:
        return "other"
    return "distribution" if _is_distribution(reading) else None


def _default(distro: Distro) -> str | None:
    release = distro.release or ""
    for text in (release, _minor(release), release.partition(".")[0]):
        if (distro.id, text) in _DEFAULTS:
            return _DEFAULTS[distro.id, text]
    return None


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _is_distribution(reading: Reading) -> bool:
    return (
        any(PYTHON_PACKAGE.fullmatch(package.name) for package in reading.packages)
        or "python" in reading.labels.get("io.openshift.tags", "")
        or "com.google.distroless.python.version" in reading.annotations
    )


def _is_overlaid(reading: Reading, version: str) -> bool:
    """Whether an interpreter of another minor version was installed on top."""
    asked = (i.version for i in reading.installs if i.kind is Kind.INTERPRETER and i.version)
    return any(_minor(other) != _minor(version) for other in asked)


def _environment(reading: Reading) -> Iterator[Evidence]:
    version = reading.env.get("PYTHON_VERSION", "")
    # The variable tells of the base's Python; a conda environment on top has its own.
    if (
        _FULL.fullmatch(version)
        and origin(reading) != "conda"
        and not _is_overlaid(reading, version)
    ):
        weight = 95 if reading.is_official else 70
        yield observed(Source.CONFIG, version, weight, f"ENV PYTHON_VERSION={version}")
    for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH"):
        for match in _LIBRARY.finditer(reading.env.get(name, "")[:4096]):
            yield observed(Source.CONFIG, match[1], 60, f"ENV {name}: {match[0]}")


def _declared(reading: Reading) -> Iterator[Evidence]:
    version = reading.annotations.get("com.google.distroless.python.version", "")
    if _FULL.fullmatch(version):
        yield observed(Source.ANNOTATION, version, 95, f"distroless python {version}")
    base = declared_base(reading)
    distroless = _DISTROLESS.search(base.path) if base else None
    if base and distroless and distroless[1] in _DISTROLESS_VERSIONS:
        says = _DISTROLESS_VERSIONS[distroless[1]]
        yield observed(base.source, says, 80, f"base {base.reference}")


def _command(reading: Reading) -> Iterator[Evidence]:
    for program in programs(reading.argv):
        if match := _PROGRAM.search(program[0]) or _LIBRARY.search(program[0]):
            yield observed(Source.COMMAND, match[1], 80, program[0])
            return


def _installs(reading: Reading) -> Iterator[Evidence]:
    for install in reading.installs:
        if install.version and _FULL.fullmatch(install.version):
            detail = f"{install.tool}: {' '.join(install.command)}"
            yield observed(Source.HISTORY, install.version, 70, detail)


def _history(reading: Reading) -> Iterator[Evidence]:
    """What is copied into, and called as, ``python3.N``."""
    for step in reading.steps:
        copy = copy_of(step)
        match = _LIBRARY.search(f"{copy.destination}/") if copy else None
        if match:
            yield observed(Source.HISTORY, match[1], 70, f"{step.verb} {step.text}")
        for name in _STORE.findall(step.comment[:65_536]):
            yield observed(Source.HISTORY, name, 70, "nix store path")


def _packages(reading: Reading) -> Iterator[Evidence]:
    """A distribution's package that names its version."""
    if origin(reading) != "distribution":
        return
    for package in reading.packages:
        match = PYTHON_PACKAGE.fullmatch(package.name)
        if match and match[1] and match[2]:
            says = f"{match[1]}.{match[2]}"
            yield observed(Source.HISTORY, says, 70, f"{package.family}: {package.name}")


def of_release(reading: Reading, distro: Distro | None) -> Iterator[Evidence]:
    """What ``python3`` means in the release of a distribution, where its package was installed."""
    default = _default(distro) if distro else None
    if default is None or distro is None or origin(reading) != "distribution":
        return
    matches = (PYTHON_PACKAGE.fullmatch(package.name) for package in reading.packages)
    plain = any(match and match[1] == "3" and not match[2] for match in matches)
    if plain and not any(_ANOTHER.search(step.text) for step in reading.steps):
        yield observed(Source.HISTORY, default, 60, f"python3 of {distro.id} {distro.release}")


_SIGNALS: tuple[Callable[[Reading], Iterable[Evidence]], ...] = (
    _environment,
    _declared,
    _command,
    _installs,
    _history,
    _packages,
)
