import pytest

from tests.profile.images import Json, buildkit, image, layer
from webhook.oci import MediaType
from webhook.profile import Size, profile

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
    assert (unpacked.value, unpacked.low, unpacked.high) == (1_000_000, 950_000, 1_000_000)
    assert unpacked.method == "plain"


def test_a_blob_that_is_its_own_diff_id_is_not_compressed() -> None:
    described = layer(1_000_000)
    size = size_of(described, diff_ids=[described["digest"]])
    assert size.unpacked.method == "plain"
    assert size.layers[0].unpacked == 1_000_000


def test_an_annotation_says_the_uncompressed_size() -> None:
    annotated = {
        **layer(1_000_000),
        "annotations": {"io.containers.estargz.uncompressed-size": "4000000"},
    }
    size = size_of(annotated)
    assert (size.unpacked.value, size.unpacked.method) == (4_000_000, "annotation")
    assert size.layers[0].unpacked == 4_000_000


@pytest.mark.parametrize("text", ["", "-1", "1e9", "9" * 40, "٣"])
def test_an_annotation_that_is_no_size_is_not_believed(text: str) -> None:
    annotated = {
        **layer(1_000_000),
        "annotations": {"io.containers.estargz.uncompressed-size": text},
    }
    assert size_of(annotated).unpacked.method == "ratio"


def test_one_estimated_layer_makes_the_whole_an_estimate() -> None:
    size = size_of(layer(1_000_000, 0, TAR), layer(1_000_000, 1))
    assert (size.unpacked.value, size.unpacked.method) == (3_750_000, "ratio")
    assert [each.unpacked for each in size.layers] == [1_000_000, None]


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
