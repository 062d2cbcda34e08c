import gzip
import io
import tarfile
from pathlib import Path

import pytest

from tests.archive.crafted import file, link, tar
from webhook.archive.tar import Member, Tar
from webhook.errors import FailureKind, FetchError, UsageError


def problem(path: Path) -> FetchError:
    """How scanning an archive fails."""
    with pytest.raises(FetchError) as caught:
        Tar.scan(path)
    return caught.value


def test_files_are_found_without_being_read(tmp_path: Path) -> None:
    found = Tar.scan(tar(tmp_path / "a", ("x", b"1234567"), ("./d//y", b"ab")))
    assert found.members == {
        "x": Member(512, 7, b"1234"),
        "d/y": Member(1536, 2, b"ab"),
    }
    assert found.read("x", 7) == b"1234567"
    assert found.read("d/y", 100) == b"ab"


def test_the_last_of_two_equal_names_is_what_unpacking_would_leave(tmp_path: Path) -> None:
    assert Tar.scan(tar(tmp_path / "a", ("x", b"1"), ("./x", b"22"))).read("x", 9) == b"22"


@pytest.mark.parametrize("style", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_long_names_are_read_in_every_format(tmp_path: Path, style: int) -> None:
    name = "/".join(["a" * 60] * 3)
    with tarfile.open(tmp_path / "a", "w", format=style) as archive:
        for header, data in (file(name, b"content"), file("short", b"!")):
            archive.addfile(header, io.BytesIO(data))
        if style != tarfile.USTAR_FORMAT:
            archive.addfile(link("link", name))
    found = Tar.scan(tmp_path / "a")
    assert found.read(name, 99) == b"content"
    assert found.read("short", 9) == b"!"
    if style != tarfile.USTAR_FORMAT:
        assert found.measure("link").size == 7


def test_sizes_beyond_octal_are_read_in_base_256(tmp_path: Path) -> None:
    block = bytearray(file("big", b"x" * 600)[0].tobuf(tarfile.USTAR_FORMAT))
    block[124:136] = b"\x80" + (600).to_bytes(11, "big")
    path = tmp_path / "a"
    path.write_bytes(_signed(block) + (b"x" * 600).ljust(1024, b"\0"))
    assert Tar.scan(path).measure("big").size == 600


def test_a_pax_header_may_say_the_size_and_things_that_do_not_matter(tmp_path: Path) -> None:
    body = b"20 mtime=1785892334\n" + b"12 size=600\n"
    extension, data = file("pax", body)
    extension.type = tarfile.XHDTYPE
    blocks = [extension.tobuf(tarfile.USTAR_FORMAT), data.ljust(512, b"\0")]
    blocks += [file("big", b"")[0].tobuf(tarfile.USTAR_FORMAT), (b"x" * 600).ljust(1024, b"\0")]
    (tmp_path / "a").write_bytes(b"".join(blocks))
    assert Tar.scan(tmp_path / "a").read("big", 999) == b"x" * 600


def test_a_compressed_archive_reads_the_same(tmp_path: Path) -> None:
    plain = Tar.scan(tar(tmp_path / "a", ("x", b"1234567"), ("y", b"ab" * 9999), link("l", "y")))
    (tmp_path / "b").write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
    packed = Tar.scan(tmp_path / "b")
    assert packed.members == plain.members
    assert packed.read("y", 99999) == b"ab" * 9999


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE])
def test_one_link_is_followed_to_measure_and_none_to_read(tmp_path: Path, kind: bytes) -> None:
    target = "x/layer" if kind == tarfile.LNKTYPE else "../x/layer"
    found = Tar.scan(tar(tmp_path / "a", ("x/layer", b"1234567"), link("y/layer", target, kind)))
    assert found.measure("y/layer").size == 7
    with pytest.raises(FetchError, match="y/layer is a link"):
        found.read("y/layer", 99)


def test_links_to_links_and_to_nothing_lead_nowhere(tmp_path: Path) -> None:
    found = Tar.scan(tar(tmp_path / "a", link("a", "b"), link("b", "a"), link("c", "gone")))
    with pytest.raises(FetchError, match="links to a link"):
        found.measure("a")
    with pytest.raises(FetchError, match="there is no gone") as caught:
        found.measure("c")
    assert caught.value.kind == FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    "entry",
    [
        ("../x", b""),
        ("a/../../x", b""),
        ("/etc/passwd", b""),
        link("x", "/etc/passwd"),
        link("x", "../etc/passwd"),
        link("a/x", "../../etc/passwd"),
        link("x", "../etc/passwd", tarfile.LNKTYPE),
    ],
)
def test_an_archive_that_points_outside_itself_is_refused(
    tmp_path: Path, entry: tuple[str, bytes] | tarfile.TarInfo
) -> None:
    error = problem(tar(tmp_path / "a", ("fine", b"x"), entry))
    assert error.kind == FailureKind.MALFORMED
    assert "outside the archive" in error.detail


