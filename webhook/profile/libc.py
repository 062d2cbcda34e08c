"""Which C library an image's programs are linked to: the best musl signal against the best glibc.

From metadata only what was *installed how* can be seen, never what was linked; a look into the
layers beats every line of this table. ``apk`` alone is weak: Wolfi has it too, with glibc.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from webhook.profile.boundary import declared_base, python_block, root_step
from webhook.profile.distro import GLIBC, MUSL, named
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.history import Builder, Instruction, words_of
from webhook.profile.image import Libc
from webhook.profile.installs import Kind
from webhook.profile.packages import Family, families
from webhook.profile.reading import Reading

CONFLICT = 15
"""Two opposite signals within so many points settle nothing."""
SEEN = 90
"""Weight from which what was seen in a layer is no hint any more, but a fact."""

_LIBC_OF_FAMILY = {
    Family.APT: ("glibc", 70),
    Family.RPM: ("glibc", 70),
    Family.PACMAN: ("glibc", 70),
    Family.APK: ("musl", 55),
}
_BUSYBOX = re.compile(r"BusyBox \S+ \((glibc|musl)\)")
_STORE_LIBC = re.compile(r"/nix/store/[0-9a-z]{2,32}-(glibc|musl)-\d")
_GLIBC_ENV = re.compile(r"NVIDIA_REQUIRE_CUDA|NV_CUDA_\w+|CUDA_VERSION|ROCM_VERSION")
_TAG_MUSL = re.compile(r"(?:^|-)alpine[0-9.]*(?:$|-)")
_TAG_GLIBC = re.compile(
    r"(?:^|-)(?:slim|trixie|bookworm|bullseye|buster|stretch|jessie|jammy|noble|focal|bionic|ubi\d*"
    r"|debian\d*|ubuntu\d*|el\d+)(?:$|-)"
)
_BASE_MUSL = re.compile(r"/alpine$|-alpine$")
_BASE_GLIBC = re.compile(
    r"/(?:debian|ubuntu|fedora|centos|rockylinux|almalinux|amazonlinux|oraclelinux|minideb)$"
    r"|/ubi\d+(?:-\w+)?$|/ubi\d+/|/(?!static)[\w.-]+-debian\d+$|/run-(?:bionic|jammy|noble)-"
)
_BUILDPACK_STACK = re.compile(r"bionic|jammy|noble|ubuntu|heroku|google|tanzu|debian|redhat", re.I)


def signals(reading: Reading) -> Iterator[Evidence]:
    """Everything in the metadata that speaks for a C library."""
    for signal in _SIGNALS:
        yield from signal(reading)


def judge(evidence: Sequence[Evidence]) -> Libc:
    """The verdict over all evidence, wherever it was made.

    What was seen in the layers beats every claim; among what was seen, the surest.
    """
    kept = tuple(evidence)
    seen = [piece for piece in kept if piece.source is Source.LAYER and piece.weight >= SEEN]
    if seen:
        surest = max(piece.weight for piece in seen)
        says = {piece.says for piece in seen if piece.weight == surest}
        if len(says) > 1:
            return Libc("conflict", surest, kept)
        return Libc("musl" if "musl" in says else "glibc", surest, kept)
    best = {
        name: max((piece.weight for piece in kept if piece.says == name), default=0)
        for name in ("musl", "glibc", "none")
    }
    if best["none"]:
        return Libc("none", best["none"], kept)
    musl, glibc = best["musl"], best["glibc"]
    if not musl and not glibc:
        return Libc("unknown", 0, kept)
    if musl and glibc and abs(musl - glibc) <= CONFLICT:
        return Libc("conflict", max(musl, glibc), kept)
    return Libc("musl", musl, kept) if musl > glibc else Libc("glibc", glibc, kept)


def _windows(reading: Reading) -> Iterator[Evidence]:
    if reading.config.os == "windows":
        yield observed(Source.CONFIG, "none", 100, "os is windows")


def _python_block(reading: Reading) -> Iterator[Evidence]:
    """Official Python images exist on Debian and Alpine only, so their package manager decides."""
    block = python_block(reading.steps)
    if block is None:
        return
    used = frozenset[Family]().union(*map(families, reading.steps[: block.end]))
    for family in sorted(used) if len(used) == 1 else ():
        says, _ = _LIBC_OF_FAMILY[family]
        detail = f"official python steps on a base with {family}"
        yield observed(Source.HISTORY, says, 90, detail)


def _distro(reading: Reading) -> Iterator[Evidence]:
    for piece in named(reading):
        name = piece.says.partition(" ")[0]
        says = "musl" if name in MUSL else "glibc" if name in GLIBC else ""
        if says:
            yield observed(piece.source, says, piece.weight, piece.detail)


def _managers(reading: Reading) -> Iterator[Evidence]:
    if any(step.builder is Builder.APKO for step in reading.steps):
        return  # apko builds on Alpine and on Wolfi alike, and apk runs on both
    seen: dict[Family, Instruction] = {}
    for step in reading.steps:
        used = families(step)
        if len(used) == 1:  # a step that knows several managers fits every distribution
            seen.setdefault(next(iter(used)), step)
    for family, step in seen.items():
        says, weight = _LIBC_OF_FAMILY[family]
        yield observed(Source.HISTORY, says, weight, f"{family}: {step.text}")


def _conda(reading: Reading) -> Iterator[Evidence]:
    """Conda's channels for Linux hold programs linked to glibc only, Python first of all."""
    for install in reading.installs:
        if install.kind in (Kind.ENVIRONMENT, Kind.CONDA_NAMED):
            detail = f"conda packages: {' '.join(install.command)}"
            yield observed(Source.HISTORY, "glibc", 80, detail)
            return


