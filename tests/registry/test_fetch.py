"""Checking every byte, and mirrors."""

from dataclasses import replace

import pytest
from aiohttp import web

from tests.registry.images import build, keep
from tests.registry.world import ADA, NOBODY, PATH, failing, image, keychain, pull, trips
from webhook.errors import FailureKind
from webhook.oci import MediaType
from webhook.registry.options import Mirror, RegistryOptions
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.store import Store


async def parts(client, registry):
    """Descriptors of the sample's index, manifest and config, learnt while it was honest."""
    resolved = await client.resolve(image(registry), NOBODY)
    child = resolved.document.images[0]
    manifest = await client.manifest(image(registry), child, NOBODY)
    return resolved, child, manifest.config


async def test_other_bytes_than_were_asked_for_are_a_mismatch(serve, connect):
    registry = await serve()
    resolved, child, config = await parts(connect(registry), registry)
    registry.behaviour = Behaviour(lie=True)
    client = connect(registry)
    for question in (
        client.resolve(image(registry, f"{PATH}@{resolved.digest}"), NOBODY),
        client.manifest(image(registry), child, NOBODY),
        client.config(image(registry), config, NOBODY),
    ):
        assert (await failing(question)).kind is FailureKind.DIGEST_MISMATCH


async def test_bytes_that_do_not_match_are_not_kept(serve, connect):
    registry = await serve()
    resolved, _, _ = await parts(connect(registry), registry)
    registry.behaviour = Behaviour(lie=True)
    client, pinned = connect(registry), image(registry, f"{PATH}@{resolved.digest}")
    await failing(client.resolve(pinned, NOBODY))
    assert client.known(pinned, NOBODY) is None
    registry.behaviour = Behaviour()
    assert await client.resolve(pinned, NOBODY) == resolved


@pytest.mark.parametrize("by", [-1, 1])
async def test_another_size_than_the_descriptor_tells_is_a_mismatch(serve, connect, by):
    registry = await serve()
    warm = connect(registry)
    _, child, config = await parts(warm, registry)
    await warm.config(image(registry), config, NOBODY)
    for client in (connect(registry), warm):
        for question in (
            client.manifest(image(registry), replace(child, size=child.size + by), NOBODY),
            client.config(image(registry), replace(config, size=config.size + by), NOBODY),
        ):
            assert (await failing(question)).kind is FailureKind.DIGEST_MISMATCH


async def test_what_its_descriptor_says_is_too_large_is_not_asked_for(serve, connect):
    registry = await serve()
    _, child, config = await parts(connect(registry), registry)
    registry.seen.clear()
    client = connect(registry)
    for question in (
        client.manifest(image(registry), replace(child, size=5 * 1024 * 1024), NOBODY),
        client.config(image(registry), replace(config, size=3 * 1024 * 1024), NOBODY),
    ):
        assert (await failing(question)).kind is FailureKind.TOO_LARGE
    assert registry.seen == []


async def test_a_config_is_at_most_two_mebibytes(rogue, serve, connect):
    honest = await serve()
    _, _, config = await parts(connect(honest), honest)
    server = await rogue(lambda _: web.Response(body=bytes(2 * 1024 * 1024 + 1)))
    question = connect(server.host).config(image(server.host), config, NOBODY)
    assert (await failing(question)).kind is FailureKind.TOO_LARGE


async def test_a_digest_told_in_a_header_is_not_believed_of_a_body(serve, connect):
    wrong = "sha256:" + 64 * "0"
    registry = await serve(Behaviour(digest_header=wrong))
    resolved = await connect(registry).resolve(image(registry), NOBODY)
    assert str(resolved.digest) == registry.store.repositories[PATH].tags["1.0"]


@pytest.mark.parametrize(
    ("body", "media_type", "kind"),
    [
        (b"<html>", "text/html", FailureKind.MALFORMED),
        (b'{"schemaVersion": 2}', MediaType.OCI_MANIFEST, FailureKind.MALFORMED),
        (b'{"schemaVersion": 1}', MediaType.DOCKER_SCHEMA1_SIGNED, FailureKind.UNSUPPORTED),
        (b'{"schemaVersion": 2}', "application/vnd.unknown+json", FailureKind.UNSUPPORTED),
    ],
)
async def test_what_is_no_image_is_said_to_be_none(rogue, connect, body, media_type, kind):
    server = await rogue(lambda _: web.Response(body=body, content_type=media_type))
    client = connect(server.host)
    for _ in range(2):
        assert (await failing(client.resolve(image(server.host), NOBODY))).kind is kind
    assert len(server.seen) == 1, "it is remembered for a while"


