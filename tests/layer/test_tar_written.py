"""Whatever the standard library writes is read as the standard library reads it."""

import io
import tarfile

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.layer.crafted import written
from webhook.layer import Kind
from webhook.layer.path import normal
from webhook.layer.tar import End, read_archive

KINDS = {
    tarfile.REGTYPE: Kind.FILE,
    tarfile.AREGTYPE: Kind.FILE,
    tarfile.CONTTYPE: Kind.FILE,
    tarfile.DIRTYPE: Kind.DIRECTORY,
    tarfile.SYMTYPE: Kind.SYMLINK,
    tarfile.LNKTYPE: Kind.HARDLINK,
    tarfile.FIFOTYPE: Kind.OTHER,
    tarfile.CHRTYPE: Kind.OTHER,
    tarfile.BLKTYPE: Kind.OTHER,
}
parts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0/"), max_size=80)
names = st.lists(parts | st.sampled_from(["", ".", "..", "usr"]), min_size=1, max_size=6).map(
    "/".join
)


@st.composite
def members(draw) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(draw(names))
    member.type = draw(st.sampled_from(list(KINDS)))
    member.mode = draw(st.integers(0, 0o7777))
    member.mtime = draw(st.integers(0, 2**40) | st.floats(0, 2e9))
    member.uid = draw(st.integers(0, 2**31))
    if member.type in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        member.linkname = draw(names)
    # The oldest type of file is a folder when its name ends in a slash, and has no content then.
    is_folder = member.type == tarfile.AREGTYPE and member.name.endswith("/")
    has_content = KINDS[member.type] is Kind.FILE and not is_folder
    return member, draw(st.binary(max_size=1300)) if has_content else b""


@given(
    st.lists(members(), max_size=6),
    st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]),
)
def test_any_archive_is_read_as_it_was_written(
    given: list[tuple[tarfile.TarInfo, bytes]], style: int
):
    try:
        data = written(style, *given)
    except ValueError:  # what USTAR has no place for
        assume(False)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        expected = [
            (
                normal(member.name),
                KINDS[member.type],
                member.size if member.isreg() else 0,
                member.linkname if member.issym() or member.islnk() else "",
                member.mode,
                archive.extractfile(member).read() if member.isreg() else b"",
            )
            for member in archive
            if normal(member.name)
        ]
    found = read_archive(data)
    assert [
        (m.entry.path, m.entry.kind, m.entry.size, m.entry.link, m.mode, bytes(m.content))
        for m in found.members
    ] == expected
    assert found.end is End.MARKED