@pytest.mark.parametrize("name", ["../a", "/a", "x/../../a"])
def test_names_asked_for_are_checked_like_names_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(FetchError, match="outside the archive"):
        Tar.scan(tar(tmp_path / "a", ("a", b"x"))).read(name, 9)


def test_reading_is_bounded(tmp_path: Path) -> None:
    found = Tar.scan(tar(tmp_path / "a", ("x", b"1234567")))
    with pytest.raises(FetchError, match="x is larger than 6 bytes") as caught:
        found.read("x", 6)
    assert caught.value.kind == FailureKind.TOO_LARGE


@pytest.mark.parametrize("kept", [512 + 100, 512 + 4096 - 1])
def test_an_archive_cut_short_is_malformed(tmp_path: Path, kept: int) -> None:
    path = tar(tmp_path / "a", ("x", b"x" * 4096), ("y", b"y"))
    path.write_bytes(path.read_bytes()[:kept])
    assert problem(path).kind == FailureKind.MALFORMED


def test_a_header_cut_short_is_malformed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a", ("x", b"x"), ("y", b"y"))
    path.write_bytes(path.read_bytes()[: 1024 + 300])
    assert problem(path).detail == "bad tar header at byte 1024"


@pytest.mark.parametrize("kept", [40, 200])
def test_a_compressed_archive_cut_short_is_malformed(tmp_path: Path, kept: int) -> None:
    path = tar(tmp_path / "a", ("x", bytes(range(256)) * 64))
    path.write_bytes(gzip.compress(path.read_bytes())[:kept])
    assert problem(path).kind == FailureKind.MALFORMED


def test_a_compressed_archive_of_half_an_archive_is_malformed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a", ("x", bytes(range(256)) * 64))
    path.write_bytes(gzip.compress(path.read_bytes()[:2048]))
    assert problem(path).detail == "the archive is cut short"


def test_a_damaged_stream_is_malformed(tmp_path: Path) -> None:
    path = tar(tmp_path / "a", ("x", bytes(range(256)) * 64))
    packed = bytearray(gzip.compress(path.read_bytes()))
    packed[60:70] = b"\xff" * 10
    path.write_bytes(packed)
    assert problem(path).kind == FailureKind.MALFORMED


def test_a_file_said_to_be_bigger_than_the_archive_is_not_looked_for(tmp_path: Path) -> None:
    header, _ = file("x", b"")
    header.size = 2**33
    block = header.tobuf(tarfile.GNU_FORMAT)
    for number, data in enumerate((block, gzip.compress(block))):
        (tmp_path / str(number)).write_bytes(data)
        assert "cut short, or a bomb" in problem(tmp_path / str(number)).detail


def test_there_is_a_limit_to_entries(tmp_path: Path) -> None:
    block = file("x", b"")[0].tobuf(tarfile.USTAR_FORMAT)
    (tmp_path / "a").write_bytes(gzip.compress(block * 100_001, compresslevel=1))
    error = problem(tmp_path / "a")
    assert (error.kind, error.detail) == (
        FailureKind.TOO_LARGE,
        "the archive has more than 100000 entries",
    )


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_extensions_are_bounded(tmp_path: Path, kind: bytes) -> None:
    header, data = file("x", b"0" * 5000)
    header.type = kind
    path = tmp_path / "a"
    path.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + data.ljust(5120, b"\0"))
    assert problem(path).kind == FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    "body",
    [b"9 size=-1\n", b"999 path=x\n", b"0 path=x\n", b"-5 path=x\n", b"x path=y\n", b"path\n"],
)
def test_a_bad_extension_is_malformed(tmp_path: Path, body: bytes) -> None:
    header, data = file("x", body)
    header.type = tarfile.XHDTYPE
    path = tmp_path / "a"
    path.write_bytes(header.tobuf(tarfile.USTAR_FORMAT) + data.ljust(512, b"\0"))
    assert problem(path).detail == "bad pax header"


@pytest.mark.parametrize(
    "size", [b"-0000000001\0", b"0000000009\0\0", b"\xff" * 12, b"1_000\0      "]
)
def test_a_bad_size_is_malformed(tmp_path: Path, size: bytes) -> None:
    good = bytearray(file("x", b"")[0].tobuf(tarfile.USTAR_FORMAT))
    bad = bytearray(good)
    bad[124:136] = size
    path = tmp_path / "a"
    path.write_bytes(bytes(good) + _signed(bad))
    assert problem(path).detail == "bad tar header at byte 512"


def test_anything_else_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xfd7zXZ\0" + bytes(1000))
    with pytest.raises(UsageError, match="not a tar archive, nor one compressed with gzip"):
        Tar.scan(tmp_path / "a")


def test_a_file_that_went_away_is_told(tmp_path: Path) -> None:
    found = Tar.scan(tar(tmp_path / "a", ("x", b"1")))
    (tmp_path / "a").unlink()
    with pytest.raises(FetchError, match="cannot read a: No such file") as caught:
        found.read("x", 9)
    assert caught.value.kind == FailureKind.UNREACHABLE


def _signed(block: bytearray) -> bytes:
    """The header with its checksum put right."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)
