import pytest

from webhook.errors import UsageError
from webhook.layer import Entry, Kind, Look, Program
from webhook.oci import Descriptor, Digest, MediaType
from webhook.policy.files import layers_of

BLOBS = tuple(Descriptor(MediaType.OCI_LAYER_GZIP, Digest.of(bytes([at])), 1000) for at in range(2))


def look(*lines: str) -> Look:
    (seen,) = layers_of(BLOBS, {1: lines}).values()
    assert seen.head is not None
    return seen.head


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("usr/bin/gcc 1M", Entry("usr/bin/gcc", Kind.FILE, 1_000_000)),
        ("app/main.py", Entry("app/main.py", Kind.FILE, 1000)),
        ("app/.git/", Entry("app/.git", Kind.DIRECTORY)),
        ("usr/bin/cc => gcc-14", Entry("usr/bin/cc", Kind.SYMLINK, link="gcc-14")),
        ("root/id_rsa 2k = private key", Entry("root/id_rsa", Kind.FILE, 2000)),
        ("app/.wh.x", Entry("app/.wh.x", Kind.FILE, 1000)),
    ],
)
def test_a_line_is_a_file(line: str, entry: Entry):
    assert look(line).entries == (entry,)


def test_what_was_seen_of_a_file_stands_behind_it():
    seen = look(
        "root/id_rsa = private key",
        "usr/bin/python3 -> /lib/ld-musl-x86_64.so.1",
        "etc/alpine-release << 3.22.1\n",
    )
    assert seen.secrets == {"root/id_rsa": "private key"}
    assert seen.programs == {"usr/bin/python3": Program("/lib/ld-musl-x86_64.so.1", "amd64")}
    assert seen.texts == {"etc/alpine-release": "3.22.1\n"}


def test_a_layer_was_seen_to_its_end_unless_it_says_that_it_goes_on():
    whole, part = look("a 1k", "b 2k"), look("a 1k", "b 2k", "...")
    assert (whole.complete, whole.unpacked) == (True, 3000)
    assert (part.complete, part.unpacked) == (False, None)
    assert part.entries == whole.entries
    assert look().complete


def test_a_layer_is_named_by_its_index():
    assert set(layers_of(BLOBS, {1: ("a",)})) == {BLOBS[1].digest}
    with pytest.raises(UsageError, match="there is no layer 2: the image has 2, from 0"):
        layers_of(BLOBS, {2: ("a",)})


@pytest.mark.parametrize("line", ["", "a b c", "usr/bin/gcc 1M 2M", "a x"])
def test_a_line_that_is_no_file_is_refused(line: str):
    with pytest.raises(UsageError, match="not a file"):
        look(line)
