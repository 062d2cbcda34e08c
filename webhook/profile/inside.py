"""What the layers themselves say of an image: programs, release files, names of files.

The surest evidence there is of contents. Positions are those of real layers, whose files stand in
the order of their names: a Python layer begins with the interpreter, Alpine's with busybox.
"""

import re
from collections.abc import Iterable, Iterator

from webhook.profile.distro import GLIBC, MUSL
from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.stack import Stack

PYTHON = re.compile(r"(?:.*/)?bin/(?:python|pypy)[23]?(?:\.\d{1,2})?t?")
"""Path of a Python interpreter."""
SLIM_MARK = "etc/dpkg/dpkg.cfg.d/docker"
"""What Debian's slim images have and its full ones do not."""
_APT_MARK = "etc/apt/apt.conf.d/docker-clean"

_DISTRIBUTION = re.compile(r"usr/bin/(?:python|pypy)[23]?(?:\.\d{1,2})?")
_NUMBERED = re.compile(r"(?:.*/)?bin/python([23]\.\d{1,2})t?")
_LIBRARY = re.compile(r"(?:usr/local|opt/[\w.-]+|(?:.*/)?\.?venv|app)/lib/python([23]\.\d{1,2})")
_VENV_VERSION = re.compile(r"^version(?:_info)? *= *([23]\.\d{1,2}(?:\.\d{1,2})?)", re.M)
_MUSL_EXTENSION = re.compile(r".*\.cpython-\d+t?-\w+-linux-musl\w*\.so")
_RED_HAT = re.compile(
    r"(Red Hat|CentOS|Rocky|AlmaLinux|Fedora|Amazon|Oracle)\D{0,40}(\d[\d.]{0,7})"
)
_RED_HAT_IDS = {
    "Red Hat": "rhel",
    "CentOS": "centos",
    "Rocky": "rocky",
    "AlmaLinux": "almalinux",
    "Fedora": "fedora",
    "Amazon": "amzn",
    "Oracle": "ol",
}
_OS_ID = re.compile(r"^(ID|VERSION_ID)=[\"']?([\w.-]{1,32})", re.M)
_RELEASE = re.compile(r"\d[\d.]{0,15}")
_MAX_SEEN = 16
"""Interpreters that are told of."""


def libc(stack: Stack) -> Iterator[Evidence]:
    """What speaks for a C library."""
    yield from _linked(stack)
    for layer, entry in stack.entries():
        if _MUSL_EXTENSION.fullmatch(entry.path) and not stack.is_gone(entry.path, layer):
            yield _of_layer("musl", 95, layer, f"extension {entry.path}")
            break
    for piece in distro(stack):
        name = piece.says.partition(" ")[0]
        if name in MUSL | GLIBC:
            yield observed(Source.LAYER, "musl" if name in MUSL else "glibc", 90, piece.detail)
    if stack.text("etc/debian_version") is not None:
        yield observed(Source.LAYER, "glibc", 90, "etc/debian_version")
    yield from _traces(stack)


def _linked(stack: Stack) -> Iterator[Evidence]:
    """The dynamic linker of the interpreter; of the lowest program where no interpreter is seen."""
    programs = [(n, path, found.interpreter) for n, path, found in stack.programs()]
    dynamic = [(n, path, linker) for n, path, linker in programs if linker]
    pythons = [item for item in dynamic if PYTHON.fullmatch(item[1])]
    for layer, path, linker in pythons[:_MAX_SEEN]:
        if says := _libc_of(linker):
            yield _of_layer(says, 99, layer, f"{path} runs by {linker}")
    for layer, path, linker in dynamic[:1]:
        if says := _libc_of(linker):
            yield _of_layer(says, 95, layer, f"{path} runs by {linker}")


def _traces(stack: Stack) -> Iterator[Evidence]:
    """Weak hints: Debian's musl package has a musl linker, and whoever has lib64 may have more."""
    for layer, entry in stack.entries():
        name = entry.path.rpartition("/")[2]
        if name.startswith("ld-musl-") and name.endswith(".so.1"):
            yield _of_layer("musl", 60, layer, entry.path)
        elif entry.path == "bin/arch" and entry.link == "/bin/busybox":
            yield _of_layer("musl", 60, layer, "bin/arch is busybox")
        elif entry.path == "lib64" and layer == 0:
            yield _of_layer("glibc", 70, layer, "lib64")


def _libc_of(linker: str) -> str:
    name = linker.rpartition("/")[2]
    if name.startswith("ld-musl-"):
        return "musl"
    return "glibc" if name.startswith(("ld-linux", "ld64.so", "ld.so")) else ""


