"""The registry as an image source: what is known is answered, what is not is asked for once.

Round trips for an index, its manifest and its config: five at first contact with a registry that
wants tokens, four once its realm is known, three with a token or without authentication, one for a
tag whose digest is known but no longer fresh, none for what was seen a moment ago.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiohttp.abc import AbstractResolver

from webhook.errors import FetchError
from webhook.oci import (
    Descriptor,
    Digest,
    ImageConfig,
    Index,
    Manifest,
    Reference,
    parse_document,
)
from webhook.registry.access import Access
from webhook.registry.budget import Budgets
from webhook.registry.cache import Cache, Content, Tagged
from webhook.registry.failures import again
from webhook.registry.fetch import Fetcher, verify_size
from webhook.registry.flights import Flights
from webhook.registry.hosts import Hosts
from webhook.registry.mirrors import Mirrors
from webhook.registry.observer import Observer, Silent
from webhook.registry.options import RegistryOptions
from webhook.registry.ranges import Ranges
from webhook.registry.redirect import Web
from webhook.registry.retry import Retries
from webhook.registry.token import Tokens
from webhook.registry.transport import Transport
from webhook.services.ports import Clock, Keychain, Resolved, window

T = TypeVar("T")


def _utc_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


class Registry:
    """Images in OCI registries: an ``ImageSource``. Close it with ``aclose``.

    ``clock`` is monotonic, ``now`` is the time of day, ``sleep`` waits between attempts, and
    ``resolver`` answers instead of the system's.
    """

    def __init__(
        self,
        options: RegistryOptions | None = None,
        *,
        observer: Observer | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Clock = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolver: AbstractResolver | None = None,
    ) -> None:
        options = options or RegistryOptions()
        limits = options.limits
        self._observer = observer or Silent()
        self._clock = clock
        self._flight_seconds = limits.flight
        hosts = Hosts(options)
        self._mirrors = Mirrors(options.mirrors, hosts)
        self._cache = Cache(options.cache, clock)
        self._flights = Flights(limits.flights, limits.flight)
        self._transport = Transport(limits, self._observer, options.user_agent, resolver)
        web = Web(self._transport, hosts, Retries(limits.backoff, clock, now, sleep))
        access = Access(web, Tokens(web, clock, now, self._observer))
        budgets = Budgets(limits.budget_floor, clock)
        self._fetcher = Fetcher(access, self._mirrors, budgets, Ranges(clock), limits.retries, now)

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """See ``ImageSource.resolve``."""
        if reference.digest is not None:
            document = await self._document(reference, reference.digest, None, keychain)
            return Resolved(reference.digest, document)
        scope = self._scope(reference, keychain)
        tagged = self._cache.tag(scope, reference.repository, reference.identifier)
        fresh = tagged is not None and self._cache.is_fresh(tagged)
        self._observer.cache("tag", hit=fresh)
        if tagged is not None and fresh and (kept := self._kept(scope, tagged.digest)):
            return kept
        try:
            return await self._once(
                reference,
                ("tag", scope, reference.repository, reference.identifier),
                lambda deadline: self._look(scope, reference, tagged, keychain, deadline),
                has_stale=tagged is not None,
            )
        except FetchError as error:
            stale = self._stale(scope, tagged) if error.temporary else None
            if stale is None:
                raise
            return stale

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """See ``ImageSource.manifest``."""
        return await self._document(reference, descriptor.digest, descriptor, keychain)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """See ``ImageSource.config``."""
        scope = self._scope(reference, keychain)
        content = self._cache.content(scope, descriptor.digest)
        self._observer.cache("config", hit=content is not None)
        if content is not None:
            verify_size(content.raw, descriptor.digest, descriptor.size)
            return ImageConfig.parse(content.raw)

        async def fetch(deadline: float) -> ImageConfig:
            content = await self._fetcher.config(reference, descriptor, keychain, deadline)
            config = ImageConfig.parse(content.raw)
            self._cache.keep(scope, descriptor.digest, content)
            return config

        question = ("config", scope, reference.repository, descriptor.digest, descriptor.size)
        return await self._once(reference, question, fetch)

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """See ``ImageSource.part``. Nothing of it is kept."""
        wanted = window(descriptor, start, length)
        if not wanted and descriptor.size:
            return b""

        async def fetch(deadline: float) -> bytes:
            return await self._fetcher.part(reference, descriptor, wanted, keychain, deadline)

        scope = self._scope(reference, keychain)
        question = ("part", scope, reference.repository, descriptor.digest, descriptor.size, wanted)
        return await self._once(reference, question, fetch)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ``ImageSource.known``."""
        scope = self._scope(reference, keychain)
        if reference.digest is not None:
            return reference.digest if self._cache.has(scope, reference.digest) else None
        tagged = self._cache.tag(scope, reference.repository, reference.identifier)
        return tagged.digest if tagged is not None and self._cache.is_fresh(tagged) else None

    async def aclose(self) -> None:
        """Cancel what is under way and close every connection."""
        await self._flights.aclose()
        await self._transport.aclose()

    async def _document(
        self,
        reference: Reference,
        digest: Digest,
        descriptor: Descriptor | None,
        keychain: Keychain,
    ) -> Manifest | Index:
        scope = self._scope(reference, keychain)
        size = None if descriptor is None else descriptor.size
        content = self._cache.content(scope, digest)
        self._observer.cache("document", hit=content is not None)
        if content is not None:
            verify_size(content.raw, digest, size)
            return _parse(content, descriptor)

        async def fetch(deadline: float) -> Manifest | Index:
            content = await self._fetcher.manifest(reference, digest, size, keychain, deadline)
            document = _parse(content, descriptor)
            self._cache.keep(scope, digest, content)
            return document

        question = ("document", scope, reference.repository, digest, size)
        return await self._once(reference, question, fetch)

    async def _look(
        self,
        scope: str,
        reference: Reference,
        tagged: Tagged | None,
        keychain: Keychain,
        deadline: float,
    ) -> Resolved:
        """What the tag names now. Never seen: one GET. Seen: a HEAD, which counts as no pull."""
        name = (scope, reference.repository, reference.identifier)
        if tagged is not None:
            told = await self._fetcher.head(reference, keychain, deadline)
            if told is not None and (kept := self._kept(scope, told)):
                self._cache.keep_tag(*name, told)
                return kept
        digest, content = await self._fetcher.tagged(reference, keychain, deadline)
        document = _parse(content, None)
        self._cache.keep(scope, digest, content)
        self._cache.keep_tag(*name, digest)
        return Resolved(digest, document)

    def _kept(self, scope: str, digest: Digest) -> Resolved | None:
        content = self._cache.content(scope, digest)
        return None if content is None else Resolved(digest, _parse(content, None))

    def _stale(self, scope: str, tagged: Tagged | None) -> Resolved | None:
        """What the tag was, where that may still be served."""
        if tagged is None or not self._cache.may_serve(tagged):
            return None
        kept = self._kept(scope, tagged.digest)
        return None if kept is None else replace(kept, stale=True)

    async def _once(
        self,
        reference: Reference,
        question: Hashable,
        work: Callable[[float], Coroutine[Any, Any, T]],
        *,
        has_stale: bool = False,
    ) -> T:
        """Ask the world, unless it refused a moment ago or is being asked already."""
        failure = self._cache.failure(question)
        if failure is not None:
            raise again(failure)

        async def fly() -> T:
            try:
                return await work(self._clock() + self._flight_seconds)
            except FetchError as error:
                self._cache.keep_failure(question, error, has_stale=has_stale)
                raise

        return await self._flights.join(question, fly, reference.domain)

    def _scope(self, reference: Reference, keychain: Keychain) -> str:
        """Whose cache this is: a mirror's credentials may have opened what it holds."""
        endpoints = self._mirrors.endpoints(reference)
        return " ".join([keychain.scope(endpoint.repository) for endpoint in endpoints])


def _parse(content: Content, descriptor: Descriptor | None) -> Manifest | Index:
    media_type = content.media_type if descriptor is None else descriptor.media_type
    return parse_document(content.raw, media_type)
