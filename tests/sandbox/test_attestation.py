import json

from webhook.oci import Index, Manifest, Platform, parse_document
from webhook.sandbox.images import SAMPLES
from webhook.sandbox.store import Store

OPTIMISED = next(sample for sample in SAMPLES if sample.name == "optimised")


def index(store: Store) -> Index:
    repository = store.repositories[OPTIMISED.repository]
    document = parse_document(repository.manifests[repository.tags[OPTIMISED.tag]][1])
    assert isinstance(document, Index)
    return document


def test_an_index_offers_two_platforms_and_an_attestation_of_each(store: Store) -> None:
    found = index(store)
    assert found.platforms == (Platform("linux", "amd64"), Platform("linux", "arm64"))
    attestations = [entry for entry in found.manifests if entry.is_attestation]
    assert [str(entry.platform) for entry in attestations] == ["unknown/unknown"] * 2
    subjects = [entry.annotations["vnd.docker.reference.digest"] for entry in attestations]
    assert subjects == [str(entry.digest) for entry in found.images]


def test_an_attestation_holds_provenance_that_names_the_base(store: Store) -> None:
    manifests = store.repositories[OPTIMISED.repository].manifests
    for entry in index(store).manifests[2:]:
        document = parse_document(manifests[str(entry.digest)][1])
        assert isinstance(document, Manifest)
        (layer,) = document.layers
        assert layer.media_type == "application/vnd.in-toto+json"
        assert layer.annotations["in-toto.io/predicate-type"].startswith("https://slsa.dev/")
        statement = json.loads(store.blobs[str(layer.digest)])
        subject = statement["subject"][0]["digest"]["sha256"]
        assert entry.annotations["vnd.docker.reference.digest"] == f"sha256:{subject}"
        (material,) = statement["predicate"]["materials"]
        assert material["uri"].startswith("pkg:docker/python@3.13-slim-trixie?platform=linux%2F")


def test_platforms_differ_in_the_machine_their_programs_are_for(store: Store) -> None:
    manifests = store.repositories[OPTIMISED.repository].manifests
    first, second = (
        parse_document(manifests[str(entry.digest)][1]) for entry in index(store).images
    )
    assert isinstance(first, Manifest)
    assert isinstance(second, Manifest)
    assert first.layers[0].digest != second.layers[0].digest