def python(stack: Stack) -> Iterator[Evidence]:
    """Interpreters: a distribution's own says little, other languages' images have it too."""
    found = [
        (layer, entry.path) for layer, entry in stack.entries() if PYTHON.fullmatch(entry.path)
    ]
    kept = [(layer, path) for layer, path in found if not stack.is_gone(path, layer)]
    own = [item for item in kept if not _DISTRIBUTION.fullmatch(item[1])]
    for layer, path in own[:1]:
        yield _of_layer("python", 70, layer, path)
    for layer, path in kept[:1] if not own else ():
        yield _of_layer("python", 35, layer, path)


def version(stack: Stack) -> Iterator[Evidence]:
    """Versions in the names of interpreters and library folders, and in virtual environments."""
    found: dict[tuple[str, int], Evidence] = {}
    for layer, entry in stack.entries():
        path = entry.path
        match = _NUMBERED.fullmatch(path) or _LIBRARY.fullmatch(path)
        if match is not None and not stack.is_gone(path, layer):
            weight = 75 if _DISTRIBUTION.fullmatch(path) else 90
            found.setdefault((match[1], weight), _of_layer(match[1], weight, layer, path))
    yield from list(found.values())[:_MAX_SEEN]
    for layer, look in enumerate(stack.heads):
        for path, text in look.texts.items() if look else ():
            match = _VENV_VERSION.search(text) if path.endswith("pyvenv.cfg") else None
            if match is not None and not stack.is_gone(path, layer):
                yield _of_layer(match[1], 90, layer, f"{path}: {match[0]}")


def distro(stack: Stack) -> Iterator[Evidence]:
    """The files in which distributions name themselves; ``says`` is id and release."""
    release = stack.text("etc/alpine-release")
    if release is not None:
        yield observed(Source.LAYER, _said("alpine", release), 95, f"etc/alpine-release {release}")
    debian = stack.text("etc/debian_version")
    # Debian before its release, and Ubuntu always: "trixie/sid" names neither.
    if debian is not None and _RELEASE.fullmatch(debian.strip()):
        yield observed(Source.LAYER, _said("debian", debian), 95, f"etc/debian_version {debian}")
    red_hat = _RED_HAT.search(stack.text("etc/redhat-release") or "")
    if red_hat is not None:
        says = _said(_RED_HAT_IDS[red_hat[1]], red_hat[2])
        yield observed(Source.LAYER, says, 95, f"etc/redhat-release {red_hat[0]}")
    for path in ("etc/os-release", "usr/lib/os-release"):
        told = dict(_OS_ID.findall(stack.text(path) or ""))
        if "ID" in told:
            says = _said(told["ID"].lower(), told.get("VERSION_ID", ""))
            yield observed(Source.LAYER, says, 95, f"{path} {says}")


def variant(stack: Stack, is_debian: bool) -> Iterator[Evidence]:
    """Whether Debian is its slim image; the mark's place must have been in view to be missed."""
    look = stack.files[0] if stack.files else None
    if look is None or not is_debian:
        return
    paths = {entry.path for entry in look.entries}
    if SLIM_MARK in paths:
        yield _of_layer("slim", 95, 0, SLIM_MARK)
    elif _APT_MARK in paths and (look.complete or _goes_beyond(paths, SLIM_MARK)):
        yield _of_layer("full", 85, 0, f"{_APT_MARK} without {SLIM_MARK}")


def account(stack: Stack, name: str) -> tuple[int, Evidence] | None:
    """The user id that ``etc/passwd`` gives a name; None when it is not told."""
    for line in (stack.text("etc/passwd") or "").splitlines():
        fields = line.split(":")
        if len(fields) >= 4 and fields[0] == name and fields[2].isascii() and fields[2].isdigit():
            uid = int(fields[2][:10])
            return uid, observed(Source.LAYER, str(uid), 90 if uid else 95, f"etc/passwd {name}")
    return None


def machine(stack: Stack) -> str | None:
    """The architecture of the interpreter, or of the first program where none is seen."""
    told = [(path, program.machine) for _, path, program in stack.programs() if program.machine]
    pythons = (machine for path, machine in told if PYTHON.fullmatch(path))
    return next(pythons, told[0][1] if told else None)


def _goes_beyond(paths: Iterable[str], mark: str) -> bool:
    """Whether the names, in their order, come past ``mark``."""
    place = mark.split("/")
    return any(path.split("/") > place for path in paths if path.startswith(("etc/", "usr")))


def _said(name: str, release: str) -> str:
    match = _RELEASE.match(release.strip())
    return f"{name} {match[0]}" if match else name


def _of_layer(says: str, weight: int, layer: int, detail: str) -> Evidence:
    return observed(Source.LAYER, says, weight, detail, layer)
