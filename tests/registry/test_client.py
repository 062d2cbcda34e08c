"""The registry as an image source: what comes back, to whom, and how often it is asked."""

import asyncio

import pytest

from tests.registry.images import build, keep
from tests.registry.world import (
    ADA,
    BEARER,
    NOBODY,
    PATH,
    Counter,
    failure,
    image,
    keychain,
    pull,
    trips,
)
from webhook.errors import FailureKind, FetchError
from webhook.oci import Index
from webhook.registry.options import CacheOptions, Limits, RegistryOptions
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.store import Store

IMAGE = [("GET", "tag", 200), ("GET", "digest", 200), ("GET", "blob", 200)]


# What comes back


async def test_an_index_its_manifest_and_its_config_are_read(serve, connect):
    registry = await serve()
    client = connect(registry)
    resolved = await client.resolve(image(registry), NOBODY)
    assert isinstance(resolved.document, Index)
    assert not resolved.stale
    (child,) = resolved.document.images
    manifest = await client.manifest(image(registry), child, NOBODY)
    config = await client.config(image(registry), manifest.config, NOBODY)
    assert config.raw == build().config
    assert manifest.pull_size == len(build().layer)


async def test_a_single_manifest_of_docker_is_read(serve, connect):
    store, built = Store(), build(docker=True)
    layer, config, manifest, _ = built.types
    store.put_blob(built.layer, layer)
    store.put_blob(built.config, config)
    store.put_manifest(PATH, built.manifest, manifest, "1.0")
    registry = await serve(None, store)
    assert (await pull(connect(registry), image(registry), NOBODY)).config.user == "10001"


async def test_a_reference_without_a_tag_means_latest(serve, connect):
    store = Store()
    keep(store, PATH, "latest")
    registry = await serve(None, store)
    await connect(registry).resolve(image(registry, PATH), NOBODY)
    assert registry.seen[0].path.endswith("/manifests/latest")


# What is known without asking


async def test_what_is_known_follows_the_tag_and_its_time(serve, connect, clock):
    registry = await serve()
    client, reference = connect(registry), image(registry)
    assert client.known(reference, NOBODY) is None
    resolved = await client.resolve(reference, NOBODY)
    assert client.known(reference, NOBODY) == resolved.digest
    pinned = image(registry, f"{PATH}@{resolved.digest}")
    clock.seconds += 61
    assert client.known(reference, NOBODY) is None
    assert client.known(pinned, NOBODY) == resolved.digest


async def test_nothing_is_known_to_who_was_given_nothing(serve, connect):
    registry = await serve()
    client, ada = connect(registry), keychain((registry, ADA))
    resolved = await client.resolve(image(registry), ada)
    pinned = image(registry, f"{PATH}@{resolved.digest}")
    for reference in (image(registry), pinned):
        assert client.known(reference, NOBODY) is None
        assert client.known(reference, ada) == resolved.digest
        assert client.known(reference, keychain((registry, ADA))) == resolved.digest


# Tenancy


async def test_content_of_one_scope_is_asked_for_again_by_another(serve, connect):
    registry = await serve(Behaviour("basic", {"ada": User("s3cret"), "eve": User("x", "", ())}))
    client, ada = connect(registry), keychain((registry, ADA))
    eve = keychain((registry, {"username": "eve", "password": "x"}))
    resolved = await client.resolve(image(registry), ada)
    child = resolved.document.images[0]
    manifest = await client.manifest(image(registry), child, ada)
    await client.config(image(registry), manifest.config, ada)
    for credentials in (eve, NOBODY):
        for question in (
            client.resolve(image(registry), credentials),
            client.resolve(image(registry, f"{PATH}@{resolved.digest}"), credentials),
            client.manifest(image(registry), child, credentials),
            client.config(image(registry), manifest.config, credentials),
        ):
            with pytest.raises(FetchError) as caught:
                await question
            assert caught.value.kind is FailureKind.UNAUTHORIZED


async def test_the_refusal_of_one_scope_is_not_remembered_against_another(serve, connect):
    registry = await serve(BEARER)
    client = connect(registry)
    assert (await failure(client, image(registry))).kind is FailureKind.UNAUTHORIZED
    await client.resolve(image(registry), keychain((registry, ADA)))


# Flights


async def test_fifty_who_ask_at_once_are_one_request(serve, connect):
    registry = await serve(Behaviour(latency=0.02))
    client = connect(registry)
    configs = await asyncio.gather(*(pull(client, image(registry), NOBODY) for _ in range(50)))
    assert len({config.raw for config in configs}) == 1
    assert trips(registry) == IMAGE


async def test_two_scopes_are_two_requests(serve, connect):
    registry = await serve(Behaviour(latency=0.02))
    client = connect(registry)
    await asyncio.gather(
        client.resolve(image(registry), NOBODY),
        client.resolve(image(registry), keychain((registry, ADA))),
    )
    assert len(registry.seen) == 2


async def test_who_gives_up_finds_the_answer_when_asking_again(serve, connect):
    registry = await serve(Behaviour(latency=0.05))
    client = connect(registry)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.resolve(image(registry), NOBODY), 0.01)
    assert client.known(image(registry), NOBODY) is None
    await asyncio.sleep(0.1)
    assert client.known(image(registry), NOBODY) is not None
    await client.resolve(image(registry), NOBODY)
    assert len(registry.seen) == 1


async def test_what_is_under_way_at_the_end_is_cancelled(serve, connect):
    registry = await serve(Behaviour(latency=0.2))
    client = connect(registry)
    asked = asyncio.create_task(client.resolve(image(registry), NOBODY))
    await asyncio.sleep(0.01)
    await client.aclose()
    with pytest.raises(FetchError, match="shutting down"):
        await asked


async def test_a_flood_of_questions_is_turned_away(serve, connect):
    registry = await serve(Behaviour(latency=0.02))
    options = RegistryOptions(limits=Limits(flights=10))
    client = connect(registry, options=options)
    outcomes = await asyncio.gather(
        *(client.resolve(image(registry, f"{PATH}:{n}"), NOBODY) for n in range(8)),
        return_exceptions=True,
    )
    kinds = [outcome.kind for outcome in outcomes]
    assert kinds.count(FailureKind.TIMEOUT) == 3
    assert kinds.count(FailureKind.NOT_FOUND) == 5


# Bounds


async def test_what_does_not_fit_is_asked_for_again(serve, connect, store, clock):
    registry = await serve(None, store)
    client = connect(registry, options=RegistryOptions(cache=CacheOptions(size=4096)))
    for tag in ("1.0", "2.0", "1.0"):
        await pull(client, image(registry, f"{PATH}:{tag}"), NOBODY)
    assert len(registry.seen) >= 7


# Counting


async def test_the_observer_hears_of_hits_and_misses(serve, connect):
    registry = await serve()
    counter = Counter()
    client = connect(registry, observer=counter)
    await pull(client, image(registry), NOBODY)
    await pull(client, image(registry), NOBODY)
    assert counter.lookups == [
        ("tag", False),
        ("document", False),
        ("config", False),
        ("tag", True),
        ("document", True),
        ("config", True),
    ]
