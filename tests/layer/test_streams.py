import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layer.crafted import frame, member, skippable
from webhook.layer.streams import isize, zstd_content_size


@pytest.mark.parametrize("size", [0, 1, 70_000])
def test_the_end_of_a_gzip_blob_tells_what_it_unpacks_to(size: int):
    assert isize(member(bytes(size))[-4:]) == size


def test_of_several_members_the_last_one_is_told():
    assert isize(member(bytes(100)) + member(bytes(7))) == 7


def test_more_than_four_gib_wrap_around():
    assert isize(struct.pack("<I", (2**32 + 5) % 2**32)) == 5


@pytest.mark.parametrize("size", [1, 200, 255, 256, 65_535, 65_791, 65_792, 1_000_000])
def test_a_frame_may_tell_what_it_unpacks_to(size: int):
    blob = frame(bytes(size))
    assert zstd_content_size(blob[:18]) == size
    assert zstd_content_size(skippable(b"abc") + skippable(b"") + blob[:18]) == size


def test_of_several_frames_the_first_one_is_told():
    assert zstd_content_size(frame(bytes(3072)) + frame(bytes(99))) == 3072


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x28\xb5\x2f\xfd",
        frame(b"x" * 9, told=False),
        b"PK",
        bytes(18),
        skippable(b"abc"),
        skippable(b"abc" * 9)[:20],
        member(b"x"),
    ],
)
def test_what_is_not_told_is_not_known(head: bytes):
    assert zstd_content_size(head) is None


@given(st.binary(max_size=40))
def test_no_bytes_are_met_with_an_error(data: bytes):
    assert isize(data) >= 0
    for head in (data, b"\x28\xb5\x2f\xfd" + data, skippable(data) + data):
        size = zstd_content_size(head)
        assert size is None or size >= 0
