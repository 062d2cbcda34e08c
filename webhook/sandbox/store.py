"""Content of a small registry: blobs by digest, manifests by repository, tags."""

from dataclasses import dataclass, field

from webhook.oci import Descriptor, Digest


@dataclass
class Repository:
    """Manifests and tags of one repository."""

    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """Digest → media type and bytes."""
    tags: dict[str, str] = field(default_factory=dict)
    """Tag → digest."""


@dataclass
class Store:
    """Everything a small registry holds. Blobs are shared by all repositories."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    """Digest → bytes."""
    repositories: dict[str, Repository] = field(default_factory=dict)
    """Path, without a host → repository."""

    def put_blob(self, data: bytes, media_type: str) -> Descriptor:
        """Keep a blob; returns what a manifest says of it."""
        digest = Digest.of(data)
        self.blobs[str(digest)] = data
        return Descriptor(media_type, digest, len(data))

    def put_manifest(
        self, repository: str, data: bytes, media_type: str, tag: str | None = None
    ) -> Descriptor:
        """Keep a manifest or index, and let ``tag`` name it; returns what an index says of it."""
        digest = Digest.of(data)
        kept = self.repositories.setdefault(repository, Repository())
        kept.manifests[str(digest)] = (media_type, data)
        if tag is not None:
            kept.tags[tag] = str(digest)
        return Descriptor(media_type, digest, len(data))
