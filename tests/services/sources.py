"""An image source in memory that can be slow, broken, and counted."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from webhook.errors import FailureKind, FetchError
from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, Reference, parse_document
from webhook.sandbox.store import Store
from webhook.services.ports import Keychain, Resolved, window


async def at_once() -> None:
    """No delay at all."""


@dataclass
class MemorySource:
    """Reads a store; ``delay`` is awaited before every answer, ``asked`` counts them."""

    store: Store
    delay: Callable[[], Awaitable[None]] = at_once
    asked: list[str] = field(default_factory=list)
    seen: dict[tuple[str, str], Digest] = field(default_factory=dict)
    """(scope, reference) → digest, as a cache knows it."""

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        self.asked.append("resolve")
        await self.delay()
        repository = self.store.repositories.get(reference.path)
        if repository is None:
            raise FetchError(FailureKind.NOT_FOUND, "no such image")
        digest = Digest.parse(repository.tags.get(reference.identifier, reference.identifier))
        self.seen[keychain.scope(reference.repository), reference.canonical] = digest
        media_type, raw = repository.manifests[str(digest)]
        return Resolved(digest, parse_document(raw, media_type))

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        self.asked.append("manifest")
        await self.delay()
        repository = self.store.repositories[reference.path]
        media_type, raw = repository.manifests[str(descriptor.digest)]
        return parse_document(raw, media_type)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        self.asked.append("config")
        await self.delay()
        return ImageConfig.parse(self.store.blobs[str(descriptor.digest)])

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        self.asked.append("part")
        await self.delay()
        return await self.piece(reference, descriptor, window(descriptor, start, length))

    async def piece(self, reference: Reference, descriptor: Descriptor, wanted: range) -> bytes:
        """What ``part`` answers with."""
        return self.store.blobs[str(descriptor.digest)][wanted.start : wanted.stop]

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        return self.seen.get((keychain.scope(reference.repository), reference.canonical))


class Gate:
    """A delay that lasts until it is opened."""

    def __init__(self) -> None:
        self._open = asyncio.Event()

    async def __call__(self) -> None:
        await self._open.wait()

    def open(self) -> None:
        self._open.set()
