"""The only await of a review: learn every image that the plan asks for, together, in time.

What to fetch next is said by ``profile.wants``; here is only the I/O, and the turning of every
failure into a value. Profiles are kept by digest, so that an image seen before costs nothing: the
source says which digest a reference names now and whether this keychain may know it.

An image that is being read is a *flight*: all reviews that need it wait for the same one, and it
goes on when a review's time is over, so that the next one finds it read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

from webhook.errors import FailureKind, FetchError
from webhook.oci import Digest, Image, ImageConfig, Index, Manifest, Reference
from webhook.oci.image import Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile, profile
from webhook.profile.wants import Ask, AskManifest, Known, images, wants
from webhook.services.ports import ImageSource, Keychain, Resolved

FLIGHT_LIMIT = 30.0
"""Seconds that one image may take, whatever the review that asked for it."""
MAX_FLIGHTS = 512
"""Images that are read at once; more are refused, so that a flood cannot fill the memory."""
MEMORY = 32 * 1024 * 1024
"""Bytes that profiles may take, by estimate."""
_PROFILE_WEIGHT = 4096

Learnt = tuple[ImageProfile | Unavailable, ...]
"""What became known of one reference, one value for each platform."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Memo(Generic[_Key, _Value]):
    """A least-recently-used memory bounded by the weight of what is in it."""

    def __init__(self, limit: int) -> None:
        self._limit, self._weight = limit, 0
        self._items: OrderedDict[_Key, tuple[_Value, int]] = OrderedDict()

    def get(self, key: _Key) -> _Value | None:
        """The value, now the most recently used; None when there is none."""
        item = self._items.get(key)
        if item is None:
            return None
        self._items.move_to_end(key)
        return item[0]

    def put(self, key: _Key, value: _Value, weight: int) -> None:
        """Keep a value; the least recently used make room."""
        before = self._items.pop(key, None)
        self._weight += weight - (before[1] if before else 0)
        self._items[key] = (value, weight)
        while self._weight > self._limit and len(self._items) > 1:
            self._weight -= self._items.popitem(last=False)[1][1]


class Gatherer:
    """Learns images from one source."""

    def __init__(
        self,
        source: ImageSource,
        *,
        flight_limit: float = FLIGHT_LIMIT,
        max_flights: int = MAX_FLIGHTS,
        memory: int = MEMORY,
    ) -> None:
        self._source, self._flight_limit, self._max_flights = source, flight_limit, max_flights
        self._memo: Memo[tuple[str, str, str], Learnt] = Memo(memory)
        self._flights: dict[tuple[str, str, str, str], asyncio.Task[Learnt]] = {}

    async def gather(
        self, wanted: Mapping[Reference, Wanted], keychain: Keychain, seconds: float
    ) -> dict[Reference, Learnt]:
        """What is known of every reference after at most ``seconds``."""
        learnt: dict[Reference, Learnt] = {}
        flights: dict[Reference, asyncio.Task[Learnt]] = {}
        for reference, need in wanted.items():
            remembered = self._remembered(reference, need, keychain)
            if remembered is not None:
                learnt[reference] = remembered
            else:
                flights[reference] = self._flight(reference, need, keychain)
        if flights:
            await asyncio.wait(flights.values(), timeout=max(0.0, seconds))
        for reference, flight in flights.items():
            learnt[reference] = flight.result() if flight.done() else _late(seconds)
        return learnt

    async def aclose(self) -> None:
        """Give up what is still being read."""
        flights = tuple(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    def _remembered(self, reference: Reference, need: Wanted, keychain: Keychain) -> Learnt | None:
        digest = self._source.known(reference, keychain)
        return None if digest is None else self._memo.get(_key(digest, reference, need, keychain))

    def _flight(
        self, reference: Reference, need: Wanted, keychain: Keychain
    ) -> asyncio.Task[Learnt]:
        scope = keychain.scope(reference.repository)
        key = (reference.domain, scope, reference.canonical, need.key)
        flight = self._flights.get(key)
        if flight is None:
            full = self._is_full(reference.domain)
            work = _crowded() if full else self._fly(reference, need, keychain)
            flight = self._flights[key] = asyncio.create_task(work)
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return flight

    def _is_full(self, domain: str) -> bool:
        """Whether there is no place left; one slow registry never gets more than half of them."""
        same = sum(key[0] == domain for key in self._flights)
        return len(self._flights) >= self._max_flights or same >= max(1, self._max_flights // 2)

    async def _fly(self, reference: Reference, need: Wanted, keychain: Keychain) -> Learnt:
        """One image from reference to profiles; every failure is a value."""
        try:
            async with asyncio.timeout(self._flight_limit):
                resolved = await self._source.resolve(reference, keychain)
                return await self._learn(reference, need, keychain, resolved)
        except FetchError as error:
            return (Unavailable.of(error),)
        except TimeoutError:
            return _late(self._flight_limit)
        except Exception as error:  # a hostile image must not pass because it broke us
            detail = f"the image could not be understood ({type(error).__name__})"
            return (Unavailable(FailureKind.MALFORMED, detail),)

    async def _learn(
        self, reference: Reference, need: Wanted, keychain: Keychain, resolved: Resolved
    ) -> Learnt:
        key = _key(resolved.digest, reference, need, keychain)
        remembered = self._memo.get(key)
        if remembered is not None:
            return remembered
        known = Known(resolved.digest, resolved.document)
        while asks := wants(known, need.question, need.platforms):
            answers = await asyncio.gather(
                *(self._answer(reference, ask, keychain) for ask in asks)
            )
            for ask, answer in zip(asks, answers, strict=True):
                known = known.learn(ask.descriptor.digest, answer)
        found = images(known, need.platforms)
        learnt = tuple(profile(item) if isinstance(item, Image) else item for item in found)
        if not any(isinstance(item, Unavailable) for item in learnt):
            self._memo.put(key, learnt, _weight(found))
        return learnt

    async def _answer(
        self, reference: Reference, ask: Ask, keychain: Keychain
    ) -> Manifest | Index | ImageConfig | Unavailable:
        try:
            if isinstance(ask, AskManifest):
                return await self._source.manifest(reference, ask.descriptor, keychain)
            return await self._source.config(reference, ask.descriptor, keychain)
        except FetchError as error:
            return Unavailable.of(error)


def _key(
    digest: Digest, reference: Reference, need: Wanted, keychain: Keychain
) -> tuple[str, str, str]:
    """Where a profile is kept: with the scope that was given all it was made of.

    Whoever can serve the bytes of somebody else's index may not learn of its images by that.
    """
    return digest.hex, need.key, keychain.scope(reference.repository)


def _weight(found: tuple[Image | Unavailable, ...]) -> int:
    configs = [item.config for item in found if isinstance(item, Image)]
    return sum(_PROFILE_WEIGHT + (2 * len(config.raw) if config else 0) for config in configs)


def _late(seconds: float) -> Learnt:
    return (Unavailable(FailureKind.TIMEOUT, f"registry timeout after {seconds:.2g} s"),)


async def _crowded() -> Learnt:
    detail = "too many images are being read at once"
    return (Unavailable(FailureKind.TIMEOUT, detail),)
