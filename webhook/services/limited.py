"""A source that is asked a little at a time: audits have all day, and nodes need the registry."""

import asyncio
from collections import defaultdict

from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, Reference
from webhook.services.ports import ImageSource, Keychain, Resolved

AT_ONCE = 4
"""Questions to one registry that are under way at the same time."""


class Limited:
    """An ``ImageSource`` that asks no registry more than ``AT_ONCE`` things at once."""

    def __init__(self, source: ImageSource) -> None:
        self._source = source
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(AT_ONCE)
        )

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """See ``ImageSource.resolve``."""
        async with self._places[reference.domain]:
            return await self._source.resolve(reference, keychain)

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """See ``ImageSource.manifest``."""
        async with self._places[reference.domain]:
            return await self._source.manifest(reference, descriptor, keychain)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """See ``ImageSource.config``."""
        async with self._places[reference.domain]:
            return await self._source.config(reference, descriptor, keychain)

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """See ``ImageSource.part``."""
        async with self._places[reference.domain]:
            return await self._source.part(reference, descriptor, start, length, keychain)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ``ImageSource.known``: costs nobody anything."""
        return self._source.known(reference, keychain)
