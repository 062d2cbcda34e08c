"""Tar archives: where every file lies, without unpacking it or reading what is in it.

An archive that names a path outside itself is refused as a whole.
"""

import gzip
import io
import posixpath
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self, cast

from webhook.archive.files import malformed, mismatched, missing, too_large, unreadable
from webhook.archive.headers import HARD_LINK, REGULAR, SYMBOLIC_LINK, exactly, headers
from webhook.errors import FailureKind, FetchError

MAX_RATIO = 200
"""How many times its own size a compressed archive may unpack to; images reach three or four."""
_SLACK = 64 * 1024 * 1024
_GZIP = b"\x1f\x8b"


class Member(NamedTuple):
    """Where one file lies in the unpacked archive."""

    offset: int
    size: int
    """Bytes."""
    magic: bytes
    """The first four bytes, or fewer."""
    link: str | None = None
    """What it links to, as a name in this archive; None for a regular file."""


@dataclass(frozen=True, slots=True)
class Tar:
    """Files in a tar archive, which may be compressed with gzip."""

    path: Path
    members: dict[str, Member]
    """Regular files and links by normalised name; the last of two equal names, as in unpacking."""

    @classmethod
    def scan(cls, path: Path) -> Self:
        """Read all headers of an archive.

        Raises ``UsageError`` when it is no tar archive at all, and ``FetchError``: malformed,
        tooLarge or unreachable.
        """
        with _opened(path) as (stream, bound):
            return cls(path, dict(_members(stream, bound)))

    def read(self, name: str, limit: int) -> bytes:
        """See ``Files.read``. A link is not followed."""
        member = self._member(name)
        if member.link is not None:
            raise malformed(name, "is a link")
        if member.size > limit:
            raise too_large(name, limit)
        with _opened(self.path) as (stream, _):
            stream.seek(member.offset)
            return exactly(stream, member.size)

    def part(self, name: str, window: range, size: int) -> bytes:
        """See ``Files.part``. A link is followed as ``measure`` does."""
        member = self.measure(name)
        if member.size != size:
            raise mismatched(name)
        with _opened(self.path) as (stream, _):
            stream.seek(member.offset + window.start)
            return exactly(stream, len(window))

    def measure(self, name: str) -> Member:
        """Where a file lies and how big it is; one link inside the archive is followed.

        ``docker save`` writes a link for a layer that it has written before. Raises ``FetchError``:
        notFound or malformed.
        """
        member = self._member(name)
        if member.link is not None:
            member = self._member(member.link)
        if member.link is not None:
            raise malformed(name, "links to a link")
        return member

    def _member(self, name: str) -> Member:
        member = self.members.get(_normal(name))
        if member is None:
            raise missing(name)
        return member


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """The unpacked archive, and how long it can be. Seeking backwards unpacks it again."""
    try:
        with path.open("rb") as raw:
            size = raw.seek(0, io.SEEK_END)
            raw.seek(0)
            compressed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0)
            if compressed:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield cast("BinaryIO", unpacked), size * MAX_RATIO + _SLACK
            else:
                yield raw, size
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise FetchError(FailureKind.MALFORMED, "the archive's compression is damaged") from None
    except OSError as error:
        raise unreadable(path.name, error) from None


def _members(stream: BinaryIO, bound: int) -> Iterator[tuple[str, Member]]:
    for offset, header in headers(stream, bound):
        name = _normal(header.name)
        if header.kind in REGULAR:
            magic = exactly(stream, min(4, header.size))
            yield name, Member(offset, header.size, magic)
        elif header.kind == HARD_LINK:
            yield name, Member(offset, 0, b"", _normal(header.link))
        elif header.kind == SYMBOLIC_LINK:
            target = posixpath.join(posixpath.dirname(name), header.link)
            yield name, Member(offset, 0, b"", _normal(posixpath.normpath(target)))


def _normal(name: str) -> str:
    """A name without ``.`` and doubled slashes, inside the archive."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts:
        raise malformed(name, "is a path outside the archive that names it")
    return "/".join(parts)
