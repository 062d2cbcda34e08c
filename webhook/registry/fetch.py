"""Reading manifests and blobs from wherever they can be read, and checking every byte.

Source: distribution-spec, "Pulling manifests" and "Pulling blobs". The digest that a registry tells
in a header is never believed of a body: the body is.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from webhook.errors import FailureKind, FetchError, InvalidDigest
from webhook.oci import Descriptor, Digest, MediaType, Reference
from webhook.oci.config import MAX_CONFIG
from webhook.oci.manifest import MAX_DOCUMENT
from webhook.registry.access import Access
from webhook.registry.budget import Budgets
from webhook.registry.cache import Content
from webhook.registry.exchange import Request, Response, Trip
from webhook.registry.failures import of_status
from webhook.registry.mirrors import Endpoint, Mirrors
from webhook.registry.ranges import Ranges
from webhook.services.ports import MAX_PART, Clock, Keychain

T = TypeVar("T")

_MANIFEST = {"Accept": ", ".join(MediaType.DOCUMENTS)}


class Fetcher:
    """Asks the endpoints of a reference in order. Every method raises ``FetchError``."""

    def __init__(
        self,
        access: Access,
        mirrors: Mirrors,
        budgets: Budgets,
        ranges: Ranges,
        retries: int,
        now: Clock,
    ) -> None:
        self._access = access
        self._mirrors = mirrors
        self._budgets = budgets
        self._ranges = ranges
        self._retries = retries
        self._now = now

    async def head(
        self, reference: Reference, keychain: Keychain, deadline: float
    ) -> Digest | None:
        """The digest that the tag names, as the registry says; None when it does not say."""

        async def read(endpoint: Endpoint, trip: Trip) -> Digest | None:
            url = endpoint.url("manifests", reference.identifier)
            request = Request("HEAD", url, MAX_DOCUMENT, _MANIFEST)
            response = await self._access.ask(endpoint, request, keychain, trip)
            self._note(endpoint, keychain, response)
            if response.status == 405:
                return None
            self._check_status(response, endpoint, reference.identifier)
            with suppress(InvalidDigest):
                return Digest.parse(response.headers.get("Docker-Content-Digest", ""))
            return None

        return await self._first(reference, read, deadline)

    async def tagged(
        self, reference: Reference, keychain: Keychain, deadline: float
    ) -> tuple[Digest, Content]:
        """The document that the tag names, and the digest of what came."""

        async def read(endpoint: Endpoint, trip: Trip) -> Content:
            self._budgets.check(endpoint.host, keychain.scope(endpoint.repository))
            return await self._manifest(endpoint, reference.identifier, keychain, trip)

        content = await self._first(reference, read, deadline)
        return Digest.of(content.raw), content

    async def manifest(
        self,
        reference: Reference,
        digest: Digest,
        size: int | None,
        keychain: Keychain,
        deadline: float,
    ) -> Content:
        """The document of ``digest``, and of ``size`` where that is known."""

        async def read(endpoint: Endpoint, trip: Trip) -> Content:
            content = await self._manifest(endpoint, str(digest), keychain, trip)
            _verify(content.raw, digest, size, endpoint)
            return content

        _check_size(size, MAX_DOCUMENT, "manifest")
        return await self._first(reference, read, deadline)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain, deadline: float
    ) -> Content:
        """The config that ``descriptor`` describes."""
        _check_size(descriptor.size, MAX_CONFIG, "config")
        raw = await self._blob(reference, descriptor, MAX_CONFIG, keychain, deadline)
        return Content(raw, descriptor.media_type)

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        window: range,
        keychain: Keychain,
        deadline: float,
    ) -> bytes:
        """What lies in ``window`` of the layer that ``descriptor`` describes.

        Verified when that is all of it.
        """
        if len(window) == descriptor.size:
            return await self._blob(reference, descriptor, MAX_PART, keychain, deadline)
        identifier = str(descriptor.digest)

        async def read(endpoint: Endpoint, trip: Trip) -> bytes:
            self._ranges.check(endpoint, window)
            url = endpoint.url("blobs", identifier)
            request = Request("GET", url, len(window), window=window)
            response = await self._access.ask(endpoint, request, keychain, trip)
            if response.status != 206:
                self._check_status(response, endpoint, identifier)
            return self._ranges.taken(endpoint, response, descriptor, window)

        return await self._first(reference, read, deadline)

    async def _first(
        self,
        reference: Reference,
        read: Callable[[Endpoint, Trip], Awaitable[T]],
        deadline: float,
    ) -> T:
        """What the first endpoint gives that gives anything; the registry has the last word."""
        *mirrors, registry = self._mirrors.endpoints(reference)
        for mirror in mirrors:
            # Going on to the next is the retry.
            with suppress(FetchError):
                return await read(mirror, Trip(deadline, retries=0))
        return await read(registry, Trip(deadline, self._retries))

    async def _blob(
        self,
        reference: Reference,
        descriptor: Descriptor,
        limit: int,
        keychain: Keychain,
        deadline: float,
    ) -> bytes:
        """All that ``descriptor`` describes."""
        identifier = str(descriptor.digest)

        async def read(endpoint: Endpoint, trip: Trip) -> bytes:
            request = Request("GET", endpoint.url("blobs", identifier), limit)
            response = await self._access.ask(endpoint, request, keychain, trip)
            self._check_status(response, endpoint, identifier)
            _verify(response.body, descriptor.digest, descriptor.size, endpoint)
            return response.body

        return await self._first(reference, read, deadline)

    async def _manifest(
        self, endpoint: Endpoint, identifier: str, keychain: Keychain, trip: Trip
    ) -> Content:
        url = endpoint.url("manifests", identifier)
        request = Request("GET", url, MAX_DOCUMENT, _MANIFEST)
        response = await self._access.ask(endpoint, request, keychain, trip)
        self._note(endpoint, keychain, response)
        self._check_status(response, endpoint, identifier)
        return Content(response.body, response.headers.get("Content-Type"))

    def _note(self, endpoint: Endpoint, keychain: Keychain, response: Response) -> None:
        self._budgets.note(endpoint.host, keychain.scope(endpoint.repository), response.headers)

    def _check_status(self, response: Response, endpoint: Endpoint, identifier: str) -> None:
        if response.status != 200:
            raise of_status(response, f"{endpoint.path} {identifier[:19]}", self._now)


def _check_size(size: int | None, limit: int, what: str) -> None:
    if size is not None and size > limit:
        raise FetchError(FailureKind.TOO_LARGE, f"{what} of {size} bytes, more than {limit}")


def _verify(raw: bytes, digest: Digest, size: int | None, endpoint: Endpoint) -> None:
    verify_size(raw, digest, size)
    if not digest.matches(raw):
        raise FetchError(
            FailureKind.DIGEST_MISMATCH,
            f"{endpoint.host} served other bytes than {digest} promises",
        )


def verify_size(raw: bytes, digest: Digest, size: int | None) -> None:
    """Refuse content of another size than its descriptor tells. Raises ``FetchError``."""
    if size is not None and len(raw) != size:
        raise FetchError(
            FailureKind.DIGEST_MISMATCH, f"{digest} has {len(raw)} bytes instead of {size}"
        )
