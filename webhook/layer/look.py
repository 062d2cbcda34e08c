"""What was seen of one layer: names and sizes of files, programs, a few small texts."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec


class Kind(StrEnum):
    """What an entry of a tar archive is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    OTHER = "other"
    """Devices and pipes."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One entry of a layer."""

    path: str
    """Normalised: no leading ``/`` or ``./``, no trailing ``/``, no ``..``; whiteouts as written."""
    kind: Kind
    size: int = 0
    """Bytes of a file's content, as its header says."""
    link: str = ""
    """Target of a link, as written."""


class Program(msgspec.Struct, frozen=True, gc=False):
    """An ELF executable."""

    interpreter: str | None
    """``PT_INTERP``: ``/lib64/ld-linux-x86-64.so.2``, ``/lib/ld-musl-x86_64.so.1`` …; None when it
    has none (statically linked) or its headers were not all in view."""
    machine: str | None
    """Architecture in Go's words (``amd64``, ``arm64`` …); None for one that has no such word."""


class Look(msgspec.Struct, frozen=True):
    """What was seen of one layer."""

    entries: tuple[Entry, ...]
    """In the order of the archive; at most 20,000."""
    complete: bool
    """Whether these are all entries of the layer."""
    by: Literal["head", "toc"] = "head"
    """Read from the first bytes of the archive, or from its table of contents."""
    programs: Mapping[str, Program] = {}
    """Path → what is known of an ELF executable whose first bytes were in view."""
    texts: Mapping[str, str] = {}
    """Path → content of the small files that say what a system is (``SMALL_FILES``)."""
    secrets: Mapping[str, str] = {}
    """Path → the shape of a secret that its first bytes have (``private key`` …), never a value."""
    members: int = 1
    """gzip members or zstd frames that began in view: more than one makes trailers worthless."""
    unpacked: int | None = None
    """Bytes of all files together; None unless ``complete``."""
