import tracemalloc

import pytest

from tests.layer.crafted import END, file, frame, member, skippable, stargz
from webhook.layer.window import MAX_INFLATED, MAX_MEMBERS, Window, open_window

TEXT = bytes(range(256)) * 100


@pytest.mark.parametrize(
    ("blob", "compression"),
    [(member(TEXT), "gzip"), (frame(TEXT), "zstd"), (frame(TEXT, told=False), "zstd")],
)
def test_what_is_packed_is_unpacked(blob: bytes, compression: str):
    assert open_window(blob) == Window(TEXT, 1, True, compression)


def test_what_is_not_packed_is_taken_as_it_is():
    assert open_window(TEXT) == Window(TEXT, 1, True, "plain")
    assert open_window(b"") == Window(b"", 1, True, "plain")


@pytest.mark.parametrize("pack", [member, frame])
def test_members_are_unpacked_one_behind_the_other(pack):
    blob = b"".join(map(pack, (b"one", b"", b"two", TEXT)))
    window = open_window(blob)
    assert window.content == b"onetwo" + TEXT
    assert (window.members, window.complete) == (4, True)


@pytest.mark.parametrize("pack", [member, frame])
@pytest.mark.parametrize("behind", [bytes(512), b"\0", b"garbage", b"\x1f\x8b\x09 and more"])
def test_what_is_behind_the_last_member_is_its_end(pack, behind: bytes):
    assert open_window(pack(TEXT) + behind)[:3] == (TEXT, 1, True)


def test_skippable_frames_are_skipped_wherever_they_stand():
    blob = (
        skippable(b"front", 15) + frame(b"one") + skippable(b"") + frame(b"two") + skippable(TEXT)
    )
    assert open_window(blob) == Window(b"onetwo", 2, True, "zstd")


def test_a_skippable_frame_that_goes_beyond_the_view_does_not_end_in_it():
    blob = frame(b"one") + skippable(TEXT)
    assert open_window(blob[:-1]) == Window(b"one", 1, False, "zstd")
    assert open_window(skippable(TEXT)[:-1]) == Window(b"", 0, False, "zstd")


@pytest.mark.parametrize("pack", [member, frame])
def test_a_blob_cut_anywhere_gives_the_beginning_and_is_not_complete(pack):
    blob = pack(TEXT[:700]) + pack(TEXT[:300])
    whole = TEXT[:700] + TEXT[:300]
    first = len(pack(TEXT[:700]))
    for length in range(4, len(blob)):
        window = open_window(blob[:length])
        assert whole.startswith(window.content)
        # Where a member has ended, or not even the magic of the next one is in view, nothing more
        # can be seen to follow.
        assert window.complete == (first <= length < first + (3 if pack is member else 4))


@pytest.mark.parametrize("at", [40, -1])
@pytest.mark.parametrize("pack", [member, frame])
def test_damage_ends_the_window(pack, at: int):
    good, bad = pack(TEXT), bytearray(pack(TEXT * 9))
    bad[at] ^= 0xFF
    window = open_window(good + bytes(bad) + good)
    assert window.content.startswith(TEXT)
    assert (TEXT * 10).startswith(window.content)
    assert (window.members, window.complete) == (2, False)


@pytest.mark.parametrize("pack", [member, frame])
def test_output_is_bounded(pack):
    blob = pack(TEXT * 4) * 3
    for limit in (1, 100, len(TEXT) * 4 - 1, len(TEXT) * 8 + 7):
        window = open_window(blob, limit=limit)
        assert window.content == (TEXT * 12)[:limit]
        assert not window.complete
    assert open_window(TEXT, limit=100) == Window(TEXT[:100], 1, False, "plain")


@pytest.mark.parametrize("pack", [lambda data: member(data, 9), frame])
def test_a_bomb_costs_no_more_than_the_bound(pack):
    bomb = pack(bytes(64 * 1024 * 1024))
    assert len(bomb) < 1_000_000
    tracemalloc.start()
    try:
        window = open_window(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(window.content), window.complete) == (MAX_INFLATED, False)
    assert peak < 3 * MAX_INFLATED


def test_a_frame_that_asks_for_too_much_memory_is_not_unpacked():
    # Magic, a header without content size, window of 16 MiB; then one block of three bytes.
    head, block = b"\x28\xb5\x2f\xfd\x00", b"\x19\x00\x00abc"
    assert open_window(head + bytes([14 << 3]) + block) == Window(b"", 1, False, "zstd")
    assert open_window(head + bytes([13 << 3]) + block) == Window(b"abc", 1, True, "zstd")


@pytest.mark.parametrize("pack", [member, frame])
def test_there_is_a_limit_to_members(pack):
    window = open_window(pack(b"") * (MAX_MEMBERS + 1))
    assert (window.members, window.complete) == (MAX_MEMBERS, False)


def test_there_is_a_limit_to_skippable_frames():
    blob = skippable(b"") * MAX_MEMBERS + frame(TEXT)
    assert open_window(blob) == Window(b"", 0, False, "zstd")


def test_the_many_members_of_estargz_are_one_archive():
    files = {f"usr/bin/tool-{number}": TEXT[:number] for number in range(1, 100)}
    blob, offset, _ = stargz(files)
    window = open_window(blob)
    assert window.members == 3 * len(files) + 2
    assert window.complete
    assert window.content.startswith(b"".join(file(name, data) for name, data in files.items()))
    assert window.content.endswith(END)
    assert not open_window(blob[: offset - 1]).complete