def _base_shell(reading: Reading) -> Iterator[Evidence]:
    """A base whose own command is bash: Debian, Ubuntu, Fedora and their kin; never Alpine."""
    root = root_step(reading.steps)
    if root is None:
        return
    for step in reading.steps[root + 1 : root + 4]:
        if step.verb == "CMD":
            if words_of(step.text) in (("bash",), ("/bin/bash",)):
                yield observed(
                    Source.HISTORY, "glibc", 60, f"operating system with CMD {step.text}"
                )
            return


def _texts(reading: Reading) -> Iterator[Evidence]:
    for step in reading.steps:
        busybox = _BUSYBOX.match(step.raw)
        if busybox:
            yield observed(Source.HISTORY, busybox[1], 90, step.raw)
        if step.builder is Builder.NIX:
            for name in set(_STORE_LIBC.findall(step.comment)):
                yield observed(Source.HISTORY, name, 90, f"nix store path of {name}")


def _environment(reading: Reading) -> Iterator[Evidence]:
    cuda = next(filter(_GLIBC_ENV.fullmatch, reading.env), None)
    if cuda:
        yield observed(Source.CONFIG, "glibc", 75, f"ENV {cuda}: CUDA and ROCm need glibc")


def _declared(reading: Reading) -> Iterator[Evidence]:
    base = declared_base(reading)
    if base is not None:
        if _TAG_MUSL.search(base.tag) or _BASE_MUSL.search(base.path):
            yield observed(base.source, "musl", base.weight, f"base {base.reference}")
        elif _TAG_GLIBC.search(base.tag) or _BASE_GLIBC.search(base.path):
            yield observed(base.source, "glibc", min(80, base.weight), f"base {base.reference}")
    stack = reading.labels.get("io.buildpacks.stack.id", "")
    if _BUILDPACK_STACK.search(stack):
        yield observed(Source.LABEL, "glibc", 60, f"buildpacks stack {stack}")


_SIGNALS: tuple[Callable[[Reading], Iterable[Evidence]], ...] = (
    _windows,
    _python_block,
    _distro,
    _managers,
    _conda,
    _base_shell,
    _texts,
    _environment,
    _declared,
)
