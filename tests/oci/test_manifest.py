import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.oci.documents import (
    Json,
    descriptor,
    docker_manifest,
    encoded,
    entry,
    index,
    manifest,
    without,
)
from tests.oci.strategies import documents, json_values
from webhook.errors import FailureKind, FetchError
from webhook.oci import Index, Manifest, MediaType, Platform, parse_document
from webhook.oci.manifest import MAX_CHILDREN, MAX_DOCUMENT, MAX_LAYERS, MAX_SIZE

LAYER = descriptor(size=10)
DOCKER_LIST = index(entry(), mediaType=MediaType.DOCKER_LIST)


def read_manifest(document: Json, media_type: str | None = None) -> Manifest:
    read = parse_document(encoded(document), media_type)
    assert isinstance(read, Manifest)
    return read


def read_index(document: Json, media_type: str | None = None) -> Index:
    read = parse_document(encoded(document), media_type)
    assert isinstance(read, Index)
    return read


def refused(raw: bytes, media_type: str | None = None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        parse_document(raw, media_type)
    assert caught.value.detail.isprintable()
    return caught.value


@pytest.mark.parametrize("document", [manifest(LAYER), docker_manifest(LAYER)])
def test_oci_and_docker_manifests_are_read_alike(document: Json):
    read = read_manifest(document)
    assert read.media_type == document["mediaType"]
    assert read.config.media_type == document["config"]["mediaType"]
    assert [str(layer.digest) for layer in read.layers] == [LAYER["digest"]]


@pytest.mark.parametrize("document", [index(entry()), DOCKER_LIST])
def test_oci_indexes_and_docker_lists_are_read_alike(document: Json):
    read = read_index(document)
    assert read.media_type == document["mediaType"]
    assert read.platforms == (Platform("linux", "amd64"),)


def test_the_pull_size_is_that_of_the_layers_alone():
    document = manifest(descriptor(size=10), descriptor(size=32))
    assert read_manifest(document).pull_size == 42


def test_annotations_are_kept():
    assert read_manifest(manifest(annotations={"a": "b"})).annotations == {"a": "b"}
    assert read_index(index(annotations={"a": "b"})).annotations == {"a": "b"}


@pytest.mark.parametrize(
    ("document", "carrier", "expected"),
    [
        (without(manifest(LAYER), "mediaType"), None, MediaType.OCI_MANIFEST),
        (without(manifest(LAYER), "mediaType"), MediaType.OCI_MANIFEST, MediaType.OCI_MANIFEST),
        (
            without(docker_manifest(LAYER), "mediaType"),
            f"{MediaType.DOCKER_MANIFEST}; charset=utf-8",
            MediaType.DOCKER_MANIFEST,
        ),
        (docker_manifest(LAYER), MediaType.OCI_MANIFEST, MediaType.DOCKER_MANIFEST),
        (docker_manifest(LAYER), "text/plain", MediaType.DOCKER_MANIFEST),
        (without(index(entry()), "mediaType"), None, MediaType.OCI_INDEX),
        (without(index(), "mediaType"), None, MediaType.OCI_INDEX),
        (without(index(entry()), "mediaType"), MediaType.DOCKER_LIST, MediaType.DOCKER_LIST),
    ],
)
def test_the_documents_own_media_type_wins_then_the_carriers_then_the_shape(
    document: Json, carrier: str | None, expected: str
):
    assert parse_document(encoded(document), carrier).media_type == expected


@pytest.mark.parametrize(
    "document",
    [
        index(entry(), config=descriptor(MediaType.OCI_CONFIG)),
        index(entry(), layers=[]),
        manifest(LAYER, manifests=[]),
        without(index(entry(), config=descriptor(), layers=[]), "mediaType"),
    ],
)
def test_a_document_that_is_manifest_and_index_at_once_is_malformed(document: Json):
    error = refused(encoded(document))
    assert (error.kind, error.detail) == (
        FailureKind.MALFORMED,
        "document is a manifest and an index at once",
    )


SCHEMA_1 = {"schemaVersion": 1, "name": "x", "tag": "1", "fsLayers": [{"blobSum": "sha256:0"}]}


@pytest.mark.parametrize(
    ("document", "carrier"),
    [
        (SCHEMA_1, None),
        (without(SCHEMA_1, "schemaVersion"), None),
        ({"schemaVersion": 2}, MediaType.DOCKER_SCHEMA1),
        (without(SCHEMA_1, "fsLayers"), MediaType.DOCKER_SCHEMA1_SIGNED),
    ],
)
def test_schema_1_is_called_by_its_name(document: Json, carrier: str | None):
    error = refused(encoded(document), carrier)
    assert error.kind is FailureKind.UNSUPPORTED
    assert "schema 1" in error.detail


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (manifest(config=descriptor("application/vnd.cncf.helm.config.v1+json")), "helm"),
        (manifest(config=descriptor("x/y"), artifactType="application/spdx"), "spdx"),
        (manifest(config=descriptor("")), "no config media type"),
        (manifest(config=descriptor("a\nb")), r"a\nb"),
        (manifest(mediaType="application/vnd.oci.artifact.manifest.v1+json"), "artifact.manifest"),
        (without(manifest(), "mediaType") | {"mediaType": "text/html"}, "text/html"),
    ],
)
def test_artifacts_are_called_by_their_type(document: Json, name: str):
    error = refused(encoded(document))
    assert error.kind is FailureKind.UNSUPPORTED
    assert name in error.detail


