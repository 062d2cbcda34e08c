"""Entries of a tar archive of which only the beginning may be in view.

Sources: POSIX.1-2008, ustar and pax; GNU tar, "Basic Tar Format". Where readers differ this one does
as Go's ``archive/tar``, by which container runtimes unpack layers: global pax headers do not count,
and an archive ends at two empty blocks. The first header that is malformed or beyond the bounds ends
the view, and so does a sparse file, which no builder of layers writes.
"""

import re
from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple

import msgspec

from webhook.layer.look import Entry, Kind
from webhook.layer.path import normal

MAX_ENTRIES = 20_000
"""Entries of an archive."""
MAX_EXTENSION = 4096
"""Bytes of a pax header or a GNU long name."""
MAX_SIZE = 8 * 1024**4
"""Bytes of one file: 8 TiB."""

MAX_RECORDS = 32
"""Records of a pax header; there are about ten kinds."""

_BLOCK = 512
_EMPTY = bytes(_BLOCK)
_KINDS = {
    b"\0": Kind.FILE,
    b"0": Kind.FILE,
    b"7": Kind.FILE,
    b"1": Kind.HARDLINK,
    b"2": Kind.SYMLINK,
    b"5": Kind.DIRECTORY,
}
_OLD_FILE, _DIRECTORY = b"\0", b"5"
_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL, _SPARSE = b"L", b"K", b"x", b"g", b"S"
_PAX_SPARSE = b"GNU.sparse."
_RECORD = re.compile(rb"(\d{1,7}) ([^=\n]{1,255})=")
_BARE = b"123456"
"""Types without content, whatever size their header says."""
_POSIX = b"ustar\x0000"
"""Magic and version of the headers that have a prefix; GNU tar keeps times there."""


class Member(msgspec.Struct, frozen=True, gc=False):
    """One entry and what is in view of it."""

    entry: Entry
    mode: int
    """Permission bits."""
    content: memoryview
    """A file's content, or its beginning where the view ends in it."""


class End(Enum):
    """Why there are no more entries."""

    MARKED = "two empty blocks"
    BETWEEN = "the view ends between two entries"
    CUT = "the view ends in an entry, or before one that is not to be read"


class Archive(NamedTuple):
    """What could be read of an archive."""

    members: tuple[Member, ...]
    """In order; without the root, and without names that ``normal`` refuses."""
    end: End


class _Header(msgspec.Struct, frozen=True, gc=False):
    """One header block. Texts are as written."""

    name: bytes
    mode: int
    size: int
    kind: bytes
    """``typeflag``."""
    link: bytes


class _Said(NamedTuple):
    """What extension headers said of the entry behind them."""

    pax: Mapping[bytes, bytes] = {}
    name: bytes = b""
    link: bytes = b""


def read_archive(data: bytes) -> Archive:
    """Read an archive from its first bytes. Never raises."""
    members: list[Member] = []
    at = 0
    while len(members) < MAX_ENTRIES:
        end = _end(data, at)
        if end is not None:
            return Archive(tuple(members), end)
        try:
            member, at = _next(data, at)
        except ValueError:
            break
        if member is not None:
            members.append(member)
    return Archive(tuple(members), End.CUT)


def _end(data: bytes, at: int) -> End | None:
    """Why no entry begins at ``at``, where one has ended; None when one seems to."""
    if at == len(data):
        return End.BETWEEN
    if data[at : at + _BLOCK] != _EMPTY:
        return None
    following = data[at + _BLOCK : at + 2 * _BLOCK]
    if following == _EMPTY:
        return End.MARKED
    return End.CUT if following else End.BETWEEN


