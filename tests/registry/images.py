"""Small real images, made on the spot: a gzipped tar layer, a config, a manifest, an index."""

import gzip
import io
import json
import tarfile
from dataclasses import dataclass, replace
from typing import Any

from webhook.oci import Descriptor, Digest, MediaType
from webhook.sandbox.store import Store

_STATEMENT = b'{"_type": "https://in-toto.io/Statement/v0.1"}'
_STATEMENT_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Built:
    """The bytes of one image and the index that names it beside an attestation."""

    layer: bytes
    config: bytes
    manifest: bytes
    index: bytes
    attestation: bytes
    statement: bytes
    docker: bool

    @property
    def types(self) -> tuple[str, str, str, str]:
        """Media types of layer, config, manifest and index."""
        if self.docker:
            return (
                MediaType.DOCKER_LAYER_GZIP,
                MediaType.DOCKER_CONFIG,
                MediaType.DOCKER_MANIFEST,
                MediaType.DOCKER_LIST,
            )
        return (
            MediaType.OCI_LAYER_GZIP,
            MediaType.OCI_CONFIG,
            MediaType.OCI_MANIFEST,
            MediaType.OCI_INDEX,
        )


def build(user: str = "10001", *, docker: bool = False) -> Built:
    """An image that runs as ``user``; another user is another digest at every level."""
    tarred = _tar({"app/main.py": f"print({user!r})\n".encode()})
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"User": user, "Env": ["PYTHON_VERSION=3.13.1"]},
        "rootfs": {"type": "layers", "diff_ids": [str(Digest.of(tarred))]},
        "history": [{"created_by": "COPY app /app"}],
    }
    shell = Built(gzip.compress(tarred, mtime=0), _json(config), b"", b"", b"", _STATEMENT, docker)
    layer_type, config_type, manifest_type, index_type = shell.types
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": manifest_type,
            "config": _described(config_type, shell.config),
            "layers": [_described(layer_type, shell.layer)],
        }
    )
    attestation = _json(
        {
            "schemaVersion": 2,
            "mediaType": MediaType.OCI_MANIFEST,
            "config": _described(MediaType.OCI_CONFIG, shell.config),
            "layers": [_described(_STATEMENT_TYPE, _STATEMENT)],
        }
    )
    index = _json(
        {
            "schemaVersion": 2,
            "mediaType": index_type,
            "manifests": [
                _described(manifest_type, manifest)
                | {"platform": {"os": "linux", "architecture": "amd64"}},
                _described(MediaType.OCI_MANIFEST, attestation)
                | {
                    "platform": {"os": "unknown", "architecture": "unknown"},
                    "annotations": {
                        "vnd.docker.reference.type": "attestation-manifest",
                        "vnd.docker.reference.digest": str(Digest.of(manifest)),
                    },
                },
            ],
        }
    )
    return replace(shell, manifest=manifest, index=index, attestation=attestation)


def keep(
    store: Store, path: str, tag: str, user: str = "10001", *, docker: bool = False
) -> Descriptor:
    """Put a built image with its index into ``store``; returns the index's descriptor."""
    built = build(user, docker=docker)
    layer_type, config_type, manifest_type, index_type = built.types
    store.put_blob(built.layer, layer_type)
    store.put_blob(built.config, config_type)
    store.put_blob(built.statement, _STATEMENT_TYPE)
    store.put_manifest(path, built.manifest, manifest_type)
    store.put_manifest(path, built.attestation, MediaType.OCI_MANIFEST)
    return store.put_manifest(path, built.index, index_type, tag)


def _described(media_type: str, data: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": str(Digest.of(data)), "size": len(data)}


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def _tar(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
