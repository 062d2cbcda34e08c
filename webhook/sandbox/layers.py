"""Layers: files, the tar archive they become, and the gzip blob that a manifest names.

Entries stand in the order in which layer differs and debuerreotype write them: by name, component
by component, every folder before what is in it. Nothing depends on the clock, so that the same
files have the same digest in every run.
"""

import hashlib
import struct
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from webhook.oci import Digest

MODIFIED = 1785892334
"""The time of every file: 2026-08-05T01:12:14Z."""


@dataclass(frozen=True, slots=True)
class File:
    """A regular file."""

    path: str
    """From the root, without a leading slash."""
    data: bytes = b""
    mode: int = 0o644
    owner: int = 0
    """User and group."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that is there for its own sake; parents of files need not be named."""

    path: str
    mode: int = 0o755


Entry = File | Link | Folder


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer, packed."""

    blob: bytes
    """gzip."""
    diff_id: Digest
    """Digest of the tar archive inside."""


def pack(entries: Iterable[Entry]) -> Layer:
    """The layer that holds ``entries``."""
    tar = tarball(entries)
    return Layer(gzip(tar), Digest.of(tar))


def bulk(name: str, packed: int, unpacked: int) -> bytes:
    """``unpacked`` bytes that gzip makes about ``packed`` of; always the same for a ``name``."""
    noise = hashlib.shake_256(name.encode()).digest(min(packed, unpacked))
    return noise + bytes(unpacked - len(noise))


def tarball(entries: Iterable[Entry]) -> bytes:
    """An uncompressed tar archive (POSIX ustar), parents included."""
    parts = []
    for entry in _in_order(entries):
        data = entry.data if isinstance(entry, File) else b""
        padding = bytes(-len(data) % tarfile.BLOCKSIZE)
        parts += [_header(entry).tobuf(tarfile.USTAR_FORMAT), data, padding]
    return b"".join([*parts, bytes(2 * tarfile.BLOCKSIZE)])


def gzip(data: bytes) -> bytes:
    """One gzip member without name or time, headed as Go writes it (RFC 1952).

    The fastest level: what is big here is noise, and does not get smaller.
    """
    deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    trailer = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + body + trailer


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    named = {entry.path: entry for entry in entries}
    parents = {str(parent) for path in named for parent in PurePosixPath(path).parents} - {"."}
    found = {path: Folder(path) for path in parents} | named
    return sorted(found.values(), key=lambda entry: entry.path.split("/"))


def _header(entry: Entry) -> tarfile.TarInfo:
    header = tarfile.TarInfo(entry.path)
    header.mtime = MODIFIED
    match entry:
        case File(data=data, mode=mode, owner=owner):
            header.size, header.mode, header.uid, header.gid = len(data), mode, owner, owner
        case Link(target=target):
            header.type, header.mode, header.linkname = tarfile.SYMTYPE, 0o777, target
        case Folder(mode=mode):
            header.type, header.mode = tarfile.DIRTYPE, mode
    return header