async def test_a_config_that_is_no_json_is_malformed(serve, connect):
    store, built = Store(), build()
    registry = await serve(None, store)
    config = store.put_blob(b"no JSON", MediaType.OCI_CONFIG)
    store.put_manifest(PATH, built.manifest, MediaType.OCI_MANIFEST, "1.0")
    question = connect(registry).config(image(registry), config, NOBODY)
    assert (await failing(question)).kind is FailureKind.MALFORMED


async def test_a_registry_without_head_is_asked_by_get(rogue, connect, clock):
    built = build()

    def answer(request: web.Request) -> web.Response:
        if request.method == "HEAD":
            return web.Response(status=405)
        return web.Response(body=built.index, content_type=MediaType.OCI_INDEX)

    server = await rogue(answer)
    client = connect(server.host)
    await client.resolve(image(server.host), NOBODY)
    clock.seconds += 61
    assert not (await client.resolve(image(server.host), NOBODY)).stale
    assert [seen.method for seen in server.seen] == ["GET", "HEAD", "GET"]


# Mirrors


@pytest.fixture
def mirrored(serve):
    """A registry, a mirror of it under ``hub/``, and options that say so."""

    async def start(behaviour: Behaviour | None = None, *, holds: bool = True):
        registry, store = await serve(), Store()
        if holds:
            keep(store, f"hub/{PATH}", "1.0")
        mirror = await serve(behaviour, store)
        told = Mirror(registry.host, f"{mirror.host}/hub")
        return registry, mirror, RegistryOptions(mirrors=(told,))

    return start


async def test_a_mirror_is_asked_first_and_may_be_enough(mirrored, connect):
    registry, mirror, options = await mirrored()
    client = connect(registry, mirror, options=options)
    await pull(client, image(registry), NOBODY)
    assert registry.seen == []
    assert {seen.path.split("/manifests")[0] for seen in mirror.seen[:2]} == {f"/v2/hub/{PATH}"}
    assert client.known(image(registry), NOBODY) is not None


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(failures=(503,) * 9),
        Behaviour(failures=(429,) * 9, retry_after="1"),
        Behaviour(truncate=True),
        Behaviour("basic"),
    ],
)
async def test_a_mirror_that_fails_gives_way_at_once(mirrored, connect, behaviour, clock):
    registry, mirror, options = await mirrored(behaviour)
    client = connect(registry, mirror, options=options)
    await client.resolve(image(registry), NOBODY)
    assert len(mirror.seen) == 1
    assert clock.waits == []
    assert trips(registry) == [("GET", "tag", 200)]


async def test_a_mirror_that_lacks_it_gives_way(mirrored, connect):
    registry, mirror, options = await mirrored(holds=False)
    await pull(connect(registry, mirror, options=options), image(registry), NOBODY)
    assert [status for _, _, status in trips(mirror)] == [404, 404, 404]
    assert [status for _, _, status in trips(registry)] == [200, 200, 200]


async def test_a_mirror_that_lies_gives_way(mirrored, connect):
    registry, mirror, options = await mirrored(Behaviour(lie=True))
    digest = registry.store.repositories[PATH].tags["1.0"]
    client = connect(registry, mirror, options=options)
    resolved = await client.resolve(image(registry, f"{PATH}@{digest}"), NOBODY)
    assert str(resolved.digest) == digest


async def test_a_mirror_that_nobody_answers_for_gives_way(serve, connect, unused_tcp_port):
    registry = await serve()
    options = RegistryOptions(mirrors=(Mirror(registry.host, f"127.0.0.1:{unused_tcp_port}"),))
    await connect(registry, options=options).resolve(image(registry), NOBODY)


async def test_the_registry_has_the_last_word(mirrored, connect):
    registry, mirror, options = await mirrored()
    client = connect(registry, mirror, options=options)
    error = await failing(client.resolve(image(registry, f"{PATH}:none"), NOBODY))
    assert error.kind is FailureKind.NOT_FOUND
    assert registry.host in error.detail


async def test_a_mirror_gets_its_own_credentials_only(mirrored, connect):
    registry, mirror, options = await mirrored(Behaviour("basic", {"ada": User("s3cret")}))
    client = connect(registry, mirror, options=options)
    await client.resolve(image(registry), keychain((registry, ADA)))
    assert [seen.authorization for seen in mirror.seen] == [""]
    mirror.seen.clear()
    await client.resolve(image(registry), keychain((f"{mirror.host}/hub", ADA)))
    assert [seen.status for seen in mirror.seen] == [200]


async def test_what_a_mirrors_credentials_opened_is_not_shared(mirrored, connect):
    registry, mirror, options = await mirrored(Behaviour("basic", {"ada": User("s3cret")}))
    client = connect(registry, mirror, options=options)
    await client.resolve(image(registry), keychain((mirror, ADA)))
    assert client.known(image(registry), NOBODY) is None
