"""Archives, programs and blobs made by hand, right and wrong, as their specifications lay them out."""

import gzip
import io
import json
import struct
import tarfile
import zlib
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from webhook.layer.streams import zstd

BLOCK = 512
END = bytes(2 * BLOCK)
"""Two empty blocks."""


def header(
    name: bytes,
    size: int | bytes = 0,
    kind: bytes = b"0",
    *,
    link: bytes = b"",
    mode: int = 0o644,
    magic: bytes = b"ustar\x0000",
    prefix: bytes = b"",
) -> bytes:
    """One header block; ``size`` may be the field itself."""
    field = size if isinstance(size, bytes) else b"%011o\0" % size
    fields = (name.ljust(100, b"\0"), b"%07o\0" % mode, bytes(16), field, bytes(12))
    tail = (b" " * 8, kind, link.ljust(100, b"\0"), magic.ljust(8, b"\0"), bytes(80), prefix)
    return signed(b"".join(fields + tail))


def signed(block: bytes) -> bytes:
    """A header block with its checksum put right."""
    blank = block[:148].ljust(148, b"\0") + b" " * 8 + block[156:].ljust(BLOCK - 156, b"\0")
    return blank[:148] + b"%06o\0 " % sum(blank) + blank[156:]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def file(name: str, data: bytes = b"", mode: int = 0o644) -> bytes:
    """A regular file of a tar archive."""
    return header(name.encode(), len(data), mode=mode) + padded(data)


def extension(kind: bytes, data: bytes) -> bytes:
    """A pax header or GNU long name."""
    return header(b"././@LongLink", len(data), kind) + padded(data)


def record(key: bytes, value: bytes) -> bytes:
    """One pax record."""
    rest = len(key) + len(value) + 3
    length = next(n for n in range(rest, rest + 20) if n == rest + len(str(n)))
    return b"%d %s=%s\n" % (length, key, value)


def written(style: int, *members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """An archive as the standard library writes it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=style) as archive:
        for member, data in members:
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def elf(
    interpreter: bytes | None,
    *,
    bits: int = 64,
    order: str = "<",
    machine: int = 62,
    kind: int = 3,
    segments: int = 2,
) -> bytes:
    """A program of any class and byte order whose last segment is ``PT_INTERP``, if it has one."""
    large = bits == 64
    ident = b"\x7fELF" + bytes([2 if large else 1, 1 if order == "<" else 2, 1]).ljust(12, b"\0")
    head, width = (64, 56) if large else (52, 32)
    words, text = ("QQQ" if large else "III"), (interpreter or b"") + b"\0"
    after = head + segments * width
    result = ident + struct.pack(
        f"{order}HHI{words}IHHHHHH", kind, machine, 1, 0, head, 0, 0, head, width, segments, 0, 0, 0
    )
    for number in range(segments):
        is_path = number == segments - 1 and interpreter is not None
        fields = (after, 0, 0, len(text), len(text))
        if large:
            result += struct.pack(f"{order}IIQQQQQQ", 3 if is_path else 1, 4, *fields, 1)
        else:
            result += struct.pack(f"{order}IIIIIIII", 3 if is_path else 1, *fields, 4, 1)
    return result + text


def frame(data: bytes, *, window: int = 19, told: bool = True) -> bytes:
    """A zstd frame; ``window`` is the logarithm of what its reader must remember."""
    options = {
        zstd.CompressionParameter.window_log: window,
        zstd.CompressionParameter.content_size_flag: told,
        zstd.CompressionParameter.checksum_flag: True,
    }
    return zstd.compress(data, options=options)


def skippable(data: bytes, number: int = 0) -> bytes:
    return bytes([0x50 + number]) + b"\x2a\x4d\x18" + struct.pack("<I", len(data)) + data


def table(entries: Iterable[dict[str, Any]], version: Any = 1) -> bytes:
    """The JSON of a table of contents."""
    return json.dumps({"version": version, "entries": list(entries)}, indent="\t").encode()


def footer(offset: int, *, legacy: bool = False, mark: bytes = b"STARGZ") -> bytes:
    """The end of an eStargz blob: an empty gzip member that carries the offset."""
    text = b"%016x%s" % (offset, mark)
    extra = text if legacy else b"SG" + struct.pack("<H", len(text)) + text
    empty = b"\x01\x00\x00\xff\xff" + bytes(8)
    return b"\x1f\x8b\x08\x04" + bytes(5) + b"\xff" + struct.pack("<H", len(extra)) + extra + empty


def stargz(files: dict[str, bytes]) -> tuple[bytes, int, str]:
    """An eStargz blob, where its table of contents begins, and the digest of that."""
    blob, entries = b"", []
    for name, data in files.items():
        blob += gzip.compress(header(name.encode(), len(data)))
        entries.append({"name": name, "type": "reg", "size": len(data), "offset": len(blob)})
        blob += gzip.compress(data) + gzip.compress(bytes(-len(data) % BLOCK))
    text = table(entries)
    contents = gzip.compress(file("stargz.index.json", text) + END)
    digest = f"sha256:{sha256(text).hexdigest()}"
    return blob + contents + footer(len(blob)), len(blob), digest


def chunked(files: dict[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """A zstd:chunked blob and the annotations of its layer."""
    blob, entries = b"", []
    for name, data in files.items():
        blob += frame(header(name.encode(), len(data)))
        entries.append({"name": name, "type": "reg", "size": len(data), "offset": len(blob)})
        blob += frame(padded(data))
    blob += frame(END)
    text = table(entries)
    packed, at = zstd.compress(text), len(blob) + 8
    numbers = (at, len(packed), len(text), 1, at + len(packed) + 8, 0, 0)
    tail = struct.pack("<7Q", *numbers) + b"GNUlInUx"
    blob += skippable(packed) + skippable(b"") + skippable(tail)
    name = "io.github.containers.zstd-chunked.manifest"
    return blob, {
        f"{name}-position": f"{at}:{len(packed)}:{len(text)}:1",
        f"{name}-checksum": f"sha256:{sha256(packed).hexdigest()}",
    }


def member(data: bytes, level: int = 6) -> bytes:
    """One gzip member."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()