def _next(data: bytes, at: int) -> tuple[Member | None, int]:
    """The entry at ``at``, None if it is none to keep, and where it ends.

    Raises ``ValueError`` when its headers are not all in view, malformed or beyond the bounds.
    """
    said = _Said()
    while True:
        header = _applied(said, _header(data[at : at + _BLOCK]))
        start = at + _BLOCK
        at = start + -(-header.size // _BLOCK) * _BLOCK
        if header.kind in (_LONG_NAME, _LONG_LINK, _PAX):
            said = _heard(said, header, data[start : start + header.size])
        else:
            return _member(header, memoryview(data)[start : start + header.size]), at


def _member(header: _Header, content: memoryview) -> Member | None:
    path = normal(_text(header.name))
    if header.kind == _GLOBAL or not path:
        return None
    kind = _KINDS.get(header.kind, Kind.OTHER)
    size = header.size if kind is Kind.FILE else 0
    link = _text(header.link) if kind in (Kind.HARDLINK, Kind.SYMLINK) else ""
    return Member(Entry(path, kind, size, link), header.mode, content[:size])


def _header(block: bytes) -> _Header:
    """One block taken apart. Raises ``ValueError`` when it is no header, or not all in view."""
    if len(block) < _BLOCK or not _is_signed(block):
        raise ValueError("not a header")
    name = _until_nul(block[:100])
    prefix = _until_nul(block[345:500]) if block[257:265] == _POSIX else b""
    return _Header(
        prefix + b"/" + name if prefix else name,
        _number(block[100:108]),
        _number(block[124:136]),
        block[156:157],
        _until_nul(block[157:257]),
    )


def _is_signed(block: bytes) -> bool:
    """Whether the checksum is the sum of all bytes, its own field taken as blanks.

    Old archivers added up signed bytes.
    """
    given = _number(block[148:156])
    own = 8 * ord(" ") - sum(block[148:156])
    return given == sum(block) + own or given == sum(memoryview(block).cast("b")) + own


def _number(field: bytes) -> int:
    """Octal digits, or base 256 behind a set bit. Raises ``ValueError``, also below zero."""
    if field[0] & 0x80:
        if field[0] & 0x40:
            raise ValueError("negative")
        return int.from_bytes(field, "big") - (0x80 << 8 * (len(field) - 1))
    digits = _until_nul(field.strip(b" \0"))
    if digits and not digits.isdigit():
        raise ValueError("not octal")
    return int(digits or b"0", 8)


def _until_nul(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _text(field: bytes) -> str:
    return field.decode("utf-8", "replace")


def _heard(said: _Said, header: _Header, body: bytes) -> _Said:
    """``said``, and what one more extension header says. Raises ``ValueError``."""
    if header.size > MAX_EXTENSION or len(body) < header.size:
        raise ValueError("extension header too long, or not all in view")
    if header.kind == _PAX:
        return said._replace(pax=_records(body))
    if header.kind == _LONG_NAME:
        return said._replace(name=_until_nul(body))
    return said._replace(link=_until_nul(body))


def _records(body: bytes) -> dict[bytes, bytes]:
    """Pax records: ``length key=value newline``, one behind the other. Raises ``ValueError``."""
    found: dict[bytes, bytes] = {}
    at = 0
    for _ in range(MAX_RECORDS + 1):
        if at == len(body):
            return found
        match = _RECORD.match(body, at)
        end = at + int(match[1]) if match else 0
        if match is None or body[end - 1 : end] != b"\n":
            break
        found[match[2]] = body[match.end() : end - 1]
        at = end
    raise ValueError("bad pax record, or too many")


def _applied(said: _Said, header: _Header) -> _Header:
    """``header`` with what extension headers said of it. Raises ``ValueError``.

    A pax record without a value says nothing.
    """
    pax = said.pax
    name = said.name or pax.get(b"path") or header.name
    kind = header.kind
    if kind == _OLD_FILE and name.endswith(b"/"):
        kind = _DIRECTORY
    size = _decimal(pax[b"size"]) if pax.get(b"size") else header.size
    if size > MAX_SIZE or kind == _SPARSE or any(key.startswith(_PAX_SPARSE) for key in pax):
        raise ValueError("larger than any file, or sparse")
    link = said.link or pax.get(b"linkpath") or header.link
    return _Header(name, header.mode, 0 if kind in _BARE else size, kind, link)


def _decimal(digits: bytes) -> int:
    if not digits.isdigit():
        raise ValueError("not a number")
    return int(digits)
