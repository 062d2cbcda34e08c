import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.parts import require
from webhook.oci import Descriptor, Digest, ImageConfig, MediaType
from webhook.sandbox.layout import write_docker_archive, write_layout, write_oci_archive
from webhook.sandbox.store import Store

API = "shop/api"


def inspect(source: str) -> dict[str, Any]:
    """What skopeo says of an image."""
    command = [require("skopeo"), "inspect", source]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    return dict(json.loads(done.stdout))


def saved(file: Path, name: str) -> bytes:
    with tarfile.open(file) as archive:
        found = archive.extractfile(name)
        assert found is not None
        return found.read()


def test_a_layout_names_every_tag_and_holds_what_they_lead_to(store: Store, tmp_path: Path) -> None:
    write_layout(store, API, tmp_path)
    assert json.loads((tmp_path / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    index = json.loads((tmp_path / "index.json").read_text())
    tags = [e["annotations"]["org.opencontainers.image.ref.name"] for e in index["manifests"]]
    assert tags == list(store.repositories[API].tags)
    blobs = list((tmp_path / "blobs" / "sha256").iterdir())
    assert all(Digest("sha256", blob.name).matches(blob.read_bytes()) for blob in blobs)
    manifests = {digest.partition(":")[2] for digest in store.repositories[API].manifests}
    assert manifests <= {blob.name for blob in blobs}


def test_nothing_of_another_repository_is_written(store: Store, tmp_path: Path) -> None:
    write_layout(store, "shop/web", tmp_path)
    # The manifest, its config and four layers.
    assert len(list((tmp_path / "blobs" / "sha256").iterdir())) == 6


def test_skopeo_reads_the_layout_and_its_archive(store: Store, tmp_path: Path) -> None:
    write_layout(store, API, tmp_path / "layout")
    write_oci_archive(store, API, tmp_path / "layout.tar")
    digest = store.repositories[API].tags["2-slim"]
    assert inspect(f"oci:{tmp_path}/layout:2-slim")["Digest"] == digest
    assert inspect(f"oci-archive:{tmp_path}/layout.tar:2-slim")["Digest"] == digest


def test_skopeo_reads_the_docker_archive(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    write_docker_archive(store, API, file)
    found = inspect(f"docker-archive:{file}:shop/api:4-optimised")
    assert found["Architecture"] == "amd64"
    assert "PYTHONUNBUFFERED=1" in found["Env"]
    assert len(found["Layers"]) == 7


def test_a_docker_archive_holds_layers_unpacked_under_the_names_asked_for(
    store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "images.tar"
    write_docker_archive(store, API, file, {"2-slim": "registry.example.com/api:1.0"})
    (entry,) = json.loads(saved(file, "manifest.json"))
    assert entry["RepoTags"] == ["registry.example.com/api:1.0"]
    config = ImageConfig.parse(saved(file, entry["Config"]))
    assert entry["Config"] == f"{Digest.of(config.raw).hex}.json"
    layers = [str(Digest.of(saved(file, path))) for path in entry["Layers"]]
    assert tuple(layers) == config.diff_ids
    repositories = json.loads(saved(file, "repositories"))
    top = entry["Layers"][-1].partition("/")[0]
    assert repositories == {"registry.example.com/api": {"1.0": top}}


def test_an_image_for_another_machine_cannot_be_saved_as_docker_does(tmp_path: Path) -> None:
    store = Store()
    index = {"schemaVersion": 2, "mediaType": MediaType.OCI_INDEX, "manifests": []}
    put: Descriptor = store.put_manifest("a", json.dumps(index).encode(), MediaType.OCI_INDEX, "1")
    with pytest.raises(LookupError, match=f"no linux/amd64 in {put.digest}"):
        write_docker_archive(store, "a", tmp_path / "a.tar")
