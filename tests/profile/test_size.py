import pytest

from tests.profile.images import Json, buildkit, image, layer
from webhook.layer import Entry, Kind, Look
from webhook.oci import MediaType
from webhook.profile import Size, profile
from webhook.profile.seen import Seen

GZIP, ZSTD, TAR = MediaType.OCI_LAYER_GZIP, MediaType.OCI_LAYER_ZSTD, MediaType.OCI_LAYER


def size_of(*layers: Json, history: list[Json] | None = None, **more: object) -> Size:
    return profile(image(history or [], layers=layers, **more)).size  # type: ignore[arg-type]


def test_pull_size_is_exactly_the_sum_of_the_layers() -> None:
    assert size_of(layer(29_780_765), layer(1_293_270, 1), layer(249, 2)).pull == 31_074_284


def test_a_compressed_layer_is_estimated_with_bounds() -> None:
    unpacked = size_of(layer(1_000_000)).unpacked
    assert (unpacked.value, unpacked.low, unpacked.high) == (2_750_000, 2_062_500, 3_437_500)
    assert unpacked.method == "ratio"


def test_zstd_packs_tighter_than_gzip() -> None:
    assert size_of(layer(1_000_000, 0, ZSTD)).unpacked.value == 3_200_000


@pytest.mark.parametrize("media_type", [TAR, "application/vnd.docker.image.rootfs.diff.tar"])
def test_an_uncompressed_layer_is_as_big_as_its_tar(media_type: str) -> None:
    unpacked = size_of(layer(1_000_000, 0, media_type)).unpacked
    assert (unpacked.value, unpacked.low, unpacked.high) == (970_874, 941_748, 1_000_000)
    assert (unpacked.method, unpacked.confidence) == ("plain", 90)


def test_a_blob_that_is_its_own_diff_id_is_not_compressed() -> None:
    described = layer(1_000_000)
    size = size_of(described, diff_ids=[described["digest"]])
    assert size.unpacked.method == "plain"
    assert size.layers[0].unpacked == 970_874


def test_an_annotation_says_the_uncompressed_size() -> None:
    annotated = {
        **layer(1_000_000),
        "annotations": {"io.containers.estargz.uncompressed-size": "4000000"},
    }
    size = size_of(annotated)
    assert (size.unpacked.high, size.unpacked.method) == (4_000_000, "annotation")
    assert size.layers[0].unpacked == 3_883_495


@pytest.mark.parametrize("text", ["", "-1", "1e9", "9" * 40, "٣", "999999", "1032000001"])
def test_an_annotation_that_is_no_size_is_not_believed(text: str) -> None:
    annotated = {
        **layer(1_000_000),
        "annotations": {"io.containers.estargz.uncompressed-size": text},
    }
    assert size_of(annotated).unpacked.method == "ratio"


def test_one_estimated_layer_makes_the_whole_an_estimate() -> None:
    size = size_of(layer(1_000_000, 0, TAR), layer(1_000_000, 1))
    assert (size.unpacked.value, size.unpacked.method) == (3_720_874, "ratio")
    assert size.unpacked.confidence == 50
    assert [each.unpacked for each in size.layers] == [970_874, None]


def sized(described: Json, seen: Seen, *more: Json) -> Size:
    """The size of an image of whose first layer something was read."""
    about = image([], layers=(described, *more))
    return profile(about, {about.manifest.layers[0].digest: seen}).size


def test_the_trailer_of_gzip_says_the_length_of_the_tar() -> None:
    unpacked = sized(layer(1_000_000), Seen(told=3_000_000)).unpacked
    assert (unpacked.low, unpacked.value, unpacked.high) == (2_825_243, 2_912_621, 3_000_000)
    assert (unpacked.method, unpacked.confidence) == ("isize", 90)


@pytest.mark.parametrize("told", [0, 3072, 979_999, 200_000_001])
def test_a_trailer_that_makes_no_sense_is_that_of_something_else(told: int) -> None:
    """eStargz and padding say 0, zstd:chunked its first frame, two members the second's length."""
    assert sized(layer(1_000_000), Seen(told=told)).unpacked.method == "ratio"


def test_of_several_members_the_trailer_tells_the_last_only() -> None:
    seen = Seen(head=Look((), complete=False, members=2), told=1_530_000)
    assert sized(layer(1_000_000), seen).unpacked.method == "ratio"


