from hypothesis import given
from hypothesis import strategies as st

from webhook.layer import Entry, Kind, Look


def look(*paths: str, kind: Kind = Kind.FILE) -> Look:
    return Look(tuple(Entry(path, kind) for path in paths), complete=True)


def test_a_whiteout_removes_a_file_and_a_folder_with_everything_in_it():
    later = look("usr/bin/.wh.gcc", "opt/.wh.tools", ".wh.top")
    assert later.whiteouts.removed == {"usr/bin/gcc", "opt/tools", "top"}
    for path in ("usr/bin/gcc", "opt/tools", "opt/tools/bin/ld", "top/x/y"):
        assert later.removes(path)
    for path in ("usr/bin", "usr/bin/gcc-12", "opt", "opt/tools2", "xtop", ""):
        assert not later.removes(path)


def test_an_opaque_folder_is_empty_below_and_still_there():
    later = look("usr/lib/.wh..wh..opq")
    assert later.whiteouts.emptied == {"usr/lib"}
    assert later.removes("usr/lib/x/y")
    assert not later.removes("usr/lib")
    assert not later.removes("usr/lib64/x")


def test_an_opaque_root_hides_everything():
    later = look(".wh..wh..opq")
    assert later.removes("etc/passwd")
    assert later.removes("etc")


def test_what_was_kept_for_aufs_removes_nothing():
    later = look(".wh..wh.aufs", ".wh..wh.plnk/x", "a/.wh..wh.orph", ".wh..", ".wh...", "a/.wh.")
    assert later.whiteouts == (frozenset(), frozenset())
    assert not later.removes("a")
    assert not later.removes("aufs")


def test_whatever_is_no_folder_replaces_what_was_there():
    for kind in Kind:
        later = look("opt/tool", kind=kind)
        assert later.removes("opt/tool") == (kind is not Kind.DIRECTORY)
        assert later.removes("opt/tool/bin/ld") == (kind is not Kind.DIRECTORY)
        assert not later.removes("opt/tools")


def test_looks_are_equal_whatever_was_asked_of_them():
    asked, other = look(".wh.x"), look(".wh.x")
    assert asked.removes("x")
    assert asked == other


names = st.sampled_from(["a", "b", ".wh.a", ".wh.b", ".wh..wh..opq", ".wh."])
paths = st.lists(names, min_size=1, max_size=3).map("/".join)


@given(st.lists(st.tuples(paths, st.sampled_from(Kind)), max_size=8), paths)
def test_a_path_is_gone_exactly_when_something_takes_it_away(
    entries: list[tuple[str, Kind]], path: str
):
    later = Look(tuple(Entry(*each) for each in entries), complete=True)
    above = [path]
    while above[-1]:
        above.append(above[-1].rpartition("/")[0])
    assert later.removes(path) == any(
        (entry, kind) in entries
        for kind in Kind
        for place in above
        for entry in [
            *([place] if kind is not Kind.DIRECTORY and place else []),
            *([f"{place}/.wh..wh..opq".lstrip("/")] if place != path else []),
            *([_whiteout(place)] if _hides(place) else []),
        ]
    )


def _whiteout(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.wh.{name}"


def _hides(path: str) -> bool:
    """Whether there can be a whiteout of this path."""
    return bool(path) and not path.rpartition("/")[2].startswith(".wh.")
