"""Manifests, indexes and configs as registries hand them over, written by hand."""

import json
from typing import Any

from webhook.oci import Digest, MediaType

Json = dict[str, Any]


def encoded(value: object) -> bytes:
    return json.dumps(value).encode()


def descriptor(media_type: str = MediaType.OCI_LAYER_GZIP, size: int = 1, **more: Any) -> Json:
    """A descriptor of some content."""
    digest = str(Digest.of(f"{media_type} {size} {more}".encode()))
    return {"mediaType": media_type, "digest": digest, "size": size, **more}


def manifest(*layers: Json, **more: Any) -> Json:
    """An OCI image manifest; keywords replace its fields."""
    return {
        "schemaVersion": 2,
        "mediaType": MediaType.OCI_MANIFEST,
        "config": descriptor(MediaType.OCI_CONFIG, 2),
        "layers": list(layers),
        **more,
    }


def docker_manifest(*layers: Json) -> Json:
    """A Docker schema 2 manifest."""
    config = descriptor(MediaType.DOCKER_CONFIG, 2)
    return manifest(*layers, mediaType=MediaType.DOCKER_MANIFEST, config=config)


def entry(platform: str | None = "linux/amd64", **more: Any) -> Json:
    """An index entry for ``os/architecture[/variant]``."""
    if platform is None:
        return descriptor(MediaType.OCI_MANIFEST, 7, **more)
    names = zip(("os", "architecture", "variant"), platform.split("/"), strict=False)
    return descriptor(MediaType.OCI_MANIFEST, 7, platform=dict(names), **more)


def index(*entries: Json, **more: Any) -> Json:
    """An OCI image index; keywords replace its fields."""
    return {
        "schemaVersion": 2,
        "mediaType": MediaType.OCI_INDEX,
        "manifests": list(entries),
        **more,
    }


def without(document: Json, *keys: str) -> Json:
    """``document`` with some keys left out."""
    return {key: value for key, value in document.items() if key not in keys}
