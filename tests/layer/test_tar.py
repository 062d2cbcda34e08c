import tarfile

import pytest

from tests.layer.crafted import BLOCK, END, extension, file, header, padded, record, signed, written
from webhook.layer import Entry, Kind
from webhook.layer.tar import MAX_ENTRIES, MAX_SIZE, Archive, End, read_archive


def read(*parts: bytes) -> Archive:
    return read_archive(b"".join(parts))


def paths(*parts: bytes) -> list[str]:
    return [member.entry.path for member in read(*parts).members]


def test_an_entry_is_told_with_its_kind_size_mode_and_link():
    archive = read(
        header(b"usr/", kind=b"5", mode=0o755),
        file("usr/x", b"abc", 0o4755),
        header(b"usr/y", kind=b"1", link=b"usr/x"),
        header(b"usr/z", kind=b"2", link=b"../x"),
        header(b"usr/p", kind=b"6"),
        END,
    )
    assert [member.entry for member in archive.members] == [
        Entry("usr", Kind.DIRECTORY),
        Entry("usr/x", Kind.FILE, 3),
        Entry("usr/y", Kind.HARDLINK, link="usr/x"),
        Entry("usr/z", Kind.SYMLINK, link="../x"),
        Entry("usr/p", Kind.OTHER),
    ]
    assert [oct(member.mode) for member in archive.members[:2]] == ["0o755", "0o4755"]
    assert [bytes(member.content) for member in archive.members] == [b"", b"abc", b"", b"", b""]
    assert archive.end is End.MARKED


@pytest.mark.parametrize("kind", [b"\0", b"0", b"7"])
def test_there_are_three_types_of_regular_files(kind: bytes):
    assert read(header(b"x", 1, kind), padded(b"a")).members[0].entry == Entry("x", Kind.FILE, 1)


@pytest.mark.parametrize("kind", [b"3", b"4", b"6", b"V", b"D", b"Z"])
def test_types_that_are_no_files_are_told_without_content(kind: bytes):
    (found,) = read(header(b"x", kind=kind)).members
    assert (found.entry, bytes(found.content)) == (Entry("x", Kind.OTHER), b"")


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_types_without_content_have_none_whatever_their_size_says(kind: bytes):
    archive = read(header(b"x", 2000, kind), file("y", b"abc"))
    assert [member.entry.path for member in archive.members] == ["x", "y"]
    assert archive.members[0].entry.size == 0


def test_what_archivers_add_for_themselves_is_skipped_with_its_content():
    assert paths(header(b"x", 600, b"Z"), padded(b"z" * 600), file("y")) == ["x", "y"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"./etc/passwd", "etc/passwd"),
        (b"/etc/passwd", "etc/passwd"),
        (b"//etc//./passwd/", "etc/passwd"),
        (b".wh.x", ".wh.x"),
        (b"..x/...", "..x/..."),
        ("größe".encode(), "größe"),
        (b"\xff\xfe", "��"),
        (b"x\0garbage", "x"),
    ],
)
def test_names_are_brought_into_one_form(name: bytes, path: str):
    assert paths(header(name)) == [path]


@pytest.mark.parametrize("name", [b"./", b"/", b"", b"../x", b"a/../b", b"a/.."])
def test_the_root_and_names_that_lead_elsewhere_are_left_out(name: bytes):
    archive = read(header(name, 3), padded(b"abc"), file("kept"), END)
    assert [member.entry.path for member in archive.members] == ["kept"]
    assert archive.end is End.MARKED


def test_a_posix_header_has_a_prefix():
    assert paths(header(b"name", prefix=b"long/folder")) == ["long/folder/name"]
    assert paths(header(b"name", prefix=b"1" * 12, magic=b"ustar  ")) == ["name"]
    assert paths(header(b"name", prefix=b"junk", magic=b"")) == ["name"]


def test_a_folder_of_the_oldest_archivers_ends_in_a_slash():
    archive = read(header(b"x/", 999, b"\0", magic=b""), file("y"))
    assert [member.entry.kind for member in archive.members] == [Kind.DIRECTORY, Kind.FILE]


def test_checksums_of_signed_bytes_count():
    block = bytearray(header("ä".encode()))
    total = sum(block[:148] + b" " * 8 + block[156:]) - 2 * 256
    block[148:156] = b"%06o\0 " % total
    assert paths(bytes(block)) == ["ä"]


@pytest.mark.parametrize(
    ("field", "size"),
    [
        (b"00000000017\0", 15),
        (b"         17 ", 15),
        (b"\0\x0017\0\0 \0\0\0\0\0", 15),
        (b"17\0garbage\0\0", 15),
        (b"777777777777", 8**12 - 1),
        (bytes(12), 0),
        (b"\x80" + (15).to_bytes(11, "big"), 15),
        (b"\x80" + MAX_SIZE.to_bytes(11, "big"), MAX_SIZE),
    ],
)
def test_sizes_are_octal_or_base_256(field: bytes, size: int):
    assert read(header(b"x", field)).members[0].entry.size == size


