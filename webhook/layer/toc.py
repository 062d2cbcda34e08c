"""A look at a layer by its table of contents, where its format has one: eStargz and zstd:chunked.

A table of contents names every file and its size, but no content. Sources: stargz-snapshotter,
docs/estargz.md and estargz/types.go; containers/storage, pkg/chunked.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

import msgspec

from webhook.layer.look import Entry, Kind, Look
from webhook.layer.path import normal
from webhook.layer.tar import MAX_ENTRIES, MAX_SIZE, read_archive
from webhook.layer.window import MAX_INFLATED, open_window

MAX_TOC = 1024 * 1024
"""Bytes of a table of contents as it is stored; unpacked it has at most ``MAX_INFLATED``."""
MAX_LISTED = 40_000
"""Objects in a table of contents: files, parts of files and what is said of them."""
FOOTER = 51
"""Bytes of an eStargz blob's end that say where its table of contents is."""
STARGZ_DIGEST = "containerd.io/snapshot/stargz/toc.digest"
"""Annotation of a layer: digest of the JSON of its eStargz table of contents."""

_CHUNKED = ("io.github.containers.zstd-chunked", "io.containers.zstd-chunked")
"""What annotations about zstd:chunked begin with, as Podman and as stargz-snapshotter write them."""
_STARGZ_NAME = "stargz.index.json"
_OFFSET = rb"([0-9a-f]{16})STARGZ.{13}"
_STARGZ = re.compile(rb"\x1f\x8b\x08\x04.{6}\x1a\x00SG\x16\x00" + _OFFSET, re.DOTALL)
_LEGACY = re.compile(rb"\x1f\x8b\x08\x04.{6}\x16\x00" + _OFFSET, re.DOTALL)
_LEGACY_FOOTER = 47
_POSITION = re.compile(r"(\d{1,15}):(\d{1,15}):(\d{1,15}):1", re.ASCII)
_KINDS = {
    "reg": Kind.FILE,
    "dir": Kind.DIRECTORY,
    "symlink": Kind.SYMLINK,
    "hardlink": Kind.HARDLINK,
}


class Position(NamedTuple):
    """Where a table of contents lies in a blob. All in bytes."""

    offset: int
    packed: int
    unpacked: int


class _Listed(msgspec.Struct, rename="camel", gc=False):
    """One entry, or a part of a file behind it (``chunk``)."""

    type: str
    name: str = ""
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_SIZE)] = 0
    link_name: str = ""


class _Contents(msgspec.Struct):
    version: Literal[1]
    entries: list[_Listed]


def stargz_toc_offset(footer: bytes) -> int | None:
    """Where the table of contents of an eStargz blob begins, by the last ``FOOTER`` bytes of it.

    It goes up to the footer. None for any other blob, and for one whose table of contents is kept
    elsewhere.
    """
    match = _STARGZ.fullmatch(footer[-FOOTER:]) or _LEGACY.fullmatch(footer[-_LEGACY_FOOTER:])
    return int(match[1], 16) if match else None


def look_of_stargz_toc(data: bytes, digest: str | None = None) -> Look | None:
    """What an eStargz blob's bytes from ``stargz_toc_offset`` on tell of its files.

    ``digest`` is that of the annotation ``STARGZ_DIGEST``. None when the table is malformed, larger
    than the bounds or not what ``digest`` promises.
    """
    if len(data) > MAX_TOC:
        return None
    for member in read_archive(open_window(data).content).members[:1]:
        if member.entry.path == _STARGZ_NAME and len(member.content) == member.entry.size:
            table = bytes(member.content)
            return _look(table) if digest is None else _verified(table, table, digest)
    return None


def chunked_position(annotations: Mapping[str, str]) -> Position | None:
    """Where a zstd:chunked layer's annotations say that its table of contents lies.

    None when they do not say so, and for one that is larger than the bounds.
    """
    match = _POSITION.fullmatch(_annotation(annotations, "manifest-position"))
    if match is None:
        return None
    position = Position(int(match[1]), int(match[2]), int(match[3]))
    fits = position.packed <= MAX_TOC and position.unpacked <= MAX_INFLATED
    return position if fits else None


def chunked_digest(annotations: Mapping[str, str]) -> str | None:
    """The digest that a zstd:chunked layer's annotations promise for its table of contents."""
    return _annotation(annotations, "manifest-checksum") or None


def look_of_chunked_toc(data: bytes, digest: str | None = None) -> Look | None:
    """What the bytes at ``chunked_position`` tell of a zstd:chunked layer's files.

    ``digest`` is ``chunked_digest``, of those bytes as they are. None when the table is malformed,
    larger than the bounds or not what ``digest`` promises.
    """
    if len(data) > MAX_TOC:
        return None
    table = open_window(data)
    if table.compression != "zstd" or not table.complete:
        return None
    return _look(table.content) if digest is None else _verified(table.content, data, digest)


def _annotation(annotations: Mapping[str, str], name: str) -> str:
    return next((text for key in _CHUNKED if (text := annotations.get(f"{key}.{name}"))), "")


def _verified(table: bytes, promised: bytes, digest: str) -> Look | None:
    if digest != f"sha256:{hashlib.sha256(promised).hexdigest()}":
        return None
    found = _look(table)
    return msgspec.structs.replace(found, verified=True) if found else None


def _look(table: bytes) -> Look | None:
    if table.count(b"{") > MAX_LISTED:
        return None
    try:
        listed = msgspec.json.decode(table, type=_Contents).entries
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    entries = []
    for item in listed:
        path = normal(item.name)
        if path and item.type != "chunk":
            entries.append(_entry(path, item))
    complete = len(entries) <= MAX_ENTRIES
    kept = tuple(entries[:MAX_ENTRIES])
    unpacked = sum(entry.size for entry in kept) if complete else None
    return Look(entries=kept, complete=complete, by="toc", unpacked=unpacked)


def _entry(path: str, item: _Listed) -> Entry:
    kind = _KINDS.get(item.type, Kind.OTHER)
    size = item.size if kind is Kind.FILE else 0
    link = item.link_name if kind in (Kind.SYMLINK, Kind.HARDLINK) else ""
    return Entry(path, kind, size, link)
