"""Whatever bytes come, a look comes out of them, and it is one that the rest of the house can use."""

import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layer.crafted import (
    END,
    chunked,
    elf,
    extension,
    file,
    frame,
    header,
    member,
    record,
    signed,
    stargz,
)
from webhook.layer import (
    Look,
    look_of_chunked_toc,
    look_of_head,
    look_of_stargz_toc,
    stargz_toc_offset,
)
from webhook.layer.path import normal
from webhook.layer.tar import MAX_ENTRIES
from webhook.layer.window import MAX_INFLATED

PARTS = [
    header(b"usr/", kind=b"5"),
    file("bin/sh", elf(b"/lib/ld-musl-x86_64.so.1"), 0o755),
    file("etc/passwd", b"root:x:0:0::/:/bin/sh\n" * 30),
    file(".env", b"DB_PASSWORD=hunter42\n"),
    extension(b"L", b"n" * 300),
    extension(b"x", record(b"path", b"p" * 300) + record(b"size", b"3")),
    header(b"x", 3, b"1", link=b"y"),
    header(b"x", 600, b"S"),
    bytes(512),
    END,
]
LAYER = b"".join(PARTS[:6]) + file("x", b"abc") + END
BLOBS = [
    LAYER,
    member(LAYER),
    frame(LAYER),
    stargz({"a": b"x", "b": b""})[0],
    chunked({"a": b"x"})[0],
]


def sound(look: Look) -> None:
    """What every look must be."""
    assert len(look.entries) <= MAX_ENTRIES
    assert (look.unpacked is not None) == look.complete
    paths = {entry.path for entry in look.entries}
    assert all(normal(path) == path != "" for path in paths)
    assert look.programs.keys() | look.texts.keys() | look.secrets.keys() <= paths
    assert msgspec.json.decode(msgspec.json.encode(look), type=Look) == look
    look.removes("usr/bin/gcc")


@given(st.binary(max_size=3000))
def test_any_bytes_give_a_sound_look(data: bytes):
    for blob in (
        data,
        member(data),
        frame(data),
        b"\x1f\x8b\x08" + data,
        b"\x28\xb5\x2f\xfd" + data,
    ):
        sound(look_of_head(blob))
        look_of_stargz_toc(blob)
        look_of_chunked_toc(blob)
        stargz_toc_offset(blob)


@given(st.lists(st.sampled_from(PARTS) | st.binary(max_size=600), max_size=12), st.booleans())
def test_any_order_of_blocks_gives_a_sound_look(parts: list[bytes], whole: bool):
    sound(look_of_head(b"".join(parts), whole=whole))


@given(
    st.sampled_from(BLOBS),
    st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 2**16),
)
def test_any_damage_gives_a_sound_look(blob: bytes, changes: list[tuple[int, int]], cut: int):
    data = bytearray(blob)
    for at, value in changes:
        data[at % len(data)] = value
    sound(look_of_head(bytes(data[: cut % len(data) + 1])))


@given(st.lists(st.tuples(st.integers(0, 511), st.integers(0, 255)), min_size=1, max_size=6))
def test_any_signed_header_gives_a_sound_look(changes: list[tuple[int, int]]):
    block = bytearray(header(b"etc/passwd", 300))
    for at, value in changes:
        block[at] = value
    sound(look_of_head(signed(bytes(block)) + b"x" * 1024 + LAYER))


@pytest.mark.parametrize("number", range(len(BLOBS)))
def test_a_blob_cut_anywhere_shows_its_first_entries(number: int):
    blob = BLOBS[number]
    entries = look_of_head(blob).entries
    assert entries
    for length in range(len(blob)):
        seen = look_of_head(blob[:length])
        sound(seen)
        assert seen.entries == entries[: len(seen.entries)]
        assert not seen.complete or seen.entries == entries


BOMBS = {
    "zeros": lambda: member(bytes(64 * 1024**2), 9),
    "zeros in zstd": lambda: frame(bytes(64 * 1024**2)),
    "headers": lambda: member(header(b"x") * 100_000, 9),
    "files that may hold secrets": lambda: member(file("x.key", b"a=" * 2000) * 10_000, 9),
    "programs": lambda: member(file("x", elf(b"/x", segments=64), 0o755) * 10_000, 9),
    "pax records": lambda: member(extension(b"x", record(b"a", b"") * 31) * 10_000, 9),
    "long names": lambda: member(extension(b"L", b"a/" * 2000) * 10_000, 9),
    "empty members": lambda: member(b"") * 50_000,
    "empty frames": lambda: frame(b"") * 50_000,
    "empty blocks": lambda: member(b"")[:10] + b"\0\0\0\xff\xff" * 200_000,
    "garbage": lambda: b"\x1f\x8b\x08\0" * 250_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_bounded_in_memory(name: str):
    bomb = BOMBS[name]()[: 1024 * 1024]
    tracemalloc.start()
    try:
        seen = look_of_head(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(seen.entries) <= MAX_INFLATED // 512
    assert peak < 5 * MAX_INFLATED