@pytest.mark.parametrize(
    "field",
    [
        b"-0000000001\0",
        b"00000000019\0",
        b"0o000000017\0",
        b"1_000\0\0\0\0\0\0\0",
        b"1 7\0\0\0\0\0\0\0\0\0",
        b"\xff" * 12,
        b"\xc0" + bytes(11),
        b"\xbf" + b"\xff" * 11,
        b"\x80" + (MAX_SIZE + 1).to_bytes(11, "big"),
    ],
)
def test_sizes_that_no_file_has_end_the_view(field: bytes):
    archive = read(file("seen"), header(b"x", field), file("hidden"), END)
    assert [member.entry.path for member in archive.members] == ["seen"]
    assert archive.end is End.CUT


@pytest.mark.parametrize(
    "block",
    [
        header(b"x")[:-1] + b"\1",
        b"x" * BLOCK,
        bytes(BLOCK - 1) + b"\1",
        b"\x7fELF".ljust(BLOCK, b"\0"),
        header(b"x")[:100] + b"rwxr-xr\0" + header(b"x")[108:],
        signed(header(b"x")[:100] + b"rwxr-xr\0" + header(b"x")[108:]),
    ],
)
def test_what_is_no_header_ends_the_view(block: bytes):
    archive = read(file("seen"), block, file("hidden"), END)
    assert [member.entry.path for member in archive.members] == ["seen"]
    assert archive.end is End.CUT


@pytest.mark.parametrize(
    "sparse",
    [
        header(b"x", 512, b"S"),
        extension(b"x", record(b"GNU.sparse.major", b"1")) + header(b"x", 512),
        extension(b"x", record(b"GNU.sparse.map", b"0,1")) + header(b"x", 512),
    ],
)
def test_a_sparse_file_ends_the_view(sparse: bytes):
    archive = read(file("seen"), sparse, bytes(512), file("hidden"), END)
    assert [member.entry.path for member in archive.members] == ["seen"]
    assert archive.end is End.CUT


@pytest.mark.parametrize(
    ("tail", "end"),
    [
        (b"", End.BETWEEN),
        (END, End.MARKED),
        (END + b"anything", End.MARKED),
        (bytes(10240), End.MARKED),
        (bytes(BLOCK), End.BETWEEN),
        (bytes(BLOCK + 100), End.CUT),
        (bytes(100), End.CUT),
        (bytes(BLOCK) + file("hidden"), End.CUT),
        (extension(b"x", record(b"path", b"y")), End.CUT),
        (extension(b"L", b"y"), End.CUT),
        (extension(b"g", record(b"comment", b"y")), End.BETWEEN),
        (header(b"y", 1), End.CUT),
        (header(b"y", 1) + b"y", End.CUT),
    ],
)
def test_how_an_archive_ends_is_told(tail: bytes, end: End):
    archive = read(file("x", b"abc"), tail)
    assert archive.members[0].entry.path == "x"
    assert archive.end is end


def test_a_view_that_ends_in_a_file_has_its_beginning():
    archive = read(header(b"x", 10**6), b"begin")
    assert archive.members[0].entry == Entry("x", Kind.FILE, 10**6)
    assert bytes(archive.members[0].content) == b"begin"
    assert archive.end is End.CUT


def test_there_is_a_limit_to_entries():
    archive = read(header(b"x") * (MAX_ENTRIES + 1))
    assert (len(archive.members), archive.end) == (MAX_ENTRIES, End.CUT)


@pytest.mark.parametrize("style", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_an_archive_cut_anywhere_gives_its_first_entries(style: int):
    link = tarfile.TarInfo("/".join(["l" * 40] * 2))
    link.type, link.linkname = tarfile.SYMTYPE, "t" * 90
    if style != tarfile.USTAR_FORMAT:
        link.name, link.linkname = "l" * 120, "t" * 120
    data = written(
        style, (tarfile.TarInfo("x"), b"abc" * 300), (link, b""), (tarfile.TarInfo("y"), b"")
    )
    whole = read_archive(data)
    assert len(whole.members) == 3
    for length in range(len(data)):
        part = read_archive(data[:length])
        count = len(part.members)
        assert [m.entry for m in part.members] == [m.entry for m in whole.members[:count]]
        for seen, full in zip(part.members, whole.members, strict=False):
            assert bytes(full.content).startswith(bytes(seen.content))
        assert part.end is not End.MARKED or count == 3
