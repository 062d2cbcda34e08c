"""Indexes as BuildKit pushes them: images of several platforms, and an attestation beside each.

Sources: BuildKit attestation-storage.md; in-toto Statement v0.1; SLSA provenance v0.2, mode=min.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from webhook.oci import Descriptor, Digest, MediaType, Platform
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.build import ImageBuild, Json, manifest, push, wire
from webhook.sandbox.store import Store

IN_TOTO = "application/vnd.in-toto+json"
PROVENANCE = "https://slsa.dev/provenance/v0.2"
_MATERIAL = "pkg:docker/python@3.13-slim-trixie?platform=linux%2F"


def push_index(
    store: Store, repository: str, tag: str, images: Mapping[Architecture, ImageBuild]
) -> Descriptor:
    """Put an image of several platforms into ``store``; returns what names the index."""
    entries: list[Descriptor] = []
    attestations: list[Descriptor] = []
    for architecture, image in images.items():
        pushed = push(store, repository, image)
        entries.append(replace(pushed, platform=Platform("linux", architecture.go)))
        statement = _statement(pushed.digest, architecture)
        attestations.append(_attest(store, repository, pushed.digest, statement))
    document = {
        "schemaVersion": 2,
        "mediaType": MediaType.OCI_INDEX,
        "manifests": [wire(entry) for entry in entries + attestations],
    }
    data = json.dumps(document, indent=2).encode()
    return store.put_manifest(repository, data, MediaType.OCI_INDEX, tag)


def _attest(store: Store, repository: str, subject: Digest, statement: Json) -> Descriptor:
    """The entry for a manifest that looks like an image and holds ``statement``."""
    blob = store.put_blob(json.dumps(statement).encode(), IN_TOTO)
    layer = replace(blob, annotations={"in-toto.io/predicate-type": PROVENANCE})
    rootfs = {"type": "layers", "diff_ids": [str(blob.digest)]}
    config = {"architecture": "unknown", "os": "unknown", "config": {}, "rootfs": rootfs}
    described = store.put_blob(json.dumps(config).encode(), MediaType.OCI_CONFIG)
    document = manifest(MediaType.OCI_MANIFEST, described, [layer])
    return replace(
        store.put_manifest(repository, document, MediaType.OCI_MANIFEST),
        platform=Platform("unknown", "unknown"),
        annotations={
            "vnd.docker.reference.digest": str(subject),
            "vnd.docker.reference.type": "attestation-manifest",
        },
    )


def _statement(subject: Digest, architecture: Architecture) -> Json:
    """What the builder says of the manifest ``subject``."""
    base = Digest.of(_MATERIAL.encode())
    return {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": PROVENANCE,
        "subject": [{"name": "_", "digest": {"sha256": subject.hex}}],
        "predicate": {
            "builder": {"id": ""},
            "buildType": "https://mobyproject.org/buildkit@v1",
            "materials": [{"uri": _MATERIAL + architecture.go, "digest": {"sha256": base.hex}}],
            "invocation": {
                "configSource": {"entryPoint": "Dockerfile"},
                "parameters": {"frontend": "dockerfile.v0", "locals": [{"name": "context"}]},
                "environment": {"platform": f"linux/{architecture.go}"},
            },
            "metadata": {
                "completeness": {"parameters": True, "environment": True, "materials": False},
                "reproducible": False,
            },
        },
    }
