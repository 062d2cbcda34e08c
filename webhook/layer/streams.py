"""gzip members and zstd frames: how they begin, what unpacks them, and what they say of their size.

Sources: RFC 1952 (gzip) and RFC 8878 (zstd).
"""

import struct
import sys
import zlib
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_WINDOW_LOG = 23
"""Logarithm of the bytes that a zstd frame may ask its reader to remember: 8 MiB, what RFC 8878
(3.1.1.1.2) wants every reader to support."""

_GZIP_WITH_HEADER = 31
"""``wbits`` of zlib: the largest window, and a gzip header and trailer around the stream."""
_SKIPPABLE = struct.Struct("<B3sI")


class Decoder(Protocol):
    """Unpacks one member or frame, fed piece by piece."""

    @property
    def eof(self) -> bool:
        """Whether the end of the member or frame was reached."""

    @property
    def unused_data(self) -> bytes:
        """What was fed behind that end."""

    def decompress(self, data: memoryview, /, max_length: int) -> bytes:
        """At most ``max_length`` bytes more, which must not be 0. Raises its format's ``error``."""


class Format(NamedTuple):
    """One of the two compressions."""

    name: Literal["gzip", "zstd"]
    magic: bytes
    """How a member or frame begins."""
    decoder: Callable[[], Decoder]
    """Makes what unpacks the next one."""
    error: type[Exception]
    """What a decoder raises when data is damaged, or asks for too much."""


def _gzip_decoder() -> Decoder:
    return zlib.decompressobj(_GZIP_WITH_HEADER)


def _zstd_decoder() -> Decoder:
    option = zstd.DecompressionParameter.window_log_max
    return zstd.ZstdDecompressor(options={option: MAX_WINDOW_LOG})


GZIP = Format("gzip", b"\x1f\x8b\x08", _gzip_decoder, zlib.error)
ZSTD = Format("zstd", b"\x28\xb5\x2f\xfd", _zstd_decoder, zstd.ZstdError)


def format_of(data: bytes) -> Format | None:
    """How a blob that begins with ``data`` is compressed; None when it is not."""
    if data.startswith(GZIP.magic):
        return GZIP
    is_zstd = data.startswith(ZSTD.magic) or past_skippable(memoryview(data), 0) is not None
    return ZSTD if is_zstd else None


def past_skippable(data: memoryview, at: int) -> int | None:
    """Where the skippable zstd frame at ``at`` ends, in view or not; None when there is none."""
    if len(data) - at < _SKIPPABLE.size:
        return None
    number, magic, size = _SKIPPABLE.unpack_from(data, at)
    is_one = number & 0xF0 == 0x50 and magic == b"\x2a\x4d\x18"
    return at + _SKIPPABLE.size + int(size) if is_one else None


def isize(last4: bytes) -> int:
    """Bytes that a gzip member unpacks to, modulo 2³², as the last four of a blob tell.

    Worth nothing when the blob has several members or something behind the last one, which cannot
    be seen from here: look at its ratio to the blob's size, and at ``Look.members``.
    """
    return int.from_bytes(last4[-4:], "little")


def zstd_content_size(head: bytes) -> int | None:
    """Bytes that the first zstd frame says it unpacks to; None when it does not say.

    Whether it is the only frame cannot be known from the head of a blob: zstd:chunked writes one
    for each file. Writers that stream say nothing.
    """
    view, at = memoryview(head), 0
    while (after := past_skippable(view, at)) is not None:
        at = after
    try:
        return zstd.get_frame_info(view[at:]).decompressed_size
    except zstd.ZstdError:
        return None
