"""The registry as an image source: round trips, caching, staleness, tenancy."""

import asyncio
import sys
from dataclasses import replace

import pytest

from tests.registry.conftest import (
    NOBODY,
    PATH,
    Counter,
    image,
    keychain,
    pull,
    trips,
)
from tests.registry.images import build, keep
from webhook.errors import FailureKind, FetchError
from webhook.oci import Index, Reference
from webhook.registry.options import CacheOptions, Limits, RegistryOptions
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.store import Store

ADA = {"username": "ada", "password": "s3cret"}
BEARER = Behaviour("bearer", {"ada": User("s3cret")})

TOKEN = ("GET", "token", 200)
IMAGE = [("GET", "tag", 200), ("GET", "digest", 200), ("GET", "blob", 200)]


async def failure(client, reference, credentials=NOBODY) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await client.resolve(reference, credentials)
    return caught.value


@pytest.fixture
def store() -> Store:
    store = Store()
    keep(store, PATH, "1.0")
    keep(store, PATH, "2.0", user="2")
    keep(store, "team/api", "1.0", user="3")
    return store


# Round trips: the goals of the design, exactly


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


# Tags that move, vanish, or cannot be asked about


async def test_a_tag_that_moved_is_read_anew(serve, connect, store, clock):
    registry = await serve(None, store)
    client = connect(registry)
    await client.resolve(image(registry), NOBODY)
    moved = keep(store, PATH, "1.0", user="moved")
    clock.seconds += 61
    registry.seen.clear()
    assert (await client.resolve(image(registry), NOBODY)).digest == moved.digest
    assert trips(registry) == [("HEAD", "tag", 200), ("GET", "tag", 200)]


async def test_a_tag_that_moved_to_what_is_known_needs_no_get(serve, connect, store, clock):
    registry = await serve(None, store)
    client = connect(registry)
    for tag in ("1.0", "2.0"):
        await client.resolve(image(registry, f"{PATH}:{tag}"), NOBODY)
    repository = store.repositories[PATH]
    repository.tags["1.0"] = repository.tags["2.0"]
    clock.seconds += 61
    registry.seen.clear()
    resolved = await client.resolve(image(registry), NOBODY)
    assert str(resolved.digest) == repository.tags["2.0"]
    assert trips(registry) == [("HEAD", "tag", 200)]


@pytest.mark.parametrize("told", ["", "sha256:short", "md5:00"])
async def test_a_head_that_does_not_tell_the_digest_is_followed_by_a_get(
    serve, connect, clock, told
):
    registry = await serve()
    client = connect(registry)
    first = await client.resolve(image(registry), NOBODY)
    registry.behaviour = Behaviour(digest_header=told)
    clock.seconds += 61
    assert await client.resolve(image(registry), NOBODY) == first
    assert trips(registry)[1:] == [("HEAD", "tag", 200), ("GET", "tag", 200)]


async def test_a_tag_that_vanished_is_not_found_however_well_it_was_known(
    serve, connect, store, clock
):
    registry = await serve(None, store)
    client = connect(registry)
    await client.resolve(image(registry), NOBODY)
    del store.repositories[PATH].tags["1.0"]
    clock.seconds += 61
    assert (await failure(client, image(registry))).kind is FailureKind.NOT_FOUND


@pytest.mark.parametrize("failures", [(503,) * 3, (429,) * 3, (408,) * 3])
async def test_what_a_tag_was_is_served_while_its_registry_cannot_be_asked(
    serve, connect, clock, failures
):
    registry = await serve()
    client = connect(registry)
    first = await client.resolve(image(registry), NOBODY)
    clock.seconds += 61
    registry.behaviour = Behaviour(failures=failures)
    assert await client.resolve(image(registry), NOBODY) == replace(first, stale=True)
    assert client.known(image(registry), NOBODY) is None, "stale is not known"


async def test_a_stale_tag_is_fresh_again_once_its_registry_answers(serve, connect, clock):
    registry = await serve()
    client = connect(registry)
    await client.resolve(image(registry), NOBODY)
    clock.seconds += 61
    registry.behaviour = Behaviour(failures=(503,) * 3)
    assert (await client.resolve(image(registry), NOBODY)).stale
    asked = len(registry.seen)
    assert (await client.resolve(image(registry), NOBODY)).stale
    assert len(registry.seen) == asked, "it is left alone for a moment"
    clock.seconds += 5
    assert not (await client.resolve(image(registry), NOBODY)).stale


async def test_a_tag_is_not_served_for_longer_than_an_hour(serve, connect, clock):
    registry = await serve()
    client = connect(registry)
    await client.resolve(image(registry), NOBODY)
    clock.seconds += 3601
    registry.behaviour = Behaviour(failures=(503,) * 3)
    assert (await failure(client, image(registry))).kind is FailureKind.UNREACHABLE


