import gzip as stdlib_gzip
import io
import tarfile

from webhook.oci import Digest
from webhook.sandbox.layers import MODIFIED, File, Folder, Link, bulk, gzip, pack, tarball


def members(data: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        return archive.getmembers()


def test_entries_stand_in_order_by_component_with_their_parents_first() -> None:
    tar = tarball([File("usr/bin/b"), File("usr-local"), File("usr/bin/a"), Link("bin", "usr/bin")])
    assert [member.name for member in members(tar)] == [
        *("bin", "usr", "usr/bin", "usr/bin/a", "usr/bin/b", "usr-local"),
    ]


def test_headers_say_what_an_entry_is() -> None:
    tmp, link, file = members(
        tarball([Folder("tmp", 0o1777), File("x", b"abc", 0o755, 10001), Link("up", "../x")])
    )
    by_name = {member.name: member for member in (tmp, link, file)}
    assert by_name["tmp"].isdir()
    assert by_name["tmp"].mode == 0o1777
    assert by_name["up"].issym()
    assert by_name["up"].linkname == "../x"
    assert (by_name["x"].size, by_name["x"].mode, by_name["x"].uid) == (3, 0o755, 10001)
    assert {member.mtime for member in by_name.values()} == {MODIFIED}


def test_an_archive_ends_in_two_empty_blocks_and_no_more() -> None:
    assert tarball([]) == bytes(1024)
    assert len(tarball([File("x", b"abc")])) == 512 + 512 + 1024


def test_gzip_is_headed_as_go_writes_it_and_reads_back() -> None:
    packed = gzip(b"layer" * 1000)
    assert packed[:10] == bytes.fromhex("1f8b08000000000000ff")
    assert stdlib_gzip.decompress(packed) == b"layer" * 1000


def test_a_layer_carries_the_digest_of_what_is_inside() -> None:
    entries = [File("app/app.py", b"print()\n")]
    layer = pack(entries)
    assert layer.diff_id == Digest.of(tarball(entries))
    assert stdlib_gzip.decompress(layer.blob) == tarball(entries)
    assert pack(entries) == layer


def test_bulk_is_as_big_as_asked_packed_and_unpacked() -> None:
    data = bulk("x", 10_000, 30_000)
    assert len(data) == 30_000
    assert 10_000 <= len(gzip(data)) <= 10_300
    assert data == bulk("x", 10_000, 30_000) != bulk("y", 10_000, 30_000)
