import pytest
from pydantic import ValidationError

from tests.profile.images import layer, python_slim
from tests.rules.verdicts import enforced, facts_about, fires, profiled, verdict, violation
from webhook.oci import MediaType
from webhook.policy.rule import Action, Unknown, Violation
from webhook.profile import ImageProfile
from webhook.rules.image_size import ImageSize

MB = 1_000_000


def plain(*sizes: int) -> ImageProfile:
    """An image whose layers are not compressed, so that their size on disk is exact."""
    layers = [layer(size, n, MediaType.OCI_LAYER) for n, size in enumerate(sizes)]
    return profiled(["RUN x"] * len(sizes), layers, Cmd=["python"])


def test_without_options_the_limit_is_400_mb_on_disk():
    assert ImageSize() == ImageSize(max_unpacked=400 * MB)
    assert ImageSize(max_pull=5).max_unpacked is None


def test_both_sizes_the_limit_and_the_largest_layer_are_named():
    found = violation(ImageSize(), history=(), layers=(29 * MB, 122 * MB, 17 * MB))
    assert found.problem == (
        "about 462 MB unpacked (168 MB to pull), limit 400 MB; largest layer 122 MB"
    )
    assert found.fix == "Use a slim base and a builder stage"
    assert found.evidence == ()
    named = violation(ImageSize(), history=("RUN apt-get install gcc",), layers=(200 * MB,))
    assert named.problem.endswith("largest layer 200 MB from 'RUN apt-get install gcc'")


def test_the_pull_size_is_the_sum_of_the_layers_and_certain():
    found = violation(ImageSize(max_pull=100 * MB), layers=(60 * MB, 41 * MB))
    assert found.problem.startswith("101 MB to pull (about 278 MB unpacked), limit 100 MB")
    assert (found.confidence, found.ceiling) == (100, None)
    assert not fires(ImageSize(max_pull=100 * MB), layers=(60 * MB, 40 * MB))


def test_an_estimate_warns_and_never_denies():
    found = violation(ImageSize(), layers=(300 * MB,))
    assert found.ceiling is Action.WARN
    image = profiled(["RUN x"], [layer(300 * MB)], Cmd=["python"])
    (finding,) = enforced("image-size", image)
    assert finding.action is Action.WARN


def test_what_is_above_the_limit_even_packed_is_certain():
    found = violation(ImageSize(), layers=(401 * MB,))
    assert (found.confidence, found.ceiling) == (100, None)
    image = profiled(["RUN x"], [layer(401 * MB)], Cmd=["python"])
    assert [finding.denies for finding in enforced("image-size", image)] == [True]


@pytest.mark.parametrize(
    ("uncompressed", "confidence", "ceiling"), [(430 * MB, 90, None), (415 * MB, 90, Action.WARN)]
)
def test_a_size_that_the_builder_told_is_sure_only_when_well_above_the_limit(
    uncompressed: int, confidence: int, ceiling: Action | None
):
    told = {"io.containers.estargz.uncompressed-size": str(uncompressed)}
    image = profiled(["RUN x"], [layer(100 * MB) | {"annotations": told}], Cmd=["python"])
    found = ImageSize().check(facts_about(image))
    assert isinstance(found, Violation)
    assert (found.confidence, found.ceiling) == (confidence, ceiling)


def test_an_annotation_cannot_make_a_layer_smaller_than_it_is():
    lie = {"io.containers.estargz.uncompressed-size": "0"}
    image = profiled(["RUN x"], [layer(401 * MB) | {"annotations": lie}], Cmd=["python"])
    assert [finding.denies for finding in enforced("image-size", image)] == [True]


def test_layers_that_are_not_compressed_are_measured_and_not_estimated():
    assert ImageSize().check(facts_about(plain(390 * MB))) is None
    found = ImageSize().check(facts_about(plain(300 * MB, 200 * MB)))
    assert isinstance(found, Violation)
    assert found.ceiling is None


def test_either_limit_may_be_broken_and_the_exact_one_is_told_first():
    both = ImageSize(max_pull=10 * MB, max_unpacked=10 * MB)
    assert violation(both, layers=(11 * MB,)).problem.startswith("11 MB to pull")
    assert violation(both, layers=(5 * MB,)).problem.startswith("about 14 MB unpacked")
    assert verdict(both, layers=(3 * MB,)) is None


@pytest.mark.parametrize(("limit", "fires_"), [(32 * MB, True), (33 * MB, False)])
def test_the_base_may_be_left_out_of_account(limit: int, fires_: bool):
    history = [*python_slim(), {"created_by": "COPY . /app # buildkit"}]
    sizes = (28 * MB, MB, 12 * MB, 1, 12 * MB)
    layers = [layer(size, n) for n, size in enumerate(sizes)]
    image = profiled(history, layers, Env=["PYTHON_VERSION=3.11.9"])
    found = ImageSize(max_unpacked=limit, exclude_base=True).check(facts_about(image))
    assert isinstance(found, Violation) is fires_


def test_where_the_base_cannot_be_told_it_cannot_be_left_out():
    image = profiled([], [layer(500 * MB)])
    found = ImageSize(exclude_base=True).check(facts_about(image))
    assert found == Unknown("which layers are the base's could not be told")


def test_an_image_without_layers_has_no_size():
    assert ImageSize().check(facts_about(profiled([], [layer(0)]))) is None


@pytest.mark.parametrize("size", ["1GB", 0, -5, "x", 1.5])
def test_a_limit_is_a_quantity_above_zero(size: object):
    with pytest.raises(ValidationError):
        ImageSize.model_validate({"maxPull": size})