def test_an_image_may_have_an_artifact_type_of_its_own():
    assert read_manifest(manifest(artifactType="application/vnd.my.app")).pull_size == 0


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"schemaVersion": 2},
        without(manifest(), "config"),
        without(manifest(), "layers"),
        manifest(config=None),
        manifest(layers=None),
        manifest(layers=[None]),
        manifest(config="x"),
        manifest(LAYER | {"size": -1}),
        manifest(LAYER | {"size": MAX_SIZE + 1}),
        manifest(LAYER | {"size": 10**400}),
        manifest(LAYER | {"size": "1"}),
        manifest(LAYER | {"size": None}),
        manifest(LAYER | {"digest": "sha256:00"}),
        manifest(LAYER | {"digest": "../../etc/passwd"}),
        manifest(LAYER | {"digest": 5}),
        manifest(without(LAYER, "digest")),
        manifest(without(LAYER, "size")),
        manifest(schemaVersion="2"),
        manifest(annotations={"a": 1}),
        index(None),
        index(manifests={}),
        index(entry() | {"digest": "x"}),
        without(index(), "manifests"),
        [],
        "manifest",
        None,
    ],
)
def test_what_is_broken_is_malformed(document: object):
    assert refused(encoded(document)).kind is FailureKind.MALFORMED


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"mediaType": "\xff"}',
        encoded(manifest()) + b"x",
        b'{"x":' + b"[" * 100_000,
        b'{"annotations":' + b'{"a":' * 100_000,
    ],
)
def test_bytes_that_are_no_json_or_nested_without_end_are_malformed(raw: bytes):
    assert refused(raw).kind is FailureKind.MALFORMED


def test_a_document_above_the_limit_is_too_large_and_not_even_read():
    raw = encoded(manifest(annotations={"a": "x" * MAX_DOCUMENT}))
    assert refused(raw).kind is FailureKind.TOO_LARGE
    padded = encoded(manifest())
    assert isinstance(parse_document(padded.ljust(MAX_DOCUMENT)), Manifest)


def test_too_many_layers_or_entries_are_too_large():
    assert len(read_manifest(manifest(*[LAYER] * MAX_LAYERS)).layers) == MAX_LAYERS
    assert refused(encoded(manifest(*[LAYER] * (MAX_LAYERS + 1)))).kind is FailureKind.TOO_LARGE
    assert len(read_index(index(*[entry()] * MAX_CHILDREN)).manifests) == MAX_CHILDREN
    assert refused(encoded(index(*[entry()] * (MAX_CHILDREN + 1)))).kind is FailureKind.TOO_LARGE


