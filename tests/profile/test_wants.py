"""What to fetch next: the questions asked of an index, one answer at a time."""

from typing import Any

from webhook.errors import FailureKind
from webhook.oci import (
    Descriptor,
    Digest,
    Image,
    ImageConfig,
    Index,
    Manifest,
    MediaType,
    Platform,
    Unavailable,
)
from webhook.profile.need import Need, Question
from webhook.profile.wants import AskConfig, AskManifest, Known, images, wants

AMD64, ARM64 = Platform("linux", "amd64"), Platform("linux", "arm64")
WINDOWS = Platform("windows", "amd64")
BOTH = Question(Need.MANIFEST | Need.CONFIG)
ATTESTATION = {"vnd.docker.reference.type": "attestation-manifest"}


def digest(name: str) -> Digest:
    return Digest.of(name.encode())


def entry(name: str, platform: Platform | None, **more: Any) -> Descriptor:
    return Descriptor(more.pop("kind", MediaType.OCI_MANIFEST), digest(name), 100, platform, **more)


def index(*entries: Descriptor) -> Index:
    return Index(MediaType.OCI_INDEX, entries, {})


def manifest(name: str) -> Manifest:
    described = Descriptor(MediaType.OCI_CONFIG, digest(f"config of {name}"), 10)
    return Manifest(MediaType.OCI_MANIFEST, described, (), {})


def config(platform: Platform = AMD64) -> ImageConfig:
    return ImageConfig.parse(
        f'{{"os":"{platform.os}","architecture":"{platform.architecture}"}}'.encode()
    )


ROOT = digest("root")
TWO = index(entry("amd64", AMD64), entry("arm64", ARM64))


def test_a_manifest_asks_for_its_config_where_that_is_needed():
    known = Known(ROOT, manifest("one"))
    assert wants(known, Question(Need.MANIFEST), (AMD64,)) == ()
    assert wants(known, BOTH, (AMD64,)) == (AskConfig(manifest("one").config),)


def test_an_index_asks_for_every_platform_wanted_at_once():
    (first, second) = TWO.manifests
    assert wants(Known(ROOT, TWO), BOTH, (AMD64, ARM64)) == (
        AskManifest(first),
        AskManifest(second),
    )


def test_a_platform_that_is_not_offered_is_left_out():
    assert wants(Known(ROOT, TWO), BOTH, (AMD64, WINDOWS)) == (AskManifest(TWO.manifests[0]),)


def test_an_image_that_offers_none_of_them_is_looked_at_as_what_it_is():
    only_arm = index(entry("arm64", ARM64))
    assert wants(Known(ROOT, only_arm), BOTH, (AMD64,)) == (AskManifest(only_arm.manifests[0]),)
    (found,) = images(Known(ROOT, only_arm).learn(digest("arm64"), manifest("arm")), (AMD64,))
    assert isinstance(found, Image)
    assert found.platform == ARM64


def test_attestations_are_never_images():
    attested = index(
        entry("amd64", AMD64),
        entry("statement", Platform("unknown", "unknown"), annotations=ATTESTATION),
        entry("another", AMD64, annotations=ATTESTATION),
    )
    assert wants(Known(ROOT, attested), BOTH, (AMD64,)) == (AskManifest(attested.manifests[0]),)
    alone = index(entry("statement", AMD64, annotations=ATTESTATION))
    (found,) = images(Known(ROOT, alone), (AMD64,))
    assert found == Unavailable(
        FailureKind.UNSUPPORTED, "the index names no image of a known platform"
    )


def test_one_manifest_for_two_platforms_is_asked_for_once():
    shared = index(entry("same", AMD64), entry("same", ARM64))
    asked = wants(Known(ROOT, shared), BOTH, (AMD64, ARM64))
    assert {ask.descriptor.digest for ask in asked} == {digest("same")}


def test_a_nested_index_is_followed_twice_and_no_further():
    nested = index(entry("inner", AMD64, kind=MediaType.OCI_INDEX))
    known = Known(ROOT, nested)
    inner = index(entry("amd64", AMD64))
    known = known.learn(digest("inner"), inner)
    assert wants(known, BOTH, (AMD64,)) == (AskManifest(inner.manifests[0]),)
    deeper = known.learn(digest("amd64"), index(entry("third", AMD64)))
    assert wants(deeper, BOTH, (AMD64,)) == ()
    (found,) = images(deeper, (AMD64,))
    assert isinstance(found, Unavailable)
    assert "more than 2 deep" in found.detail


def test_a_nested_index_without_the_platform_is_said():
    nested = index(entry("inner", AMD64, kind=MediaType.OCI_INDEX))
    known = Known(ROOT, nested).learn(digest("inner"), index(entry("arm64", ARM64)))
    (found,) = images(known, (AMD64,))
    assert found == Unavailable(
        FailureKind.UNSUPPORTED, "the nested index names no linux/amd64 image"
    )


def test_a_failure_ends_its_own_platform_only():
    failure = Unavailable(FailureKind.NOT_FOUND, "gone")
    known = Known(ROOT, TWO).learn(digest("amd64"), failure)
    known = known.learn(digest("arm64"), manifest("arm"))
    assert wants(known, BOTH, (AMD64, ARM64)) == (AskConfig(manifest("arm").config),)
    known = known.learn(manifest("arm").config.digest, config(ARM64))
    first, second = images(known, (AMD64, ARM64))
    assert first == failure
    assert isinstance(second, Image)
    assert (second.digest, second.digests[0]) == (digest("arm64"), ROOT)


def test_a_config_that_failed_makes_the_image_unknown():
    failure = Unavailable(FailureKind.DIGEST_MISMATCH, "other bytes")
    known = Known(ROOT, manifest("one")).learn(manifest("one").config.digest, failure)
    assert wants(known, BOTH, (AMD64,)) == ()
    assert images(known, (AMD64,)) == (failure,)


def test_a_single_manifest_is_of_the_platform_that_its_config_says():
    known = Known(ROOT, manifest("one")).learn(manifest("one").config.digest, config(ARM64))
    (found,) = images(known, (AMD64,))
    assert isinstance(found, Image)
    assert (found.platform, found.digest, found.digests) == (ARM64, ROOT, (ROOT,))


def test_without_its_config_it_is_taken_for_what_was_asked():
    (found,) = images(Known(ROOT, manifest("one")), (ARM64,))
    assert isinstance(found, Image)
    assert found.platform == ARM64


def test_every_platform_offered_is_meant_where_none_is_named():
    assert len(wants(Known(ROOT, TWO), BOTH, ())) == 2


def test_what_did_not_arrive_is_said():
    (found,) = images(Known(ROOT, TWO), (AMD64,))
    assert found == Unavailable(FailureKind.TIMEOUT, "the manifest did not arrive in time")
