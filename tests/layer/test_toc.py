import gzip

import pytest

from tests.layer.crafted import END, chunked, file, footer, frame, member, skippable, stargz, table
from webhook.layer import (
    Entry,
    Kind,
    Look,
    chunked_digest,
    chunked_position,
    look_of_chunked_toc,
    look_of_head,
    look_of_stargz_toc,
    stargz_toc_offset,
)
from webhook.layer.tar import MAX_ENTRIES, MAX_SIZE
from webhook.layer.toc import FOOTER, MAX_LISTED, MAX_TOC, STARGZ_DIGEST, Position

FILES = {"usr/bin/python3.13": b"x" * 9000, "usr/lib/a.py": b"print()", "z/empty": b""}
SEEN = Look(
    tuple(Entry(path, Kind.FILE, len(data)) for path, data in FILES.items()),
    complete=True,
    by="toc",
    unpacked=9007,
)
POSITION = "io.github.containers.zstd-chunked.manifest-position"


def packed(text: bytes) -> bytes:
    """A table of contents as eStargz stores it."""
    return member(file("stargz.index.json", text) + END)


def test_the_end_of_an_estargz_blob_says_where_its_table_is():
    blob, offset, _ = stargz(FILES)
    assert stargz_toc_offset(blob[-FOOTER:]) == stargz_toc_offset(blob) == offset


@pytest.mark.parametrize("offset", [0, 1, 1023, 200_000, 2**40])
@pytest.mark.parametrize("legacy", [False, True])
def test_footers_old_and_new_are_read(offset: int, legacy: bool):
    end = footer(offset, legacy=legacy)
    assert len(end) == (47 if legacy else 51)
    assert gzip.decompress(end) == b""
    assert stargz_toc_offset(end) == stargz_toc_offset(bytes(100) + end) == offset


@pytest.mark.parametrize(
    "end",
    [
        b"",
        footer(7)[:-1],
        footer(7)[1:],
        footer(7) + b"\0",
        footer(7).replace(b"STARGZ", b"STARGX"),
        footer(7).replace(b"SG", b"XX"),
        footer(0xABCDEF).replace(b"abcdef", b"ABCDEF"),
        footer(7).replace(b"0007", b"00x7"),
        footer(7, mark=b"STARGZEXTERNALTOC"),
        member(b"x" * 100, 0)[-51:],
        bytes(51),
    ],
)
def test_other_ends_say_nothing(end: bytes):
    assert stargz_toc_offset(end) is None


def test_a_table_of_estargz_tells_every_file():
    blob, offset, digest = stargz(FILES)
    assert look_of_stargz_toc(blob[offset:]) == SEEN
    assert look_of_stargz_toc(blob[offset:-FOOTER]) == SEEN
    seen = look_of_stargz_toc(blob[offset:], digest)
    assert seen is not None
    assert seen.verified
    assert seen.entries == SEEN.entries


@pytest.mark.parametrize("digest", ["", "sha256:", f"sha256:{'0' * 64}", "0" * 64])
def test_a_table_that_is_not_what_was_promised_is_not_believed(digest: str):
    blob, offset, _ = stargz(FILES)
    assert look_of_stargz_toc(blob[offset:], digest) is None
    blob, annotations = chunked(FILES)
    at = chunked_position(annotations)
    assert at is not None
    assert look_of_chunked_toc(blob[at.offset :][: at.packed], digest) is None


def test_an_estargz_blob_is_a_layer_like_any_other():
    blob, _, _ = stargz(FILES)
    seen = look_of_head(blob)
    assert [entry.path for entry in seen.entries] == [*FILES, "stargz.index.json"]
    assert seen.complete
    assert seen.members > 1


def test_a_table_of_zstd_chunked_tells_every_file():
    blob, annotations = chunked(FILES)
    at, digest = chunked_position(annotations), chunked_digest(annotations)
    assert at is not None
    data = blob[at.offset : at.offset + at.packed]
    assert look_of_chunked_toc(data) == SEEN
    seen = look_of_chunked_toc(data, digest)
    assert seen is not None
    assert seen.verified
    assert seen.entries == SEEN.entries


def test_a_zstd_chunked_blob_is_a_layer_like_any_other():
    seen = look_of_head(chunked(FILES)[0])
    assert seen.entries == SEEN.entries
    assert (seen.complete, seen.unpacked) == (True, 9007)
    assert seen.members == 2 * len(FILES) + 1


@pytest.mark.parametrize("prefix", ["io.github.containers", "io.containers"])
def test_annotations_have_two_spellings(prefix: str):
    name = f"{prefix}.zstd-chunked.manifest"
    annotations = {f"{name}-position": "10:20:30:1", f"{name}-checksum": "sha256:ab", "x": "y"}
    assert chunked_position(annotations) == Position(10, 20, 30)
    assert chunked_digest(annotations) == "sha256:ab"


@pytest.mark.parametrize(
    "text",
    [
        *("", "10", "10:20:30", "10:20:30:2", "10:20:30:1:1", "-1:20:30:1", "a:b:c:1", " 1:2:3:1"),
        *("1:2:3:1\n", "٣:2:3:1", f"1:{MAX_TOC + 1}:3:1", f"1:2:{4 * 1024**2 + 1}:1"),
        f"{10**18}:2:3:1",
    ],
)
def test_positions_that_lead_nowhere_are_none(text: str):
    assert chunked_position({POSITION: text}) is None


