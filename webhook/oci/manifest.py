"""Image manifests and indexes, OCI and Docker schema 2.

Sources: OCI image-spec manifest.md and image-index.md; Docker image manifest v2 schema 2. Schema 1
manifests and artifacts are named as what they are and refused: they carry no image config.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec

from webhook.errors import FailureKind, FetchError, InvalidDigest
from webhook.oci.descriptor import Descriptor, MediaType, Platform
from webhook.oci.digest import Digest

MAX_DOCUMENT = 4 * 1024 * 1024
"""Bytes of a manifest or index; what registries are asked to accept (distribution-spec)."""
MAX_CHILDREN = 200
"""Descriptors of an index."""
MAX_LAYERS = 127
"""Layers of an image: what overlay file systems and Docker allow."""
MAX_SIZE = 2**63 - 1
"""Bytes that a descriptor may promise (image-spec: ``size`` is an int64)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One image on one platform: its config and its layers, bottom first."""

    media_type: str
    config: Descriptor
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]

    @property
    def pull_size(self) -> int:
        """Bytes of all layers as they are transferred: what "pull size" means here."""
        return sum(layer.size for layer in self.layers)


@dataclass(frozen=True, slots=True)
class Index:
    """A list of manifests, one for each platform, and attestations that describe them."""

    media_type: str
    manifests: tuple[Descriptor, ...]
    annotations: Mapping[str, str]

    @property
    def images(self) -> tuple[Descriptor, ...]:
        """The entries that are images (or nested indexes): never attestations."""
        return tuple(entry for entry in self.manifests if not entry.is_attestation)

    @property
    def platforms(self) -> tuple[Platform, ...]:
        """The platforms that are offered, in the index's order."""
        return tuple(entry.platform for entry in self.images if entry.platform is not None)

    def select(self, wanted: Platform) -> Descriptor | None:
        """The entry for ``wanted``: its own variant before any other; None if there is none.

        An arm v7 machine also runs v6 and v5 images (containerd/platforms, compare.go).
        """
        for step in _fallbacks(wanted):
            found = [e for e in self.images if e.platform and e.platform.satisfies(step)]
            if found:
                return next((e for e in found if e.platform == step), found[0])
        return None


def _fallbacks(wanted: Platform) -> Iterator[Platform]:
    """``wanted``, then what a machine that runs it runs as well, best first."""
    variants = ("v7", "v6", "v5")
    if wanted.architecture == "arm" and (wanted.variant or "v7") in variants:
        for variant in variants[variants.index(wanted.variant or "v7") :]:
            yield replace(wanted, variant=variant)
    yield wanted


class _Platform(msgspec.Struct):
    os: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os_version: str | None = msgspec.field(default=None, name="os.version")
    os_features: list[str] | None = msgspec.field(default=None, name="os.features")


class _Descriptor(msgspec.Struct, rename="camel"):
    digest: str
    size: int
    media_type: str = ""
    platform: _Platform | None = None
    annotations: dict[str, str] | None = None
    artifact_type: str | None = None


class _Document(msgspec.Struct, rename="camel"):
    schema_version: int | None = None
    media_type: str | None = None
    artifact_type: str | None = None
    config: _Descriptor | None = None
    layers: list[_Descriptor] | None = None
    manifests: list[_Descriptor] | None = None
    annotations: dict[str, str] | None = None
    fs_layers: list[msgspec.Raw] | None = None


_DECODER = msgspec.json.Decoder(_Document)


def parse_document(raw: bytes, media_type: str | None = None) -> Manifest | Index:
    """Read a manifest or an index from its bytes.

    ``media_type`` is what the carrier said (``Content-Type``, a descriptor); the document's own
    ``mediaType`` wins when both are there, as its digest vouches for it. Raises ``FetchError``:
    malformed, unsupported (schema 1, artifacts) or too large.
    """
    if len(raw) > MAX_DOCUMENT:
        raise FetchError(FailureKind.TOO_LARGE, f"manifest is larger than {MAX_DOCUMENT} bytes")
    try:
        document = _DECODER.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise FetchError(FailureKind.MALFORMED, f"manifest is not valid JSON ({error})") from None
    kind = document.media_type or (media_type or "").partition(";")[0].strip()
    if document.schema_version == 1 or kind in MediaType.SCHEMA1 or document.fs_layers:
        raise FetchError(
            FailureKind.UNSUPPORTED, "Docker schema 1 manifest (push the image again to convert it)"
        )
    is_index = document.manifests is not None
    if is_index and (document.config is not None or document.layers is not None):
        # Two readers would see two images in it: CVE-2021-41190.
        raise FetchError(FailureKind.MALFORMED, "document is a manifest and an index at once")
    if kind in MediaType.INDEXES or (kind not in MediaType.MANIFESTS and is_index):
        return _index(document, kind or MediaType.OCI_INDEX)
    return _manifest(document, kind or MediaType.OCI_MANIFEST)


def _index(document: _Document, media_type: str) -> Index:
    entries = document.manifests
    if entries is None:
        raise FetchError(FailureKind.MALFORMED, "index has no manifests")
    if len(entries) > MAX_CHILDREN:
        raise FetchError(FailureKind.TOO_LARGE, f"index has more than {MAX_CHILDREN} entries")
    return Index(media_type, tuple(map(_descriptor, entries)), document.annotations or {})


def _manifest(document: _Document, media_type: str) -> Manifest:
    if media_type not in MediaType.MANIFESTS:
        raise FetchError(FailureKind.UNSUPPORTED, f"not an image: media type {media_type[:80]!r}")
    if document.config is None or document.layers is None:
        raise FetchError(FailureKind.MALFORMED, "manifest has no config or no layers")
    config = _descriptor(document.config)
    if config.media_type not in MediaType.CONFIGS:
        kind = document.artifact_type or config.media_type or "no config media type"
        raise FetchError(FailureKind.UNSUPPORTED, f"an artifact, not an image ({kind[:80]!r})")
    if len(document.layers) > MAX_LAYERS:
        raise FetchError(FailureKind.TOO_LARGE, f"image has more than {MAX_LAYERS} layers")
    layers = tuple(map(_descriptor, document.layers))
    return Manifest(media_type, config, layers, document.annotations or {})


def _descriptor(wire: _Descriptor) -> Descriptor:
    try:
        digest = Digest.parse(wire.digest)
    except InvalidDigest as error:
        raise FetchError(FailureKind.MALFORMED, f"manifest names a bad digest ({error})") from None
    if not 0 <= wire.size <= MAX_SIZE:
        raise FetchError(FailureKind.MALFORMED, "manifest names a size that no content has")
    return Descriptor(
        wire.media_type,
        digest,
        wire.size,
        _platform(wire.platform),
        wire.annotations or {},
        wire.artifact_type,
    )


def _platform(wire: _Platform | None) -> Platform | None:
    if wire is None or not (wire.os or wire.architecture):
        return None
    return Platform(
        wire.os or "",
        wire.architecture or "",
        wire.variant or None,
        wire.os_version or None,
        frozenset(wire.os_features or ()),
    )
