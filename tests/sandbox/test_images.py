import zlib

import pytest

from webhook.oci import Digest, ImageConfig, Index, Manifest, MediaType, parse_document
from webhook.sandbox.images import SAMPLES, Sample, stock
from webhook.sandbox.store import Store

by_name = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def image(store: Store, sample: Sample) -> tuple[Manifest, ImageConfig]:
    """The sample for linux/amd64."""
    repository = store.repositories[sample.repository]
    digest = repository.tags[sample.tag]
    document = parse_document(repository.manifests[digest][1])
    if isinstance(document, Index):
        document = parse_document(repository.manifests[str(document.manifests[0].digest)][1])
    assert isinstance(document, Manifest)
    return document, ImageConfig.parse(store.blobs[str(document.config.digest)])


def named(name: str) -> Sample:
    return next(sample for sample in SAMPLES if sample.name == name)


def test_names_and_places_are_unique() -> None:
    assert len({sample.name for sample in SAMPLES}) == len(SAMPLES)
    assert len({(sample.repository, sample.tag) for sample in SAMPLES}) == len(SAMPLES)


@by_name
def test_an_image_is_built_the_same_every_time(sample: Sample) -> None:
    assert sample.build(Store()) == sample.build(Store())


@by_name
def test_everything_an_image_names_is_there_and_is_what_it_says(
    store: Store, sample: Sample
) -> None:
    manifest, config = image(store, sample)
    assert len(manifest.layers) == len(config.diff_ids)
    assert len(manifest.layers) == sum(not entry.empty_layer for entry in config.history)
    for layer, diff_id in zip(manifest.layers, config.diff_ids, strict=True):
        blob = store.blobs[str(layer.digest)]
        assert layer.digest.matches(blob)
        assert layer.size == len(blob)
        assert str(Digest.of(zlib.decompress(blob, wbits=31))) == diff_id


def test_stock_builds_every_sample(store: Store) -> None:
    fresh = Store()
    assert [str(pushed.digest) for pushed in stock(fresh)] == [
        store.repositories[sample.repository].tags[sample.tag] for sample in SAMPLES
    ]
    assert fresh.repositories.keys() == store.repositories.keys()


def test_the_journey_gets_smaller_with_every_step(store: Store) -> None:
    steps = [image(store, sample)[0].pull_size for sample in SAMPLES[:4]]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 10 * steps[3]


def test_every_step_mends_what_the_one_before_left(store: Store) -> None:
    full, slim, staged, best = (image(store, sample)[1] for sample in SAMPLES[:4])
    assert [step.config.user or "" for step in (full, slim, staged, best)] == [
        *("", "", "appuser", "10001"),
    ]
    assert "pip install -r" in " ".join(entry.created_by or "" for entry in full.history)
    assert "--no-cache-dir" in " ".join(entry.created_by or "" for entry in slim.history)
    assert staged.env["PATH"].startswith("/app/.venv/bin:")
    assert "PYTHONUNBUFFERED" not in staged.env
    assert (best.env["PYTHONUNBUFFERED"], best.env["PYTHONDONTWRITEBYTECODE"]) == ("1", "1")


def test_manifests_are_of_the_kind_that_their_builder_pushes(store: Store) -> None:
    kinds = {sample.name: image(store, sample)[0].media_type for sample in SAMPLES}
    docker = {name for name, kind in kinds.items() if kind == MediaType.DOCKER_MANIFEST}
    assert docker == {"full", "compiler"}
    assert set(kinds.values()) == {MediaType.DOCKER_MANIFEST, MediaType.OCI_MANIFEST}


def test_buildah_records_the_base_it_built_from(store: Store) -> None:
    manifest, config = image(store, named("multi-stage"))
    prefix = "org.opencontainers.image.base"
    assert manifest.annotations[f"{prefix}.name"] == "docker.io/library/python:3.13-slim-trixie"
    assert Digest.parse(manifest.annotations[f"{prefix}.digest"])
    assert config.labels == {"io.buildah.version": "1.41.5"}


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        ("shell-form", ["/bin/sh", "-c", "gunicorn --bind 0.0.0.0:$PORT app.web:app"]),
        ("flask-run", ["flask", "run", "--host=0.0.0.0"]),
        ("runserver", ["python", "manage.py", "runserver", "0:8000"]),
        ("web", ["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]),
        ("distroless", ["/usr/bin/python3.13", "-m", "app"]),
    ],
)
def test_a_sample_starts_what_it_shows(store: Store, name: str, argv: list[str]) -> None:
    config = image(store, named(name))[1].config
    assert [*(config.entrypoint or ()), *(config.cmd or ())] == argv
