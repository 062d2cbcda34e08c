"""What was read of an image's layers, layer by layer."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from webhook.layer import Look
from webhook.oci import Digest
from webhook.oci.image import Unavailable


class Seen(msgspec.Struct, frozen=True):
    """What was read of one layer."""

    head: Look | None = None
    """Of its first bytes."""
    toc: Look | None = None
    """Of its table of contents (eStargz, zstd:chunked)."""
    told: int | None = None
    """Uncompressed bytes as the end of a gzip stream or the head of a zstd frame tells them."""
    lost: Unavailable | None = None
    """Why something of it could not be read."""

    @property
    def files(self) -> Look | None:
        """The look that sees most of its files."""
        return self.toc or self.head


Layers = Mapping[Digest, Seen]
"""Digest of a layer → what was read of it."""

NO_LAYERS: Layers = MappingProxyType({})
