import pytest

from tests.layer.crafted import END, extension, file, header, padded, record
from webhook.layer import Entry, Kind
from webhook.layer.tar import MAX_RECORDS, MAX_SIZE, Archive, End, read_archive


def read(*parts: bytes) -> Archive:
    return read_archive(b"".join(parts))


def paths(*parts: bytes) -> list[str]:
    return [member.entry.path for member in read(*parts).members]


NAME = b"/".join([b"n" * 60] * 5)


@pytest.mark.parametrize(
    "long",
    [
        extension(b"L", NAME + b"\0"),
        extension(b"L", NAME),
        extension(b"x", record(b"path", NAME)),
        extension(b"x", record(b"mtime", b"1.5") + record(b"path", NAME)),
        extension(b"x", record(b"path", b"other")) + extension(b"L", NAME + b"\0"),
        extension(b"L", NAME + b"\0") + extension(b"x", record(b"path", b"other")),
        extension(b"x", record(b"path", b"other")) + extension(b"x", record(b"path", NAME)),
    ],
)
def test_long_names_stand_in_front_of_their_entry(long: bytes):
    assert paths(long, file("short", b"abc"), file("next")) == [NAME.decode(), "next"]


def test_long_links_stand_in_front_of_their_entry():
    link = header(b"x", kind=b"2", link=b"short")
    for long in (extension(b"K", NAME + b"\0"), extension(b"x", record(b"linkpath", NAME))):
        assert read(long, link, file("y")).members[0].entry.link == NAME.decode()


def test_a_pax_record_without_a_value_says_nothing():
    records = record(b"path", b"") + record(b"linkpath", b"") + record(b"size", b"")
    (found,) = read(extension(b"x", records), file("x", b"abc")).members
    assert found.entry == Entry("x", Kind.FILE, 3)


def test_a_pax_header_may_say_the_size():
    archive = read(
        extension(b"x", record(b"size", b"600")), file("x"), padded(b"a" * 600), file("y")
    )
    assert [member.entry for member in archive.members] == [
        Entry("x", Kind.FILE, 600),
        Entry("y", Kind.FILE, 0),
    ]
    assert bytes(archive.members[0].content) == b"a" * 600


@pytest.mark.parametrize(
    "body",
    [
        record(b"size", b"-1"),
        record(b"size", b"+1"),
        record(b"size", b"1.5"),
        record(b"size", b"9" * 4000),
        record(b"size", b"%d" % (MAX_SIZE + 1)),
        b"999 path=x\n",
        b"0 path=x\n",
        b"-5 path=x\n",
        b"4 x\n",
        b"10 path=xx",
        b"9 path-x\n",
        b"path=x\n",
        b"10  path=x\n\n",
        record(b"path", b"x") + b"\0",
        b"123456789 path=x\n",
        b"10 =value\n",
        record(b"uid", b"0") * MAX_RECORDS + record(b"gid", b"0"),
    ],
)
def test_a_bad_pax_header_ends_the_view(body: bytes):
    archive = read(file("seen"), extension(b"x", body), file("x"), END)
    assert [member.entry.path for member in archive.members] == ["seen"]
    assert archive.end is End.CUT


def test_global_pax_headers_do_not_count():
    everything = extension(b"g", record(b"path", b"wrong") + record(b"size", b"9"))
    assert paths(everything, file("x"), file("y")) == ["x", "y"]
    assert paths(extension(b"g", b"not even a record"), file("x")) == ["x"]
    # What stands in front of it belongs to it.
    assert paths(extension(b"x", record(b"path", b"wrong")), everything, file("x")) == ["x"]


@pytest.mark.parametrize("kind", [b"x", b"L", b"K"])
@pytest.mark.parametrize("size", [4097, 2**30, MAX_SIZE])
def test_extensions_are_bounded(kind: bytes, size: int):
    field = b"\x80" + size.to_bytes(11, "big")
    archive = read(file("seen"), header(b"x", field, kind), padded(b"n" * 9000), file("hidden"))
    assert [member.entry.path for member in archive.members] == ["seen"]
    assert archive.end is End.CUT


def test_the_longest_extension_is_read():
    name = b"/".join([b"n" * 255] * 16)
    assert paths(extension(b"L", name + b"\0"), file("x")) == [name.decode()]


def test_a_name_with_nul_in_a_pax_header_is_left_out():
    assert paths(extension(b"x", record(b"path", b"a\0b")), file("x"), file("y")) == ["y"]


def test_as_many_records_are_read_as_the_bound_allows():
    records = record(b"uid", b"0") * (MAX_RECORDS - 1) + record(b"path", b"long")
    assert paths(extension(b"x", records), file("x")) == ["long"]
