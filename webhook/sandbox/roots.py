"""Root file systems, as far as readers of images look: Debian, Alpine and distroless.

The files that tell distributions apart are where they really are. What merely takes room stands in
a few big files; sizes are a hundredth of the real ones (``SCALE``), in bytes.
"""

from collections.abc import Iterator

from webhook.sandbox import elf
from webhook.sandbox.architecture import Architecture, Libc
from webhook.sandbox.layers import Entry, File, Folder, Link, bulk

SCALE = 100
"""How many times bigger the real images are."""

PASSWD = (
    b"root:x:0:0:root:/root:/bin/sh\n"
    b"daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
    b"nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
)
_DEBIAN = b"""PRETTY_NAME="Debian GNU/Linux 13 (trixie)"
NAME="Debian GNU/Linux"
VERSION_ID="13"
VERSION_CODENAME=trixie
ID=debian
"""
_ALPINE = b"""NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.24.2
PRETTY_NAME="Alpine Linux v3.24"
"""


def program(path: str, architecture: Architecture, libc: Libc = "gnu", body: bytes = b"") -> File:
    """A program linked to ``libc``, with ``body`` behind its headers."""
    headers = elf.program(architecture.loader(libc), architecture.machine)
    return File(path, headers + body, 0o755)


def library(path: str, architecture: Architecture, packed: int, unpacked: int) -> File:
    """A shared library of about that size."""
    return File(path, elf.library(architecture.machine) + bulk(path, packed, unpacked))


def debian(architecture: Architecture, *, slim: bool) -> Iterator[Entry]:
    """Debian 13, as debuerreotype builds it."""
    libraries = f"usr/lib/{architecture.triplet}"
    for name in ("bin", "lib", "sbin"):
        yield Link(name, f"usr/{name}")
    for name in ("boot", "dev", "home", "proc", "run", "srv", "sys"):
        yield Folder(name)
    yield Folder("tmp", 0o1777)
    yield File("etc/apt/apt.conf.d/docker-clean", b'APT::Keep-Downloaded-Packages "false";\n')
    yield File("etc/debian_version", b"13.5\n")
    if slim:
        yield File("etc/dpkg/dpkg.cfg.d/docker", b"path-exclude /usr/share/doc/*\n")
    yield Link("etc/os-release", "../usr/lib/os-release")
    yield File("etc/passwd", PASSWD)
    for name in ("[", "bash", "dash"):
        yield program(f"usr/bin/{name}", architecture)
    yield Link("usr/bin/sh", "dash")
    yield library(f"{libraries}/libc.so.6", architecture, 8_000, 20_000)
    yield from _glibc_loader(architecture)
    yield File("usr/lib/os-release", _DEBIAN)
    yield File("usr/share/perl5/debian.bin", bulk("debian", *_DEBIAN_SIZES[slim]))
    yield File("var/lib/dpkg/status", b"Package: libc6\nStatus: install ok installed\n")


_DEBIAN_SIZES = {True: (285_000, 745_000), False: (480_000, 1_160_000)}
"""Packed and unpacked, by whether it is slim."""


def _glibc_loader(architecture: Architecture) -> Iterator[Entry]:
    folder, _, loader = architecture.loader().rpartition("/")
    yield library(f"usr/lib/{architecture.triplet}/{loader}", architecture, 1_000, 2_300)
    if folder == "/lib64":
        yield Link("lib64", "usr/lib64")
        yield Link(f"usr/lib64/{loader}", f"../lib/{architecture.triplet}/{loader}")
    else:
        yield Link(f"usr/lib/{loader}", f"{architecture.triplet}/{loader}")


def alpine(architecture: Architecture) -> Iterator[Entry]:
    """Alpine 3.24, as its mini root file system."""
    loader = architecture.loader("musl").lstrip("/")
    yield program("bin/busybox", architecture, "musl", bulk("busybox", 4_800, 8_000))
    for name in ("arch", "ash", "sh"):
        yield Link(f"bin/{name}", "/bin/busybox")
    for name in ("dev", "home", "proc", "run", "srv", "sys"):
        yield Folder(name)
    yield Folder("tmp", 0o1777)
    yield File("etc/alpine-release", b"3.24.2\n")
    yield Link("etc/os-release", "../usr/lib/os-release")
    yield File("etc/passwd", PASSWD)
    yield library(loader, architecture, 3_700, 6_500)
    yield Link(f"lib/libc.musl-{architecture.gnu}.so.1", loader.rpartition("/")[2])
    yield File("usr/lib/apk/db/installed", b"P:musl\nV:1.2.6-r0\n")
    yield library("usr/lib/libcrypto.so.3", architecture, 29_000, 66_000)
    yield File("usr/lib/os-release", _ALPINE)


def distroless(architecture: Architecture) -> Iterator[Entry]:
    """Debian 13 without a shell or a package manager, as distroless/base has it."""
    yield File("etc/debian_version", b"13.5\n")
    yield Link("etc/os-release", "../usr/lib/os-release")
    yield File(
        "etc/passwd", PASSWD + b"nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n"
    )
    yield Link("lib", "usr/lib")
    yield library(f"usr/lib/{architecture.triplet}/libc.so.6", architecture, 90_000, 200_000)
    yield from _glibc_loader(architecture)
    yield File("usr/lib/os-release", _DEBIAN)
    yield Folder("home/nonroot", 0o700)
