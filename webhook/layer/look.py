"""What was seen of one layer: names and sizes of files, programs, a few small texts.

Source of what removes files: OCI image-spec, layer.md, "Whiteouts".
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

_WHITEOUT = ".wh."
_RESERVED = ".wh..wh."
"""What AUFS kept its own files behind; only one of them means something here."""
_OPAQUE = ".wh..wh..opq"


class Kind(StrEnum):
    """What an entry of a tar archive is."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    OTHER = "other"
    """Devices, pipes, and what archivers add for themselves."""


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
    static: bool = False
    """Whether all its headers were in view and none names an interpreter."""


class Whiteouts(NamedTuple):
    """What one layer takes away of the layers below it without putting anything in its place."""

    removed: frozenset[str]
    """Files, and folders with everything in them (``.wh.NAME``)."""
    emptied: frozenset[str]
    """Folders of which everything below this layer is hidden (``.wh..wh..opq``); ``""`` is the
    root."""


class Look(msgspec.Struct, frozen=True, dict=True):
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
    """Path → content of the small files that say what a system is (``head.SMALL_FILES``)."""
    secrets: Mapping[str, str] = {}
    """Path → the shape of a secret that its first bytes have (``private key`` …), never a value."""
    members: int = 1
    """gzip members or zstd frames that began in view: more than one makes trailers worthless."""
    unpacked: int | None = None
    """Bytes of all files together; None unless ``complete``."""
    verified: bool = False
    """Whether a table of contents has the digest that the manifest names for it. What it says of
    the archive beside it is still its author's claim."""

    @cached_property
    def whiteouts(self) -> Whiteouts:
        """Which paths of lower layers this one removes, and which folders it empties."""
        removed, emptied = set(), set()
        for entry in self.entries:
            folder, _, name = entry.path.rpartition("/")
            if name == _OPAQUE:
                emptied.add(folder)
            elif name.startswith(_WHITEOUT) and not name.startswith(_RESERVED):
                hidden = name.removeprefix(_WHITEOUT)
                if hidden not in ("", ".", ".."):
                    removed.add(f"{folder}/{hidden}" if folder else hidden)
        return Whiteouts(frozenset(removed), frozenset(emptied))

    def removes(self, path: str) -> bool:
        """Whether what a lower layer has at ``path`` is gone: removed, hidden or replaced."""
        gone, emptied = self._gone, self.whiteouts.emptied
        if path in gone:
            return True
        while path:
            path = path.rpartition("/")[0]
            if path in gone or path in emptied:
                return True
        return False

    @cached_property
    def _gone(self) -> frozenset[str]:
        """Paths where nothing of lower layers is left: only folders go together with others."""
        replaced = {entry.path for entry in self.entries if entry.kind is not Kind.DIRECTORY}
        return self.whiteouts.removed | replaced
