"""Archives and a registry as one image source, for commands that are given both."""

from collections.abc import Mapping
from dataclasses import dataclass

from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, Reference
from webhook.services.ports import ImageSource, Keychain, Resolved


@dataclass(frozen=True)
class Routed:
    """An image source that asks ``registry`` for all references but those of ``archives``."""

    registry: ImageSource
    archives: Mapping[Reference, ImageSource]

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """See ImageSource.resolve."""
        return await self._of(reference).resolve(reference, keychain)

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """See ImageSource.manifest."""
        return await self._of(reference).manifest(reference, descriptor, keychain)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """See ImageSource.config."""
        return await self._of(reference).config(reference, descriptor, keychain)

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """See ImageSource.part."""
        return await self._of(reference).part(reference, descriptor, start, length, keychain)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ImageSource.known."""
        return self._of(reference).known(reference, keychain)

    def _of(self, reference: Reference) -> ImageSource:
        return self.archives.get(reference, self.registry)