def test_nulls_stand_for_what_is_absent():
    layer = LAYER | {"platform": None, "annotations": None, "artifactType": None}
    document = manifest(layer, annotations=None, artifactType=None, manifests=None, fsLayers=None)
    assert read_manifest(document).pull_size == 10
    nothing = {"os": None, "architecture": None, "variant": None, "os.features": None}
    (only,) = read_index(index(descriptor(platform=nothing))).manifests
    assert only.platform is None


def test_the_platform_of_an_entry_is_read_whole():
    where = {
        "os": "windows",
        "architecture": "amd64",
        "os.version": "10.0.1",
        "os.features": ["win32k"],
        "variant": "",
    }
    (only,) = read_index(index(descriptor(platform=where))).manifests
    expected = Platform("windows", "amd64", None, "10.0.1", frozenset({"win32k"}))
    assert only.platform == expected


def test_attestations_are_neither_images_nor_platforms():
    attestation = entry("unknown/unknown", annotations={"vnd.docker.reference.type": "x"})
    read = read_index(index(entry("linux/amd64"), attestation, entry("linux/arm64")))
    assert len(read.manifests) == 3
    assert len(read.images) == 2
    assert [str(platform) for platform in read.platforms] == ["linux/amd64", "linux/arm64"]
    assert read.select(Platform.parse("unknown/unknown")) is None


@pytest.mark.parametrize(
    ("offered", "wanted", "chosen"),
    [
        (["linux/amd64", "linux/arm64"], "linux/arm64", 1),
        (["linux/arm64/v8"], "linux/arm64", 0),
        (["linux/arm64"], "linux/arm64/v8", 0),
        (["linux/arm/v5", "linux/arm/v6", "linux/arm/v7"], "linux/arm/v7", 2),
        (["linux/arm/v5", "linux/arm/v6"], "linux/arm/v7", 1),
        (["linux/arm/v5"], "linux/arm/v7", 0),
        (["linux/arm/v5", "linux/arm/v7"], "linux/arm/v6", 0),
        (["linux/arm/v5", "linux/arm/v7"], "linux/arm", 1),
        (["linux/arm/v8"], "linux/arm", 0),
        (["linux/arm/v7"], "linux/arm/v6", None),
        (["linux/amd64/v3", "linux/amd64"], "linux/amd64", 1),
        (["linux/amd64/v3"], "linux/amd64", 0),
        (["linux/amd64"], "linux/amd64/v3", None),
        (["linux/mips/v6"], "linux/mips/v7", None),
        (["linux/amd64", "linux/amd64"], "linux/amd64", 0),
        (["windows/amd64"], "linux/amd64", None),
        ([None, "linux/amd64"], "linux/amd64", 1),
        ([], "linux/amd64", None),
    ],
)
def test_the_entry_of_a_platform_is_its_own_variants_before_a_lesser_one(
    offered: list[str | None], wanted: str, chosen: int | None
):
    read = read_index(
        index(*(entry(text, annotations={"n": str(n)}) for n, text in enumerate(offered)))
    )
    found = read.select(Platform.parse(wanted))
    assert (found and found.annotations["n"]) == (None if chosen is None else str(chosen))


KEYS = [
    "schemaVersion",
    "mediaType",
    "artifactType",
    "config",
    "layers",
    "manifests",
    "annotations",
]


@given(
    raw=st.binary() | documents(KEYS) | json_values.map(encoded),
    media_type=st.none() | st.text() | st.sampled_from(MediaType.DOCUMENTS),
)
def test_no_bytes_are_met_with_anything_but_a_document_or_a_fetch_error(
    raw: bytes, media_type: str | None
):
    found = attempt(lambda bytes_: parse_document(bytes_, media_type), raw, FetchError)
    assert not isinstance(found, FetchError) or found.detail.isprintable()
