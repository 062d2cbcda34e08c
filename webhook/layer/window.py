"""The beginning of a layer's blob, unpacked as far as it is in view and no further than a bound.

A blob may be many gzip members or zstd frames, one behind the other (eStargz, zstd:chunked). What is
damaged, or asks for more than the bounds allow, ends the window; nothing is ever raised.
"""

from typing import Literal, NamedTuple

from webhook.layer.streams import ZSTD, Decoder, Format, format_of, past_skippable

MAX_INFLATED = 4 * 1024 * 1024
"""Bytes that a window may unpack to."""
MAX_MEMBERS = 4096
"""gzip members and zstd frames, empty and skippable ones included: however small one is, it costs as
much as some thousand bytes of content."""
_CHUNK = 16 * 1024
"""Bytes fed at once: what is left of them behind the end of a member is copied."""


class Window(NamedTuple):
    """What could be unpacked."""

    content: bytes
    """The beginning of what was packed: a tar archive, if it is a layer."""
    members: int
    """gzip members or zstd frames with content that began in view; 1 for a plain archive."""
    complete: bool
    """Whether it ends where a member or frame ends, with nothing to unpack behind it in view."""
    compression: Literal["gzip", "zstd", "plain"]


def open_window(data: bytes, *, limit: int = MAX_INFLATED) -> Window:
    """Unpack the first bytes of a blob, to at most ``limit`` bytes."""
    form = format_of(data)
    if form is None:
        return Window(data[:limit], 1, len(data) <= limit, "plain")
    return _Unpacking(data, limit).run(form)


class _Unpacking:
    """Goes through the members of a blob, once."""

    def __init__(self, data: bytes, limit: int) -> None:
        self._data = memoryview(data)
        self._at = 0
        self._parts: list[bytes] = []
        self._room = limit

    def run(self, form: Format) -> Window:
        """Unpack one member after the other."""
        members, complete = 0, False
        for _ in range(MAX_MEMBERS):
            after = past_skippable(self._data, self._at) if form is ZSTD else None
            if after is not None:
                self._at = after
                continue
            if self._data[self._at : self._at + len(form.magic)] != form.magic:
                # Padding and anything else behind the last member is nothing that readers unpack.
                complete = self._at <= len(self._data)
                break
            members += 1
            if not self._member(form.decoder(), form.error):
                break
        return Window(b"".join(self._parts), members, complete, form.name)

    def _member(self, decoder: Decoder, error: type[Exception]) -> bool:
        """Unpack one member; whether its end was reached."""
        while not decoder.eof:
            chunk = self._data[self._at : self._at + _CHUNK]
            if not chunk or not self._room:
                return False
            try:
                part = decoder.decompress(chunk, self._room)
            except error:
                return False
            self._at += len(chunk) - len(decoder.unused_data)
            self._parts.append(part)
            self._room -= len(part)
        return True