def test_layers_without_annotations_have_no_position_and_no_digest():
    assert chunked_position({STARGZ_DIGEST: "x"}) is None
    assert chunked_digest({}) is None


LISTED = [
    {"name": "./", "type": "dir"},
    {"name": "usr/", "type": "dir", "size": 4096, "mode": 16877, "xattrs": {"a": "Yg=="}},
    {"name": "usr/x", "type": "reg", "size": 10, "chunkSize": 4, "digest": "sha256:ab"},
    {"name": "usr/x", "type": "chunk", "chunkOffset": 4, "chunkSize": 4},
    {"type": "chunk", "offset": 9, "chunkOffset": 8},
    {"name": "usr/y", "type": "hardlink", "linkName": "usr/x", "size": 10},
    {"name": "usr/z", "type": "symlink", "linkName": "../x"},
    {"name": "dev/null", "type": "char", "devMajor": 1},
    {"name": "usr/.wh.old", "type": "reg"},
    {"name": "a/../b", "type": "reg", "size": 1},
    {"name": "new", "type": "unheard-of"},
]


@pytest.mark.parametrize("read", [lambda text: look_of_stargz_toc(packed(text)),
                                  lambda text: look_of_chunked_toc(frame(text))])  # fmt: skip
def test_entries_are_told_as_those_of_an_archive_are(read):
    assert read(table(LISTED)) == Look(
        (
            Entry("usr", Kind.DIRECTORY),
            Entry("usr/x", Kind.FILE, 10),
            Entry("usr/y", Kind.HARDLINK, link="usr/x"),
            Entry("usr/z", Kind.SYMLINK, link="../x"),
            Entry("dev/null", Kind.OTHER),
            Entry("usr/.wh.old", Kind.FILE),
            Entry("new", Kind.OTHER),
        ),
        complete=True,
        by="toc",
        unpacked=10,
    )


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        table([], version=2),
        table([], version="1"),
        b'{"version": 1}',
        b'{"version": 1, "entries": null}',
        b'{"version": 1, "entries": [null]}',
        b'{"version": 1, "entries": [{"name": "x"}]}',
        b'{"version": 1, "entries": [{"name": "x", "type": "reg", "size": 1e999}]}',
        b'{"version": 1, "entries": [{"name": "x", "type": "reg", "size": 1.5}]}',
        b'{"version": 1, "entries": [{"name": "\xff", "type": "reg"}]}',
        table([{"name": "x", "type": "reg", "size": -1}]),
        table([{"name": "x", "type": "reg", "size": MAX_SIZE + 1}]),
        table([{"name": "x", "type": "reg", "size": 10**400}]),
        table([{"name": 1, "type": "reg"}]),
        table(LISTED)[:-1],
        b'{"version": 1, "entries": [], "x": ' + b"[" * 100_000,
        b'{"version": 1, "entries": [], "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_a_malformed_table_is_none(text: bytes):
    assert look_of_stargz_toc(packed(text)) is None
    assert look_of_chunked_toc(frame(text)) is None


def test_a_table_must_be_where_it_belongs():
    good = table(LISTED)
    for data in (
        b"",
        good,
        member(good),
        member(file("other.json", good)),
        member(file("other") + file("stargz.index.json", good)),
        packed(good)[:-20],
        frame(good),
    ):
        assert look_of_stargz_toc(data[:-1] if data == frame(good) else data) is None
    for data in (b"", good, member(good), frame(good)[:-1], skippable(frame(good))):
        assert look_of_chunked_toc(data) is None


def test_tables_are_bounded_as_they_are_stored_and_unpacked():
    text = table([{"name": "x", "type": "reg"}])
    large = text + b" " * (4 * 1024**2 - len(text) - 512)
    assert look_of_stargz_toc(packed(large)) == look_of_chunked_toc(frame(large))
    assert look_of_stargz_toc(packed(large + b" ")) is None
    assert look_of_chunked_toc(frame(large + b" " * 513)) is None
    assert look_of_stargz_toc(packed(text) + bytes(MAX_TOC)) is None
    assert look_of_chunked_toc(frame(text) + bytes(MAX_TOC)) is None


def test_there_is_a_limit_to_entries():
    seen = look_of_chunked_toc(frame(table({"name": str(n), "type": "reg"} for n in range(20_001))))
    assert seen is not None
    assert len(seen.entries) == MAX_ENTRIES
    assert (seen.complete, seen.unpacked) == (False, None)


def test_there_is_a_limit_to_parts_of_files():
    parts = [{"type": "chunk"}] * (MAX_LISTED - 1)
    assert look_of_chunked_toc(frame(table(parts))) == Look((), True, "toc", unpacked=0)
    assert look_of_chunked_toc(frame(table([*parts, *parts[:1]]))) is None


def test_names_can_be_written_as_json_again():
    text = b'{"version": 1, "entries": [{"name": "a\\ud800b", "type": "reg"}]}'
    seen = look_of_chunked_toc(frame(text))
    assert seen is None or seen.entries[0].path.encode()
