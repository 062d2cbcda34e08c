"""Tags that move, vanish or cannot be asked about; failures that are remembered; budgets."""

from dataclasses import replace

import pytest

from tests.registry.images import keep
from tests.registry.world import ADA, BEARER, NOBODY, PATH, failure, image, keychain, pull, trips
from webhook.errors import FailureKind
from webhook.sandbox.behaviour import Behaviour, User

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
