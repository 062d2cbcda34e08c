import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web

from tests.cluster.apiserver import Api
from tests.cluster.world import Clock, Observer, until
from webhook.cluster.reflector import Happened, Reflected, Reflector, Source, Surroundings
from webhook.cluster.wire import Item
from webhook.errors import ClusterFailure

MAPS = "/api/v1/namespaces/team/configmaps"


class Map(Item, frozen=True):
    data: str = ""


@pytest.fixture
def reflector(around: Surroundings) -> Reflector[Map, str]:
    return Reflector(around, Source("configmaps", MAPS), Map, lambda item: item.data)


@pytest.fixture
async def running(reflector: Reflector[Map, str]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(reflector.run())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError, ValueError):
        await task


@pytest.fixture
async def following(api: Api, reflector: Reflector[Map, str], running) -> Reflector[Map, str]:
    """One that has read ``a`` and watches."""
    api.put(f"{MAPS}/a", data="1")
    await until(lambda: reflector.ready.is_set() and api.watchers)
    return reflector


async def test_it_is_ready_when_it_holds_the_whole_list(
    api: Api, reflector: Reflector[Map, str], observer: Observer
):
    api.page = 2
    for name in "abcde":
        api.put(f"{MAPS}/{name}", data=name)
    assert not reflector.ready.is_set()
    task = asyncio.create_task(reflector.run())
    await until(reflector.ready.is_set)
    assert [reflector.get("team", name) for name in "abcdef"] == [*"abcde", None]
    ((kind, reported),) = observer.told
    assert (kind, reported.happened, reported.objects) == ("configmaps", Happened.LISTED, 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not reflector.ready.is_set()


async def test_it_follows_what_happens(api: Api, following: Reflector[Map, str]):
    api.put(f"{MAPS}/a", data="2")
    api.put(f"{MAPS}/b", data="3")
    await until(lambda: following.get("team", "b") == "3")
    assert following.get("team", "a") == "2"
    api.delete(f"{MAPS}/a")
    await until(lambda: following.get("team", "a") is None)


@pytest.mark.parametrize("broken", [False, True])
async def test_it_resumes_where_a_watch_ended(
    api: Api, following: Reflector[Map, str], observer: Observer, broken: bool
):
    api.put(f"{MAPS}/a", data="2")
    await until(lambda: following.get("team", "a") == "2")
    again = asyncio.Event()

    async def hold(request: web.Request) -> None:
        """Nobody watches until the test says so."""
        if request.query.get("watch"):
            await again.wait()

    api.faults.append(hold)
    api.end_watches(broken=broken)
    await until(lambda: not api.watchers)
    api.put(f"{MAPS}/a", data="3")
    again.set()
    await until(lambda: following.get("team", "a") == "3")
    assert observer.count(Happened.LISTED) == 1
    assert observer.count(Happened.RESUMED) == 1


async def test_it_resumes_from_the_last_bookmark(api: Api, following: Reflector[Map, str]):
    for _ in range(5):
        api.put("/api/v1/namespaces/other/configmaps/x")
    api.bookmark()
    api.end_watches()
    await until(lambda: api.asked(watch="true", resourceVersion=str(api.version)))


async def test_a_watch_that_lasted_is_resumed_at_once_and_a_brief_one_after_a_pause(
    api: Api, following: Reflector[Map, str], clock: Clock
):
    clock.seconds += 250
    api.end_watches()
    await until(lambda: api.asked(watch="true") == 2)
    assert clock.waits == []
    await until(lambda: api.watchers)
    api.end_watches()
    await until(lambda: api.asked(watch="true") == 3)
    assert len(clock.waits) == 1


async def test_it_lists_anew_when_its_version_is_forgotten(
    api: Api, following: Reflector[Map, str], observer: Observer
):
    api.end_watches()
    api.delete(f"{MAPS}/a")
    api.put(f"{MAPS}/b", data="9")
    api.compact()
    await until(lambda: following.get("team", "b") == "9")
    assert following.get("team", "a") is None
    assert [failure.kind for failure in observer.failures] == [ClusterFailure.EXPIRED]
    assert following.failure is None


async def test_it_lists_anew_from_the_start_when_a_page_is_forgotten(
    api: Api, reflector: Reflector[Map, str], observer: Observer, running
):
    def forget_once(request) -> None:
        if request.query.get("continue") and not api.compacted:
            api.compact()

    api.page = 1
    api.faults.append(forget_once)
    api.put(f"{MAPS}/a", data="1")
    api.put(f"{MAPS}/b", data="2")
    await until(lambda: observer.failures)
    api.put(f"{MAPS}/c", data="3")
    await until(reflector.ready.is_set)
    assert [failure.kind for failure in observer.failures] == [ClusterFailure.EXPIRED]


async def test_what_it_holds_stays_while_the_api_server_cannot_be_asked(
    api: Api, following: Reflector[Map, str], observer: Observer
):
    api.fail(MAPS, 503, "ServiceUnavailable")
    api.end_watches()
    await until(lambda: len(observer.failures) > 3)
    assert following.get("team", "a") == "1"
    assert following.ready.is_set()
    assert following.failure is not None
    api.faults.clear()
    await until(lambda: following.failure is None)


async def test_it_waits_longer_each_time_and_tells_each_failure(
    api: Api, reflector: Reflector[Map, str], observer: Observer, clock: Clock, running
):
    api.fail(MAPS, 403, "Forbidden", "you may not")
    await until(lambda: len(clock.waits) >= 8)
    assert sum(clock.waits[:2]) < sum(clock.waits[6:8])
    assert {failure.kind for failure in observer.failures} == {ClusterFailure.FORBIDDEN}
    assert not reflector.ready.is_set()


async def test_it_stays_away_as_long_as_it_is_asked_to(
    api: Api, observer: Observer, clock: Clock, running
):
    api.fail(MAPS, 429, "TooManyRequests", **{"Retry-After": "33"})
    await until(lambda: clock.waits)
    assert clock.waits[0] == 33


async def test_an_event_that_cannot_be_read_makes_it_list_anew(
    api: Api, following: Reflector[Map, str], observer: Observer
):
    api.say(b'{"type":"MODIFIED","object":{"metadata":{"name":7}}}\n')
    await until(lambda: observer.count(Happened.LISTED) == 2)
    assert [failure.kind for failure in observer.failures] == [ClusterFailure.MALFORMED]


async def test_it_never_dies_silently(api: Api, around: Surroundings, observer: Observer):
    api.put(f"{MAPS}/a")
    reflector = Reflector(around, Source("configmaps", MAPS), Map, lambda item: int(item.data))
    with pytest.raises(ValueError, match="invalid literal"):
        await reflector.run()
    assert observer.failures[-1].detail == f"{MAPS} is no longer followed: ValueError"
    assert not reflector.ready.is_set()


async def test_several_run_and_are_ready_together(api: Api, around: Surroundings):
    two = [
        Reflector(around, Source("configmaps", path), Map, lambda item: item.data)
        for path in (MAPS, "/api/v1/namespaces/other/configmaps")
    ]
    reflected = Reflected(two)
    task = asyncio.create_task(reflected.run())
    assert not reflected.ready
    await reflected.settle()
    assert reflected.ready
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not reflected.ready
