"""One image of an OCI image layout, in a folder or in a tar archive.

Source: OCI image-spec, image-layout.md. An image is named by ``org.opencontainers.image.ref.name``
in ``index.json``, or by the whole reference that containerd and BuildKit write beside it.
"""

import asyncio
from dataclasses import dataclass
from typing import Self

from webhook.archive.choice import only
from webhook.archive.files import Files, layer_part, malformed, mismatched
from webhook.errors import FetchError, UsageError
from webhook.oci import (
    Descriptor,
    Digest,
    ImageConfig,
    Index,
    Manifest,
    MediaType,
    Reference,
    parse_document,
)
from webhook.oci.config import MAX_CONFIG
from webhook.oci.manifest import MAX_DOCUMENT
from webhook.services.ports import Keychain, Resolved, window

_MARKER = "oci-layout"
_TAG = "org.opencontainers.image.ref.name"
_NAME = "io.containerd.image.name"


@dataclass(frozen=True, slots=True)
class LayoutImage:
    """An image source that holds one image, whatever reference it is asked for."""

    files: Files
    root: Descriptor
    """The entry of ``index.json``."""

    @classmethod
    def choose(cls, files: Files, tag: str | None) -> Self:
        """The image that ``tag`` names, or the only one there is.

        Raises ``UsageError`` when this is no layout or no single image is meant, and ``FetchError``
        when ``index.json`` cannot be read.
        """
        try:
            files.read(_MARKER, MAX_DOCUMENT)
        except FetchError as error:
            raise UsageError(f"not an OCI image layout: {error.detail}") from None
        index = parse_document(files.read("index.json", MAX_DOCUMENT), MediaType.OCI_INDEX)
        if not isinstance(index, Index):
            raise malformed("index.json", "is not an index")
        return cls(files, _chosen(index, tag))

    @property
    def name(self) -> str | None:
        """The reference that the image was built as, if its builder said so."""
        return self.root.annotations.get(_NAME)

    @property
    def tag(self) -> str | None:
        """What the layout calls the image."""
        return self.root.annotations.get(_TAG)

    @property
    def digest(self) -> Digest:
        """The digest of the image's manifest or index."""
        return self.root.digest

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """See ``ImageSource.resolve``."""
        return Resolved(self.digest, await self.manifest(reference, self.root, keychain))

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """See ``ImageSource.manifest``."""
        raw = await asyncio.to_thread(self._blob, descriptor, MAX_DOCUMENT)
        return parse_document(raw, descriptor.media_type)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """See ``ImageSource.config``."""
        return ImageConfig.parse(await asyncio.to_thread(self._blob, descriptor, MAX_CONFIG))

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """See ``ImageSource.part``."""
        wanted, name = window(descriptor, start, length), _blob_name(descriptor)
        return await asyncio.to_thread(layer_part, self.files, name, descriptor, wanted)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ``ImageSource.known``."""
        return self.digest

    def _blob(self, descriptor: Descriptor, limit: int) -> bytes:
        data = self.files.read(_blob_name(descriptor), limit)
        if len(data) != descriptor.size or not descriptor.digest.matches(data):
            raise mismatched(f"blob {descriptor.digest}")
        return data


def _blob_name(descriptor: Descriptor) -> str:
    return f"blobs/{descriptor.digest.algorithm}/{descriptor.digest.hex}"


def _chosen(index: Index, tag: str | None) -> Descriptor:
    entries = index.images
    meant = [entry for entry in entries if tag is None or tag in _names(entry)]
    return only(meant, tag, (entry.annotations.get(_TAG) for entry in entries))


def _names(entry: Descriptor) -> tuple[str | None, str | None]:
    return entry.annotations.get(_TAG), entry.annotations.get(_NAME)
