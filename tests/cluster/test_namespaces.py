import asyncio
from contextlib import suppress

import pytest

from tests.cluster.apiserver import Api
from tests.cluster.world import until
from webhook.cluster.namespaces import Namespaces
from webhook.cluster.reflector import Surroundings

NAMESPACES = "/api/v1/namespaces"


@pytest.mark.parametrize("names", [None, ["team", "bare"]])
async def test_labels_are_known_and_followed(
    api: Api, around: Surroundings, names: list[str] | None
):
    api.put(f"{NAMESPACES}/team", metadata={"labels": {"tier": "web"}})
    api.put(f"{NAMESPACES}/bare")
    namespaces = Namespaces(around, names)
    assert namespaces.known("team") is None
    task = asyncio.create_task(namespaces.run())
    await namespaces.settle()
    assert namespaces.known("team") == {"tier": "web"}
    assert namespaces.known("bare") == {}
    assert namespaces.known("other") is None
    await until(lambda: len(api.watchers) == len(names or [""]))
    api.put(f"{NAMESPACES}/team", metadata={"labels": {"tier": "db"}})
    await until(lambda: namespaces.known("team") == {"tier": "db"})
    api.delete(f"{NAMESPACES}/team")
    await until(lambda: namespaces.known("team") is None)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_namespace_that_is_too_new_for_the_watch_is_asked_for(
    api: Api, around: Surroundings
):
    namespaces = Namespaces(around, ["team"])
    api.put(f"{NAMESPACES}/team", metadata={"labels": {"tier": "web"}})
    api.put(f"{NAMESPACES}/other")
    assert await namespaces.labels("team") == {"tier": "web"}
    assert await namespaces.labels("other") is None  # nobody allowed that one
    api.delete(f"{NAMESPACES}/team")
    assert await namespaces.labels("team") is None
