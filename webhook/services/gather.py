"""The only await of a review: learn every image that the plan asks for, together, in time.

What to fetch next is said by ``profile.wants``; here is only the I/O, and the turning of every
failure into a value. Profiles are kept by digest, so that an image seen before costs nothing: the
source says which digest a reference names now and whether this keychain may know it.

An image that is being read is a *flight*: all reviews that need it wait for the same one, and it
goes on when a review's time is over, so that the next one finds it read.
"""

import asyncio
from collections.abc import Mapping

from webhook.errors import FailureKind, FetchError
from webhook.oci import Digest, Reference
from webhook.oci.image import Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile
from webhook.services.flight import Flight, Learnt
from webhook.services.memo import Memo, PartMemo
from webhook.services.ports import ImageSource, Keychain
from webhook.services.refusal import with_credentials

FLIGHT_LIMIT = 30.0
"""Seconds that one image may take, whatever the review that asked for it."""
MAX_FLIGHTS = 512
"""Images that are read at once; more are refused, so that a flood cannot fill the memory."""
MEMORY = 32 * 1024 * 1024
"""Bytes that profiles may take, by estimate, and again what was seen in layers."""
_PROFILE_WEIGHT = 8192


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
        self._memo: Memo[tuple[str, str, str, str], Learnt] = Memo(memory)
        self._parts = PartMemo(memory)
        self._flights: dict[tuple[str, str, str, str], tuple[Flight, asyncio.Task[Learnt]]] = {}

    async def gather(
        self, wanted: Mapping[Reference, Wanted], keychain: Keychain, seconds: float
    ) -> dict[Reference, Learnt]:
        """What is known of every reference after at most ``seconds``."""
        learnt: dict[Reference, Learnt] = {}
        flights: dict[Reference, tuple[Flight, asyncio.Task[Learnt]]] = {}
        for reference, need in wanted.items():
            remembered = self._remembered(reference, need, keychain)
            if remembered is not None:
                learnt[reference] = remembered
            else:
                flights[reference] = self._flight(reference, need, keychain)
        if flights:
            tasks = [task for _, task in flights.values()]
            await asyncio.wait(tasks, timeout=max(0.0, seconds))
        for reference, (flight, task) in flights.items():
            found = task.result() if task.done() else _so_far(flight, seconds)
            learnt[reference] = tuple(_told(item, reference, keychain) for item in found)
        return learnt

    def remembered(
        self, wanted: Mapping[Reference, Wanted], keychain: Keychain
    ) -> dict[Reference, Learnt] | None:
        """What ``gather`` would give without any I/O; None where it would need some."""
        learnt: dict[Reference, Learnt] = {}
        for reference, need in wanted.items():
            found = self._remembered(reference, need, keychain)
            if found is None:
                return None
            learnt[reference] = found
        return learnt

    async def aclose(self) -> None:
        """Give up what is still being read."""
        tasks = [task for _, task in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _remembered(self, reference: Reference, need: Wanted, keychain: Keychain) -> Learnt | None:
        digest = self._source.known(reference, keychain)
        return None if digest is None else self._memo.get(_key(digest, reference, need, keychain))

    def _flight(
        self, reference: Reference, need: Wanted, keychain: Keychain
    ) -> tuple[Flight, asyncio.Task[Learnt]]:
        scope = keychain.scope(reference.repository)
        key = (reference.domain, scope, reference.canonical, need.key)
        found = self._flights.get(key)
        if found is None:
            flight = Flight(self._source, self._parts, reference, need, keychain)
            full = self._is_full(reference.domain)
            work = _crowded() if full else self._fly(flight, reference, need, keychain)
            found = self._flights[key] = (flight, asyncio.create_task(work))
            found[1].add_done_callback(lambda _: self._flights.pop(key, None))
        return found

    def _is_full(self, domain: str) -> bool:
        """Whether there is no place left; one slow registry never gets more than half of them."""
        same = sum(key[0] == domain for key in self._flights)
        return len(self._flights) >= self._max_flights or same >= max(1, self._max_flights // 2)

    async def _fly(
        self, flight: Flight, reference: Reference, need: Wanted, keychain: Keychain
    ) -> Learnt:
        """One image from reference to profiles; every failure is a value."""
        try:
            async with asyncio.timeout(self._flight_limit):
                resolved = await self._source.resolve(reference, keychain)
                key = _key(resolved.digest, reference, need, keychain)
                remembered = self._memo.get(key)
                if remembered is not None:
                    return remembered
                learnt = await flight.learn(resolved)
        except FetchError as error:
            return (Unavailable.of(error),)
        except TimeoutError:
            return _so_far(flight, self._flight_limit)
        except Exception as error:
            return _broken(error)
        if flight.is_lasting and all(isinstance(item, ImageProfile) for item in learnt):
            self._memo.put(key, learnt, sum(map(_weight, learnt)))
        return learnt


def _told(
    item: ImageProfile | Unavailable, reference: Reference, keychain: Keychain
) -> ImageProfile | Unavailable:
    if isinstance(item, Unavailable):
        return with_credentials(item, reference.repository, keychain)
    return item


def _key(
    digest: Digest, reference: Reference, need: Wanted, keychain: Keychain
) -> tuple[str, str, str, str]:
    """Where a profile is kept: with the scope and the repository that gave all it was made of.

    Whoever can serve the bytes of somebody else's index may not learn of its images by that, and
    whoever serves other bytes for a well-known layer tells lies about its own repository only.
    """
    repository = reference.repository
    return digest.hex, need.key, repository, keychain.scope(repository)


def _weight(item: ImageProfile | Unavailable) -> int:
    history = item.size.layers if isinstance(item, ImageProfile) else ()
    return _PROFILE_WEIGHT + 512 * len(history)


def _so_far(flight: Flight, seconds: float) -> Learnt:
    late = (Unavailable(FailureKind.TIMEOUT, f"registry timeout after {seconds:.2g} s"),)
    try:
        return flight.so_far() or late
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> Learnt:
    """A hostile image must not pass because it broke us."""
    detail = f"the image could not be understood ({type(error).__name__})"
    return (Unavailable(FailureKind.MALFORMED, detail),)


async def _crowded() -> Learnt:
    detail = "too many images are being read at once"
    return (Unavailable(FailureKind.TIMEOUT, detail),)
