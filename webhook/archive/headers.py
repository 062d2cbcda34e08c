"""Headers of a tar archive, one after the other, with everything they say bounded.

Sources: POSIX.1-2008, ustar and pax; GNU tar, "Basic Tar Format". The standard library's reader
trusts sizes and keeps no bound on names, which is why it does not serve here.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from webhook.archive.files import too_large
from webhook.errors import FailureKind, FetchError, UsageError

MAX_ENTRIES = 100_000
"""Headers of an archive."""
MAX_EXTENSION = 4096
"""Bytes of a pax header or a GNU long name."""

REGULAR = (b"0", b"\0", b"7")
HARD_LINK = b"1"
SYMBOLIC_LINK = b"2"
_PAX, _LONG_NAME, _LONG_LINK = b"x", b"L", b"K"
_PAX_FIELDS = {b"path": "name", b"linkpath": "link", b"size": "size"}
_BLOCK = 512


class Header(NamedTuple):
    """One entry, with the extensions that stood before it applied."""

    name: str
    """As written."""
    size: int
    """Bytes of content."""
    kind: bytes
    """``typeflag``."""
    link: str
    """Target of a link, as written."""


def headers(stream: BinaryIO, bound: int) -> Iterator[tuple[int, Header]]:
    """Every header with the offset of its content, where ``stream`` then stands.

    ``bound`` is how long the archive can be. Raises ``UsageError`` when the first block is no
    header, and ``FetchError``: malformed or tooLarge.
    """
    at = 0
    extensions: dict[str, Any] = {}
    for _ in range(MAX_ENTRIES):
        stream.seek(at)
        block = stream.read(_BLOCK)
        if not block.strip(b"\0"):
            return
        header = _parse(block, at)
        offset = at + _BLOCK
        if header.kind in (_PAX, _LONG_NAME, _LONG_LINK):
            extensions |= _extension(stream, header)
        else:
            header = header._replace(**extensions)
            extensions = {}
            if offset + header.size > bound:
                raise FetchError(FailureKind.MALFORMED, "the archive is cut short, or a bomb")
            yield offset, header
            if header.size:
                stream.seek(offset + header.size - 1)
                exactly(stream, 1)
        at = offset + -(-header.size // _BLOCK) * _BLOCK
    raise FetchError(FailureKind.TOO_LARGE, f"the archive has more than {MAX_ENTRIES} entries")


def _parse(block: bytes, at: int) -> Header:
    try:
        if len(block) < _BLOCK or _number(block[148:156]) != _checksum(block):
            raise ValueError("checksum")
        # Only POSIX archives have a prefix there; GNU tar keeps times.
        prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
        name = f"{prefix}/{_text(block[:100])}" if prefix else _text(block[:100])
        return Header(name, _number(block[124:136]), block[156:157], _text(block[157:257]))
    except ValueError:
        if at == 0:
            raise UsageError("not a tar archive, nor one compressed with gzip") from None
        raise FetchError(FailureKind.MALFORMED, f"bad tar header at byte {at}") from None


def _checksum(block: bytes) -> int:
    """The sum of all bytes, with the field for it taken as blanks."""
    return sum(block[:148]) + 8 * ord(" ") + sum(block[156:])


def _number(field: bytes) -> int:
    """Octal digits, or base 256 behind a set bit. Raises ``ValueError``, also below zero."""
    if field[0] & 0x80:
        if field[0] & 0x40:
            raise ValueError("negative")
        return int.from_bytes(bytes([field[0] & 0x3F]) + field[1:], "big")
    digits = field.partition(b"\0")[0].strip()
    if digits and not digits.isdigit():
        raise ValueError("not octal")
    return int(digits or b"0", 8)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _extension(stream: BinaryIO, header: Header) -> dict[str, Any]:
    """What a pax header or GNU long name says of the entry behind it."""
    if header.size > MAX_EXTENSION:
        raise too_large("a tar extension header", MAX_EXTENSION)
    body = exactly(stream, header.size)
    if header.kind == _LONG_NAME:
        return {"name": _text(body)}
    if header.kind == _LONG_LINK:
        return {"link": _text(body)}
    try:
        return dict(_pax(body))
    except ValueError:
        raise FetchError(FailureKind.MALFORMED, "bad pax header") from None


def _pax(body: bytes) -> Iterator[tuple[str, Any]]:
    """Records of ``length key=value newline``, as far as they matter here."""
    while body.strip(b"\0"):
        length = int(body.partition(b" ")[0])
        if not 0 < length <= len(body):
            raise ValueError("record")
        record, body = body[:length], body[length:]
        key, _, value = record.partition(b" ")[2].rstrip(b"\n").partition(b"=")
        field = _PAX_FIELDS.get(key)
        if field is not None:
            yield field, _decimal(value) if field == "size" else _text(value)


def _decimal(digits: bytes) -> int:
    if not digits.isdigit():
        raise ValueError("not a number")
    return int(digits)


def exactly(stream: BinaryIO, size: int) -> bytes:
    """The next ``size`` bytes. Raises ``FetchError``: malformed, when there are fewer."""
    data = stream.read(size)
    if len(data) != size:
        raise FetchError(FailureKind.MALFORMED, "the archive is cut short")
    return data
