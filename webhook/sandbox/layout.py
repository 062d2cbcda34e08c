"""Repositories of a store, written to disk in the formats that tools exchange images in.

Sources: OCI image-spec image-layout.md; Docker image specification v1.2 (``docker save``).
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from webhook.oci import Descriptor, Digest, Index, Manifest, parse_document
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.sandbox.build import wire
from webhook.sandbox.layers import File, tarball
from webhook.sandbox.store import Repository, Store

REF_NAME = "org.opencontainers.image.ref.name"
_MARKER = b'{"imageLayoutVersion":"1.0.0"}'


def write_layout(store: Store, repository: str, folder: Path) -> None:
    """Write a repository as an OCI image layout: every tag, and nothing that no tag leads to."""
    for file in _layout_files(store, repository):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)


def write_oci_archive(store: Store, repository: str, file: Path) -> None:
    """Write a repository as an OCI image layout in a tar archive."""
    file.write_bytes(tarball(_layout_files(store, repository)))


def write_docker_archive(
    store: Store, repository: str, file: Path, names: dict[str, str] | None = None
) -> None:
    """Write a repository as ``docker save`` did before Docker 25, for linux/amd64.

    ``names`` is tag → the name to save it under; all tags, under ``repository:tag``, without it.
    """
    kept = store.repositories[repository]
    named = names or {tag: f"{repository}:{tag}" for tag in kept.tags}
    file.write_bytes(tarball(_docker_files(store, kept, named)))


def _layout_files(store: Store, repository: str) -> Iterator[File]:
    kept = store.repositories[repository]
    entries = []
    blobs: dict[str, bytes] = {}
    for tag, digest in kept.tags.items():
        media_type, data = kept.manifests[digest]
        named = Descriptor(media_type, Digest.of(data), len(data), annotations={REF_NAME: tag})
        entries.append(wire(named))
        blobs |= _reachable(store, kept, digest)
    index = {"schemaVersion": 2, "manifests": entries}
    yield File("oci-layout", _MARKER)
    yield File("index.json", json.dumps(index).encode())
    for digest, data in blobs.items():
        yield File(f"blobs/{digest.replace(':', '/')}", data)


def _reachable(store: Store, kept: Repository, digest: str) -> dict[str, bytes]:
    """A manifest or index and everything it leads to, by digest."""
    media_type, data = kept.manifests[digest]
    document = parse_document(data, media_type)
    found = {digest: data}
    if isinstance(document, Index):
        for child in document.manifests:
            found |= _reachable(store, kept, str(child.digest))
        return found
    parts = (document.config, *document.layers)
    return found | {str(part.digest): store.blobs[str(part.digest)] for part in parts}


def _docker_files(store: Store, kept: Repository, names: dict[str, str]) -> Iterator[File]:
    entries: list[dict[str, Any]] = []
    repositories: dict[str, dict[str, str]] = {}
    for tag, name in names.items():
        manifest = _for_amd64(kept, kept.tags[tag])
        config = f"{manifest.config.digest.hex}.json"
        yield File(config, store.blobs[str(manifest.config.digest)])
        folders = list(_chain(manifest))
        for folder, layer in zip(folders, manifest.layers, strict=True):
            yield File(f"{folder}/VERSION", b"1.0")
            yield File(f"{folder}/json", json.dumps({"id": folder}).encode())
            tar = zlib.decompress(store.blobs[str(layer.digest)], wbits=31)
            yield File(f"{folder}/layer.tar", tar)
        paths = [f"{folder}/layer.tar" for folder in folders]
        entries.append({"Config": config, "RepoTags": [name], "Layers": paths})
        saved, _, saved_tag = name.rpartition(":")
        repositories.setdefault(saved, {})[saved_tag] = folders[-1]
    yield File("manifest.json", json.dumps(entries).encode())
    yield File("repositories", json.dumps(repositories).encode())


def _for_amd64(kept: Repository, digest: str) -> Manifest:
    media_type, data = kept.manifests[digest]
    document = parse_document(data, media_type)
    if isinstance(document, Manifest):
        return document
    chosen = document.select(DEFAULT_PLATFORM)
    if chosen is None:
        raise LookupError(f"no {DEFAULT_PLATFORM} in {digest}")
    return _for_amd64(kept, str(chosen.digest))


def _chain(manifest: Manifest) -> Iterator[str]:
    """Names for the layers' folders: each depends on all layers below it."""
    parent = ""
    for layer in manifest.layers:
        parent = hashlib.sha256(f"{parent} {layer.digest}".encode()).hexdigest()
        yield parent
