import asyncio
from dataclasses import dataclass

import pytest

from tests.services.sources import Gate, MemorySource, at_once
from webhook.errors import FailureKind
from webhook.oci import Platform, Reference, Unavailable
from webhook.policy.plan import Wanted
from webhook.profile import ImageProfile
from webhook.profile.need import Need, Question
from webhook.sandbox.store import Store
from webhook.services.gather import Gatherer, Memo
from webhook.services.ports import Credential

AMD64 = Wanted(Question(Need.MANIFEST | Need.CONFIG), (Platform("linux", "amd64"),))
MANIFEST_ONLY = Wanted(Question(Need.MANIFEST), (Platform("linux", "amd64"),))
BOTH = Wanted(
    Question(Need.MANIFEST | Need.CONFIG), (Platform("linux", "amd64"), Platform("linux", "arm64"))
)
INDEX = Reference.parse("registry.test/shop/api:4-optimised")
SINGLE = Reference.parse("registry.test/shop/api:2-slim")


@dataclass(frozen=True)
class Someone:
    """A keychain with a scope of its own."""

    name: str = "someone"

    def scope(self, repository: str) -> str:
        return self.name

    async def credentials(self, repository: str) -> tuple[Credential, ...]:
        return ()

    def told(self, repository: str) -> str:
        return ""


async def test_an_index_is_followed_to_its_platform(store: Store):
    source = MemorySource(store)
    (found,) = (await Gatherer(source).gather({INDEX: AMD64}, Someone(), 5))[INDEX]
    assert isinstance(found, ImageProfile)
    assert found.platform == "linux/amd64"
    assert source.asked == ["resolve", "manifest", "config"]


async def test_platforms_are_gathered_together(store: Store):
    found = (await Gatherer(MemorySource(store)).gather({INDEX: BOTH}, Someone(), 5))[INDEX]
    assert [image.platform for image in found if isinstance(image, ImageProfile)] == [
        "linux/amd64",
        "linux/arm64",
    ]


async def test_the_config_is_not_fetched_where_the_manifest_is_enough(store: Store):
    source = MemorySource(store)
    (found,) = (await Gatherer(source).gather({SINGLE: MANIFEST_ONLY}, Someone(), 5))[SINGLE]
    assert isinstance(found, ImageProfile)
    assert found.size.pull > 1_000_000
    assert source.asked == ["resolve"]