def test_a_large_layer_that_hardly_shrank_is_estimated_with_its_trailer_as_the_least() -> None:
    unpacked = sized(layer(100_000_000), Seen(told=105_000_000)).unpacked
    assert (unpacked.method, unpacked.value) == ("ratio", 275_000_000)
    assert unpacked.low < 100_000_000
    assert sized(layer(1_000_000), Seen(told=1_050_000)).unpacked.method == "isize"


def test_what_a_trailer_cannot_count_is_made_up_for_and_never_sure() -> None:
    told = 4_300_000_000 * 2 - 2 * 2**32
    unpacked = sized(layer(3_200_000_000), Seen(told=told)).unpacked
    assert 8_300_000_000 < unpacked.value < 8_600_000_000
    assert unpacked.low == 3_200_000_000
    assert unpacked.confidence == 50


def test_a_zstd_frame_may_say_what_is_in_it() -> None:
    assert sized(layer(1_000_000, 0, ZSTD), Seen(told=4_120_000)).unpacked.method == "frame"
    assert sized(layer(78_000_000, 0, ZSTD), Seen(told=3072)).unpacked.method == "ratio"


def test_a_table_of_contents_and_a_layer_seen_whole_are_exact() -> None:
    files = (Entry("a", Kind.FILE, 2_500_000),)
    for by, method in (("toc", "toc"), ("head", "files")):
        look = Look(files, complete=True, by=by, unpacked=2_500_000)  # type: ignore[arg-type]
        seen = Seen(toc=look) if by == "toc" else Seen(head=look)
        unpacked = sized(layer(1_000_000), seen).unpacked
        assert (unpacked.low, unpacked.high, unpacked.method) == (2_500_000, 2_500_000, method)


def test_what_little_is_not_known_leaves_medium_confidence() -> None:
    unpacked = sized(layer(8_000_000), Seen(told=24_000_000), layer(2_000_000, 1)).unpacked
    assert (unpacked.confidence, unpacked.method) == (70, "ratio")
    less = sized(layer(7_900_000), Seen(told=24_000_000), layer(2_100_000, 1)).unpacked
    assert less.confidence == 50


def test_tiny_layers_are_not_worth_asking_for() -> None:
    unpacked = sized(layer(1_000_000), Seen(told=3_000_000), layer(98, 1)).unpacked
    assert (unpacked.method, unpacked.confidence) == ("isize", 90)


def test_the_own_layers_are_measured_by_themselves() -> None:
    history = buildkit("ADD rootfs.tar.xz /", 'CMD ["bash"]', "COPY . .")
    about = image(history, layers=(layer(5_000_000), layer(1_000_000, 1)))
    seen = {about.manifest.layers[1].digest: Seen(told=3_000_000)}
    own = profile(about, seen).size.own
    assert own is not None
    assert (own.high, own.method) == (3_000_000, "isize")


def test_an_image_without_layers_weighs_nothing() -> None:
    size = size_of()
    assert (size.pull, size.unpacked.value, size.largest) == (0, 0, None)


HISTORY = buildkit(
    "ADD rootfs.tar.xz /", 'CMD ["bash"]', "ENV A=b", "RUN make", "WORKDIR /app", "COPY . ."
)


def test_layers_are_matched_with_the_steps_that_made_them() -> None:
    size = size_of(*(layer(10 * i, i) for i in range(4)), history=HISTORY)
    assert [each.created_by for each in size.layers] == [
        "ADD rootfs.tar.xz / # buildkit",
        "RUN /bin/sh -c make # buildkit",
        "WORKDIR /app",
        "COPY . . # buildkit",
    ]
    assert [each.own for each in size.layers] == [False, True, True, True]
    assert size.largest is size.layers[3]


@pytest.mark.parametrize("count", [1, 3, 5])
def test_nothing_is_matched_when_the_counts_differ(count: int) -> None:
    size = size_of(*(layer(10, i) for i in range(count)), history=HISTORY)
    assert {(each.created_by, each.own) for each in size.layers} == {(None, None)}


def test_what_made_a_layer_is_told_in_one_printable_line() -> None:
    history = [{"created_by": f"RUN /bin/sh -c \x1b[31m{'x' * 500}\n# buildkit"}]
    created_by = size_of(layer(1), history=history).layers[0].created_by
    assert created_by is not None
    assert len(created_by) <= 120
    assert created_by.isprintable()