async def test_a_refusal_is_never_covered_by_what_a_tag_was(serve, connect, clock):
    registry = await serve(BEARER)
    client, ada = connect(registry), keychain((registry, ADA))
    await client.resolve(image(registry), ada)
    clock.seconds += 61
    registry.behaviour = replace(BEARER, users={"ada": User("changed")})
    registry.tokens.revoke()
    assert (await failure(client, image(registry), ada)).kind is FailureKind.UNAUTHORIZED


# Failures that are remembered


@pytest.mark.parametrize(
    ("behaviour", "name", "kind", "seconds"),
    [
        (Behaviour(), f"{PATH}:none", FailureKind.NOT_FOUND, 30),
        (BEARER, f"{PATH}:1.0", FailureKind.UNAUTHORIZED, 30),
        (Behaviour(failures=(429,) * 9), f"{PATH}:1.0", FailureKind.RATE_LIMITED, 60),
        (
            Behaviour(failures=(429,) * 9, retry_after="90"),
            f"{PATH}:1.0",
            FailureKind.RATE_LIMITED,
            90,
        ),
    ],
)
async def test_a_failure_is_remembered_for_a_while(
    serve, connect, clock, behaviour, name, kind, seconds
):
    registry = await serve(behaviour)
    client = connect(registry)
    errors = [await failure(client, image(registry, name))]
    asked = len(registry.seen)
    clock.seconds += seconds - 1
    errors.append(await failure(client, image(registry, name)))
    assert len(registry.seen) == asked
    assert {error.kind for error in errors} == {kind}
    assert errors[0] is not errors[1]
    clock.seconds += 2
    await failure(client, image(registry, name))
    assert len(registry.seen) > asked


async def test_retry_after_is_obeyed_when_it_fits_and_told_when_not(serve, connect, clock):
    registry = await serve(Behaviour(failures=(429,), retry_after="7"))
    await connect(registry).resolve(image(registry), NOBODY)
    assert clock.waits == [7.0]
    registry.behaviour = Behaviour(failures=(429,), retry_after="31")
    error = await failure(connect(registry), image(registry))
    assert (error.kind, error.retry_after) == (FailureKind.RATE_LIMITED, 31.0)
    assert clock.waits == [7.0]


async def test_temporary_failures_are_tried_three_times(serve, connect):
    registry = await serve(Behaviour(failures=(500, 502)))
    await connect(registry).resolve(image(registry), NOBODY)
    assert [status for _, _, status in trips(registry)] == [500, 502, 200]
    registry.behaviour = Behaviour(failures=(503,) * 3)
    assert (await failure(connect(registry), image(registry))).kind is FailureKind.UNREACHABLE


async def test_an_answer_that_broke_off_is_asked_for_again(serve, connect, clock):
    registry = await serve(Behaviour(truncate=True))
    error = await failure(connect(registry), image(registry))
    assert error.kind is FailureKind.UNREACHABLE
    assert len(registry.seen) == 3


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
    options = RegistryOptions(limits=Limits(flights=5))
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


# Docker Hub's budget


async def test_below_the_floor_no_tag_is_read(serve, connect, store, clock):
    registry = await serve(Behaviour(remaining="9;w=600"), store)
    client = connect(registry)
    await pull(client, image(registry), NOBODY)
    asked = len(registry.seen)
    error = await failure(client, image(registry, f"{PATH}:2.0"))
    assert error.kind is FailureKind.RATE_LIMITED
    assert "9 pulls left" in error.detail
    assert len(registry.seen) == asked


async def test_below_the_floor_a_head_still_revalidates(serve, connect, store, clock):
    registry = await serve(Behaviour(remaining="9;w=600"), store)
    client = connect(registry)
    first = await client.resolve(image(registry), NOBODY)
    clock.seconds += 61
    assert await client.resolve(image(registry), NOBODY) == first
    keep(store, PATH, "1.0", user="moved")
    clock.seconds += 61
    assert await client.resolve(image(registry), NOBODY) == replace(first, stale=True)
    assert [method for method, _, _ in trips(registry)] == ["GET", "HEAD", "HEAD"]


async def test_when_the_window_has_passed_tags_are_read_again(serve, connect, store, clock):
    registry = await serve(Behaviour(remaining="9;w=600"), store)
    client = connect(registry)
    await client.resolve(image(registry), NOBODY)
    await failure(client, image(registry, f"{PATH}:2.0"))
    clock.seconds += 601
    await client.resolve(image(registry, f"{PATH}:2.0"), NOBODY)


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


@pytest.mark.skipif(sys.gettrace() is not None, reason="tracing slows everything down")
async def test_what_is_known_is_said_in_microseconds(serve, connect):
    registry = await serve()
    client, credentials = connect(registry), keychain((registry, ADA))
    reference = Reference.parse(f"{registry.host}/{PATH}:1.0")
    await client.resolve(reference, credentials)
    loop = asyncio.get_running_loop()
    started = loop.time()
    for _ in range(1000):
        client.known(reference, credentials)
    assert (loop.time() - started) / 1000 < 100e-6
