"""Archives made by hand, to say in them whatever a test wants said."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from webhook.oci import Digest, MediaType


def tar(path: Path, *entries: tuple[str, bytes] | tarfile.TarInfo) -> Path:
    """Write entries in the order given, unchecked: names and contents, or headers alone."""
    with tarfile.open(path, "w") as archive:
        for entry in entries:
            header, data = (entry, b"") if isinstance(entry, tarfile.TarInfo) else file(*entry)
            archive.addfile(header, io.BytesIO(data))
    return path


def file(name: str, data: bytes) -> tuple[tarfile.TarInfo, bytes]:
    header = tarfile.TarInfo(name)
    header.size = len(data)
    return header, data


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, target
    return header


def config(*diff_ids: str, **execution: Any) -> bytes:
    """An image config with these layers."""
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": execution,
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
        }
    ).encode()


def saved(*images: tuple[str, list[str] | None, list[str]]) -> tuple[str, bytes]:
    """``manifest.json`` of ``docker save``: config, names and layers of every image."""
    entries = [
        {"Config": config, "RepoTags": names, "Layers": layers} for config, names, layers in images
    ]
    return "manifest.json", json.dumps(entries).encode()


def layout(folder: Path, *documents: tuple[str, bytes], blobs: tuple[bytes, ...] = ()) -> Path:
    """An OCI layout with these tags and blobs, and nothing checked."""
    kept = folder / "blobs" / "sha256"
    kept.mkdir(parents=True)
    entries = []
    for tag, data in documents:
        annotations = {"org.opencontainers.image.ref.name": tag}
        entry = descriptor(data, MediaType.OCI_MANIFEST) | {"annotations": annotations}
        entries.append(entry)
    for data in (*(data for _, data in documents), *blobs):
        (kept / Digest.of(data).hex).write_bytes(data)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": entries}))
    return folder


def manifest(config: bytes, *layers: bytes) -> bytes:
    """A manifest of one image, without layers if none are given."""
    return json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": MediaType.OCI_MANIFEST,
            "config": descriptor(config, MediaType.OCI_CONFIG),
            "layers": [descriptor(layer, MediaType.OCI_LAYER) for layer in layers],
        }
    ).encode()


def descriptor(data: bytes, media_type: str) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": str(Digest.of(data)), "size": len(data)}
