"""Round trips: the goals of the design, exactly."""

from tests.registry.world import ADA, BEARER, NOBODY, PATH, image, keychain, pull, trips

TOKEN = ("GET", "token", 200)
IMAGE = [("GET", "tag", 200), ("GET", "digest", 200), ("GET", "blob", 200)]


async def test_first_contact_takes_five(serve, connect, store):
    registry = await serve(BEARER, store)
    await pull(connect(registry), image(registry), keychain((registry, ADA)))
    assert trips(registry) == [("GET", "tag", 401), TOKEN, *IMAGE]


async def test_a_known_realm_saves_one(serve, connect, store):
    registry = await serve(BEARER, store)
    client, credentials = connect(registry), keychain((registry, ADA))
    await pull(client, image(registry), credentials)
    registry.seen.clear()
    await pull(client, image(registry, "team/api:1.0"), credentials)
    assert trips(registry) == [TOKEN, *IMAGE]


async def test_a_token_saves_another(serve, connect, store):
    registry = await serve(BEARER, store)
    client, credentials = connect(registry), keychain((registry, ADA))
    await pull(client, image(registry), credentials)
    registry.seen.clear()
    await pull(client, image(registry, f"{PATH}:2.0"), credentials)
    assert trips(registry) == IMAGE


async def test_without_authentication_there_are_three(serve, connect):
    registry = await serve()
    await pull(connect(registry), image(registry), NOBODY)
    assert trips(registry) == IMAGE


async def test_a_tag_whose_digest_is_known_takes_one_and_it_is_a_head(serve, connect, store, clock):
    registry = await serve(BEARER, store)
    client, credentials = connect(registry), keychain((registry, ADA))
    await pull(client, image(registry), credentials)
    clock.seconds += 61
    registry.seen.clear()
    await pull(client, image(registry), credentials)
    assert trips(registry) == [("HEAD", "tag", 200)]


async def test_within_its_time_a_tag_takes_none(serve, connect, clock):
    registry = await serve()
    client = connect(registry)
    first = await pull(client, image(registry), NOBODY)
    clock.seconds += 59
    registry.seen.clear()
    assert await pull(client, image(registry), NOBODY) == first
    assert registry.seen == []


async def test_a_digest_that_was_seen_takes_none_for_good(serve, connect, clock):
    registry = await serve()
    client = connect(registry)
    resolved = await client.resolve(image(registry), NOBODY)
    clock.seconds += 1e6
    registry.seen.clear()
    again = await client.resolve(image(registry, f"{PATH}@{resolved.digest}"), NOBODY)
    assert again == resolved
    assert registry.seen == []


async def test_a_digest_that_was_not_seen_takes_one(serve, connect, store):
    registry = await serve(None, store)
    digest = store.repositories[PATH].tags["1.0"]
    reference = image(registry, f"{PATH}:2.0@{digest}")
    resolved = await connect(registry).resolve(reference, NOBODY)
    assert str(resolved.digest) == digest, "the digest decides, not the tag"
    assert trips(registry) == [("GET", "digest", 200)]
