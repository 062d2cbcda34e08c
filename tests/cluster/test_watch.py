import asyncio
import json
from contextlib import aclosing

from aiohttp import web

from tests.cluster.apiserver import Api
from tests.cluster.world import failing, until
from webhook.cluster.client import Cluster
from webhook.cluster.wire import Event, Item, decode
from webhook.errors import ClusterFailure

SECRETS = "/api/v1/namespaces/team/secrets"


def told(event: Event) -> tuple[str, str]:
    return event.type, decode(event.object, Item).metadata.name


async def test_what_happened_since_is_told_and_then_what_happens(api: Api, cluster: Cluster):
    version = str(api.version)
    api.put(f"{SECRETS}/a")
    async with aclosing(cluster.watch(SECRETS, version)) as events:
        assert told(await anext(events)) == ("ADDED", "a")
        api.put(f"{SECRETS}/a", data={})
        api.put("/api/v1/namespaces/other/secrets/b")
        api.delete(f"{SECRETS}/a")
        assert told(await anext(events)) == ("MODIFIED", "a")
        assert told(await anext(events)) == ("DELETED", "a")


async def test_bookmarks_are_asked_for_and_say_the_version(api: Api, cluster: Cluster):
    async with aclosing(cluster.watch(SECRETS, "100", field_selector="type=x")) as events:
        first = asyncio.ensure_future(anext(events))
        await until(lambda: api.watchers)
        api.version = 777
        api.bookmark()
        mark = await first
    assert mark.type == "BOOKMARK"
    assert decode(mark.object, Item).metadata.resource_version == "777"
    (request,) = api.seen
    assert request.query["allowWatchBookmarks"] == "true"
    assert request.query["fieldSelector"] == "type=x"
    assert 240 <= int(request.query["timeoutSeconds"]) <= 300


async def test_a_watch_ends_with_the_stream_even_in_the_middle_of_an_event(
    api: Api, cluster: Cluster
):
    for broken in (False, True):
        api.put(f"{SECRETS}/a")
        seen = []
        async for event in cluster.watch(SECRETS, str(api.version - 1)):
            seen.append(told(event)[1])
            api.end_watches(broken=broken)
        assert seen == ["a"]


async def test_events_are_put_together_from_any_pieces(api: Api, cluster: Cluster):
    async def pieces(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        lines = b"".join(
            json.dumps({"type": "ADDED", "object": {"metadata": {"name": name}}}).encode() + b"\n"
            for name in ("a", "b", "c")
        )
        for start in range(0, len(lines), 7):
            await response.write(lines[start : start + 7])
            await asyncio.sleep(0.001)
        return response

    api.faults.append(pieces)
    assert [told(event)[1] async for event in cluster.watch(SECRETS, "1")] == ["a", "b", "c"]


async def test_a_version_that_is_forgotten_is_expired(api: Api, cluster: Cluster):
    api.put(f"{SECRETS}/a")
    api.compact()
    async with aclosing(cluster.watch(SECRETS, "100")) as events:
        assert (await failing(anext(events))).kind is ClusterFailure.EXPIRED


async def test_a_version_may_be_refused_before_anything_is_told(api: Api, cluster: Cluster):
    api.fail(SECRETS, 410, "Expired")
    async with aclosing(cluster.watch(SECRETS, "100")) as events:
        assert (await failing(anext(events))).kind is ClusterFailure.EXPIRED


async def test_an_event_without_an_end_is_not_waited_for(api: Api, connect):
    cluster = await connect(document=5000)
    async with aclosing(cluster.watch(SECRETS, "100")) as events:
        first = asyncio.ensure_future(anext(events))
        await until(lambda: api.watchers)
        for _ in range(9):
            api.say(b"x" * 1000)
        assert (await failing(first)).kind is ClusterFailure.TOO_LARGE


async def test_a_watch_that_is_silent_for_too_long_is_over(api: Api, connect):
    cluster = await connect(silence=0.05)
    assert [event async for event in cluster.watch(SECRETS, "100")] == []


async def test_what_is_no_event_is_malformed(api: Api, cluster: Cluster):
    async with aclosing(cluster.watch(SECRETS, "100")) as events:
        first = asyncio.ensure_future(anext(events))
        await until(lambda: api.watchers)
        api.say(b"not JSON\n")
        assert (await failing(first)).kind is ClusterFailure.MALFORMED
