"""What has been learnt of one image on one platform, and the value for "could not be known"."""

from dataclasses import dataclass

from webhook.errors import FailureKind, FetchError
from webhook.oci.config import ImageConfig
from webhook.oci.descriptor import Platform
from webhook.oci.digest import Digest
from webhook.oci.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Image:
    """One image on one platform: only what was already fetched and verified."""

    digest: Digest
    """Digest of this platform's manifest."""
    manifest: Manifest
    platform: Platform
    """From the index entry, else from the config, else the platform asked for."""
    config: ImageConfig | None = None
    """None when no rule needed it."""
    digests: tuple[Digest, ...] = ()
    """By which its reference can have been pulled: the index's, and those of the images in it."""
    index_annotations: tuple[tuple[str, str], ...] = ()
    """Annotations of the index entry."""
    offered: tuple[str, ...] = ()
    """Platforms of the index; empty for a single-manifest image."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Not being able to know, as a value: why, and what to tell."""

    kind: FailureKind
    detail: str
    """One line of printable text without secrets."""

    @classmethod
    def of(cls, error: FetchError) -> "Unavailable":
        """The value for an error that was caught."""
        return cls(error.kind, error.detail)