async def test_what_is_known_is_not_asked_again(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    first = await gatherer.gather({INDEX: AMD64}, Someone(), 5)
    source.asked.clear()
    assert await gatherer.gather({INDEX: AMD64}, Someone(), 5) == first
    assert source.asked == []


async def test_a_profile_is_given_only_to_a_scope_that_may_know_it(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    await gatherer.gather({INDEX: AMD64}, Someone("team-a"), 5)
    source.asked.clear()
    await gatherer.gather({INDEX: AMD64}, Someone("team-b"), 5)
    assert source.asked == ["resolve", "manifest", "config"]  # all of it on its own behalf


async def test_simultaneous_reviews_share_one_flight(store: Store):
    gate = Gate()
    source = MemorySource(store, gate)
    gatherer = Gatherer(source)
    waiting = [
        asyncio.create_task(gatherer.gather({SINGLE: AMD64}, Someone(), 5)) for _ in range(20)
    ]
    await asyncio.sleep(0)
    gate.open()
    results = await asyncio.gather(*waiting)
    assert source.asked == ["resolve", "config"]
    assert all(result == results[0] for result in results)


async def test_a_flight_outlives_the_review_and_serves_the_next(store: Store):
    gate = Gate()
    source = MemorySource(store, gate)
    gatherer = Gatherer(source)
    late = await gatherer.gather({SINGLE: AMD64}, Someone(), 0.01)
    assert late[SINGLE] == (Unavailable(FailureKind.TIMEOUT, "registry timeout after 0.01 s"),)
    gate.open()
    (found,) = (await gatherer.gather({SINGLE: AMD64}, Someone(), 5))[SINGLE]
    assert isinstance(found, ImageProfile)
    assert source.asked == ["resolve", "config"]


async def test_what_came_in_time_is_kept_beside_what_did_not(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    await gatherer.gather({INDEX: AMD64}, Someone(), 5)
    source.delay = Gate()
    found = await gatherer.gather({INDEX: AMD64, SINGLE: AMD64}, Someone(), 0.01)
    assert isinstance(found[INDEX][0], ImageProfile)
    assert isinstance(found[SINGLE][0], Unavailable)
    await gatherer.aclose()


async def test_a_flight_has_a_limit_of_its_own(store: Store):
    gatherer = Gatherer(MemorySource(store, Gate()), flight_limit=0.01)
    (found,) = (await gatherer.gather({SINGLE: AMD64}, Someone(), 5))[SINGLE]
    assert found == Unavailable(FailureKind.TIMEOUT, "registry timeout after 0.01 s")


async def test_the_number_of_flights_is_bounded(store: Store):
    gatherer = Gatherer(MemorySource(store, Gate()), max_flights=1)
    found = await gatherer.gather({SINGLE: AMD64, INDEX: AMD64}, Someone(), 0.01)
    assert "too many images" in found[INDEX][0].detail  # type: ignore[union-attr]
    await gatherer.aclose()


async def test_failures_are_values_and_are_not_remembered(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source)
    missing = Reference.parse("registry.test/shop/nothing:1")
    for _ in range(2):
        found = await gatherer.gather({missing: AMD64}, Someone(), 5)
        assert found[missing] == (Unavailable(FailureKind.NOT_FOUND, "no such image"),)
    assert source.asked == ["resolve", "resolve"]


async def test_a_defect_met_on_a_hostile_image_is_a_value_too(store: Store):
    async def broken() -> None:
        raise ZeroDivisionError("the text of an error may hold anything")

    found = await Gatherer(MemorySource(store, broken)).gather({SINGLE: AMD64}, Someone(), 5)
    detail = "the image could not be understood (ZeroDivisionError)"
    assert found[SINGLE] == (Unavailable(FailureKind.MALFORMED, detail),)


@pytest.mark.parametrize("weights", [[40, 40, 40], [100, 1, 100]])
def test_memory_is_bounded_by_weight_and_forgets_the_least_used(weights: list[int]):
    memo: Memo[int, str] = Memo(100)
    for key, weight in enumerate(weights):
        memo.put(key, f"value {key}", weight)
    assert memo.get(0) is None
    assert memo.get(len(weights) - 1) == f"value {len(weights) - 1}"


def test_what_is_put_again_weighs_once():
    memo: Memo[str, int] = Memo(100)
    for value in range(50):
        memo.put("same", value, 60)
    memo.put("other", 1, 40)
    assert (memo.get("same"), memo.get("other")) == (49, 1)


async def test_profiles_without_a_config_take_room_too(store: Store):
    source = MemorySource(store)
    gatherer = Gatherer(source, memory=1)
    await gatherer.gather({SINGLE: MANIFEST_ONLY}, Someone(), 5)
    await gatherer.gather({INDEX: MANIFEST_ONLY}, Someone(), 5)
    source.asked.clear()
    await gatherer.gather({SINGLE: MANIFEST_ONLY}, Someone(), 5)
    assert source.asked == ["resolve"]  # the room was for one


async def test_one_slow_registry_leaves_room_for_the_others(store: Store):
    source = MemorySource(store, Gate())
    gatherer = Gatherer(source, max_flights=4)
    slow = {Reference.parse(f"slow.test/shop/x{number}:1"): AMD64 for number in range(4)}
    found = await gatherer.gather(slow, Someone(), 0.01)
    assert sum("too many" in item.detail for (item,) in found.values()) == 2  # type: ignore[union-attr]
    source.delay = at_once
    (other,) = (await gatherer.gather({SINGLE: AMD64}, Someone(), 5))[SINGLE]
    assert isinstance(other, ImageProfile)
    await gatherer.aclose()
