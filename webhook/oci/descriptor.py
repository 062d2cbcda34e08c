"""Descriptors, platforms and media types.

Sources: OCI image-spec descriptor.md, image-index.md, media-types.md; Docker manifest v2 schema 2.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from webhook.errors import UsageError
from webhook.oci.digest import Digest


class MediaType:
    """Media types by name, and what kind of document each one is."""

    OCI_INDEX = "application/vnd.oci.image.index.v1+json"
    OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
    OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
    OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
    OCI_LAYER_GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"
    OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
    DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
    DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
    DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
    DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
    DOCKER_LAYER_GZIP = "application/vnd.docker.image.rootfs.diff.tar.gzip"
    DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
    DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"

    INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
    MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
    CONFIGS = frozenset({OCI_CONFIG, DOCKER_CONFIG})
    SCHEMA1 = frozenset({DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED})
    DOCUMENTS = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
    """What a registry is asked for, in order of preference (the ``Accept`` header)."""


_PLATFORM_PART = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_IMPLIED_VARIANT = {"arm64": "v8", "arm": "v7"}
"""Variants that a platform has when none is written (containerd/platforms)."""
_ARCHITECTURES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386"}
"""Other people's words for an architecture, and Go's (containerd/platforms normalizeArch)."""


@dataclass(frozen=True, slots=True)
class Platform:
    """``os/architecture[/variant]``, as indexes and configs name it."""

    os: str
    architecture: str
    variant: str | None = None
    os_version: str | None = None
    os_features: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``linux/arm64/v8``. Raises ``UsageError``."""
        parts = text.split("/")
        if not 2 <= len(parts) <= 3 or not all(_PLATFORM_PART.fullmatch(p) for p in parts):
            raise UsageError(f"not a platform: {text[:80]!r} (write os/architecture, linux/amd64)")
        architecture = _ARCHITECTURES.get(parts[1], parts[1])
        return cls(parts[0], architecture, parts[2] if len(parts) == 3 else None)

    @property
    def is_unknown(self) -> bool:
        """Whether this is BuildKit's mark of something that is not an image."""
        return self.os == "unknown" or self.architecture == "unknown"

    def satisfies(self, wanted: Self) -> bool:
        """Whether an image of this platform is what ``wanted`` asks for.

        What ``wanted`` leaves out matches anything; arm64 and arm64/v8 are the same.
        """
        return (
            self.os == wanted.os
            and self.architecture == wanted.architecture
            and (wanted.variant is None or self._variant == wanted._variant)
            and (wanted.os_version is None or self.os_version == wanted.os_version)
            and wanted.os_features <= self.os_features
        )

    @property
    def _variant(self) -> str | None:
        return self.variant or _IMPLIED_VARIANT.get(self.architecture)

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


DEFAULT_PLATFORM = Platform("linux", "amd64")
"""What is judged when neither policy nor cluster says otherwise."""


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Where content is and what it must be when it arrives."""

    media_type: str
    digest: Digest
    size: int
    """Bytes of the content, exactly."""
    platform: Platform | None = None
    annotations: Mapping[str, str] = field(default_factory=dict, hash=False)
    artifact_type: str | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether this index entry describes another one instead of being an image.

        Source: BuildKit, attestation-storage.md.
        """
        return (
            "vnd.docker.reference.type" in self.annotations
            or (self.platform is not None and self.platform.is_unknown)
        )  # fmt: skip
