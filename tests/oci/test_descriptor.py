import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from webhook.errors import UsageError
from webhook.oci import Descriptor, Digest, MediaType, Platform


def platform(text: str) -> Platform:
    return Platform.parse(text)


@pytest.mark.parametrize(
    "text", ["linux/amd64", "linux/arm64/v8", "windows/amd64", "linux/riscv64"]
)
def test_a_platform_reads_as_it_is_written(text: str):
    assert str(platform(text)) == text


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("linux/x86_64", "linux/amd64"),
        ("linux/x86-64", "linux/amd64"),
        ("linux/aarch64", "linux/arm64"),
        ("linux/i386", "linux/386"),
    ],
)
def test_other_peoples_words_for_an_architecture_are_understood(text: str, means: str):
    assert platform(text) == platform(means)


@pytest.mark.parametrize(
    "text",
    ["", "linux", "amd64/", "/amd64", "linux//v8", "a/b/c/d", "linux/amd64\n", "línux/amd64"],
)
def test_anything_else_is_no_platform(text: str):
    with pytest.raises(UsageError, match="os/architecture"):
        platform(text)


@given(st.text() | st.text("abc/\n", max_size=12))
def test_no_text_is_met_with_anything_but_a_platform_or_a_usage_error(text: str):
    assert str(attempt(platform, text, UsageError)).isprintable()


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("linux/amd64", "linux/amd64"),
        ("linux/arm64", "linux/arm64/v8"),
        ("linux/arm64/v8", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64/v8"),
        ("linux/arm", "linux/arm/v7"),
        ("linux/arm/v7", "linux/arm"),
        ("linux/amd64/v3", "linux/amd64"),
    ],
)
def test_an_image_satisfies_what_leaves_its_variant_out_or_implies_it(image: str, wanted: str):
    assert platform(image).satisfies(platform(wanted))


@pytest.mark.parametrize(
    ("image", "wanted"),
    [
        ("linux/amd64", "linux/arm64"),
        ("linux/amd64", "windows/amd64"),
        ("linux/arm64", "linux/arm64/v9"),
        ("linux/arm/v6", "linux/arm/v7"),
        ("linux/amd64", "linux/amd64/v3"),
    ],
)
def test_another_os_architecture_or_variant_does_not_satisfy(image: str, wanted: str):
    assert not platform(image).satisfies(platform(wanted))


def test_versions_and_features_count_only_where_they_are_asked_for():
    image = Platform("windows", "amd64", os_version="10.0.1", os_features=frozenset({"a", "b"}))
    plain = Platform("windows", "amd64")
    assert image.satisfies(plain)
    assert image.satisfies(Platform("windows", "amd64", os_version="10.0.1"))
    assert image.satisfies(Platform("windows", "amd64", os_features=frozenset({"a"})))
    assert not image.satisfies(Platform("windows", "amd64", os_version="10.0.2"))
    assert not image.satisfies(Platform("windows", "amd64", os_features=frozenset({"c"})))
    assert not plain.satisfies(Platform("windows", "amd64", os_version="10.0.1"))


@pytest.mark.parametrize(
    ("where", "annotations", "is_attestation"),
    [
        ("linux/amd64", {}, False),
        (None, {}, False),
        ("unknown/unknown", {}, True),
        ("unknown/amd64", {}, True),
        ("linux/amd64", {"vnd.docker.reference.type": "attestation-manifest"}, True),
        (None, {"vnd.docker.reference.type": ""}, True),
        ("linux/amd64", {"vnd.docker.reference.digest": "sha256:00"}, False),
    ],
)
def test_index_entries_that_describe_another_are_no_images(
    where: str | None, annotations: dict[str, str], is_attestation: bool
):
    at = platform(where) if where else None
    entry = Descriptor(MediaType.OCI_MANIFEST, Digest.of(b""), 0, at, annotations)
    assert entry.is_attestation is is_attestation
