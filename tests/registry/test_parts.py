"""Parts of layers: what is asked for, where, and with what."""

import asyncio
import json
from dataclasses import replace

import pytest
from aiohttp import web

from tests.registry.certificates import Authority
from tests.registry.images import build, keep
from tests.registry.world import (
    ADA,
    BASIC,
    BEARER,
    LAYER,
    NOBODY,
    PATH,
    failing,
    image,
    keychain,
    limited,
    part,
    trips,
)
from webhook.errors import FailureKind
from webhook.oci import Descriptor, Digest, MediaType
from webhook.registry.options import HostOptions, Limits, Mirror, RegistryOptions
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.store import Store
from webhook.services.ports import MAX_PART

TAIL = len(LAYER) - 4


@pytest.mark.parametrize(
    ("start", "length", "wanted"),
    [
        (0, 4096, "bytes=0-4095"),
        (1000, 1, "bytes=1000-1000"),
        (TAIL, 4, "bytes=299996-299999"),
        (TAIL, MAX_PART, "bytes=299996-299999"),
    ],
)
async def test_a_part_is_asked_for_by_both_ends(
    serve, connect, store, layer, start, length, wanted
):
    registry = await serve(None, store)
    found = await part(connect(registry), registry, layer, start, length)
    assert found == LAYER[start : start + length]
    (seen,) = registry.seen
    assert (seen.method, seen.status) == ("GET", 206)
    assert seen.headers["Range"] == wanted
    assert seen.headers["Accept-Encoding"] == "identity"
    assert "If-Range" not in seen.headers


async def test_behind_the_end_there_is_nothing_to_ask_for(serve, connect, store, layer):
    registry = await serve(None, store)
    assert await part(connect(registry), registry, layer, len(LAYER), 4) == b""
    assert registry.seen == []


@pytest.mark.parametrize(("start", "length"), [(-4, 4), (0, 0), (0, -1), (0, MAX_PART + 1)])
async def test_what_nobody_may_ask_is_a_bug(connect, layer, start, length):
    with pytest.raises(ValueError, match="are no part of a layer"):
        await part(connect(), "registry.corp", layer, start, length)


# Whole layers


@pytest.mark.parametrize("length", [len(LAYER), MAX_PART])
async def test_a_layer_that_is_read_whole_needs_no_range(serve, connect, store, layer, length):
    registry = await serve(Behaviour(spoil_range="short"), store)
    assert await part(connect(registry), registry, layer, 0, length) == LAYER
    assert "Range" not in registry.seen[0].headers


async def test_a_layer_that_is_read_whole_is_checked(serve, connect, store, layer):
    registry = await serve(Behaviour(lie=True), store)
    client = connect(registry)
    error = await failing(part(client, registry, layer, 0, MAX_PART))
    assert error.kind is FailureKind.DIGEST_MISMATCH
    assert await part(client, registry, layer, 0, 4096), "a part cannot be"


@pytest.mark.parametrize("by", [-1, 1])
async def test_a_whole_layer_of_another_size_is_a_mismatch(serve, connect, store, layer, by):
    registry = await serve(None, store)
    other = replace(layer, size=layer.size + by)
    error = await failing(part(connect(registry), registry, other, 0, MAX_PART))
    assert error.kind is FailureKind.DIGEST_MISMATCH


async def test_an_empty_layer_is_checked_like_others(serve, connect, store):
    registry = await serve(None, store)
    empty = store.put_blob(b"", MediaType.OCI_LAYER)
    assert await part(connect(registry), registry, empty, 0, 4) == b""
    forged = Descriptor(MediaType.OCI_LAYER, Digest.of(b"x"), 0)
    store.blobs[str(forged.digest)] = b""
    error = await failing(part(connect(registry), registry, forged, 0, 4))
    assert error.kind is FailureKind.DIGEST_MISMATCH


# As for everything else that is asked


async def test_one_token_serves_all_parts(serve, connect, store, layer):
    registry = await serve(BEARER, store)
    client, ada = connect(registry), keychain((registry, ADA))
    for start in (0, 4096, TAIL):
        await part(client, registry, layer, start, 4, ada)
    assert trips(registry) == [
        ("GET", "blob", 401),
        ("GET", "token", 200),
        *[("GET", "blob", 206)] * 3,
    ]


async def test_the_same_part_is_asked_for_once_at_a_time(serve, connect, store, layer):
    registry = await serve(None, store)
    client = connect(registry)
    asked = [(0, 4), (0, 4), (0, 5), (TAIL, 4), (TAIL, 400)]
    await asyncio.gather(*(part(client, registry, layer, *each) for each in asked))
    assert len(registry.seen) == 3
    await part(client, registry, layer, 0, 4)
    assert len(registry.seen) == 4, "parts are not kept"


async def test_a_layer_that_is_not_there_is_asked_for_once_in_a_while(serve, connect):
    registry = await serve()
    client, gone = connect(registry), Descriptor(MediaType.OCI_LAYER, Digest.of(b"gone"), 999)
    for _ in range(2):
        error = await failing(part(client, registry, gone, 0, 4))
        assert error.kind is FailureKind.NOT_FOUND
    assert len(registry.seen) == 1


async def test_a_slow_part_is_a_timeout(serve, connect, store, layer):
    registry = await serve(Behaviour(latency=0.2), store)
    client = connect(registry, options=limited(request=0.05))
    error = await failing(part(client, registry, layer, 0, 4))
    assert error.kind is FailureKind.TIMEOUT


async def test_attempts_end_with_the_time_for_the_question(serve, connect, store, layer, clock):
    registry = await serve(Behaviour(failures=(503,) * 9, retry_after="20"), store)
    client = connect(registry, options=RegistryOptions(limits=Limits(flight=30.0)))
    error = await failing(part(client, registry, layer, 0, 4))
    assert error.kind is FailureKind.UNREACHABLE
    assert (len(registry.seen), clock.waits) == (2, [20.0])


# Elsewhere


async def test_parts_may_live_elsewhere_and_get_no_credentials_there(serve, connect, store, layer):
    storage = await serve(None, store)
    registry = await serve(Behaviour("basic", BASIC.users, redirect_blobs=storage.origin), store)
    client, ada = connect(registry), keychain((registry, ADA))
    for start, length in ((0, 4), (TAIL, 4), (0, MAX_PART)):
        found = await part(client, registry, layer, start, length, ada)
        assert found == LAYER[start : start + length]
    assert [seen.authorization for seen in storage.seen] == [""] * 3
    assert [seen.headers.get("Range") for seen in storage.seen] == [
        "bytes=0-3",
        "bytes=299996-299999",
        None,
    ]
    served = [seen.status for seen in registry.seen if seen.authorization == "basic"]
    assert served == [307] * 3, "where a blob lies is asked anew each time"


async def test_storage_that_ignores_ranges_is_its_registrys_fault(serve, connect, store, layer):
    storage = await serve(Behaviour(ignore_range=True), store)
    registry = await serve(Behaviour(redirect_blobs=storage.origin), store)
    client = connect(registry, storage)
    for start in (TAIL, TAIL - 1):
        error = await failing(part(client, registry, layer, start, 4))
        assert error.kind is FailureKind.UNSUPPORTED
        assert error.detail.startswith(registry.host)
    assert (len(registry.seen), len(storage.seen)) == (1, 1)
    assert await part(client, storage, layer, 0, 4) == LAYER[:4]


@pytest.mark.parametrize("target", ["http://169.254.169.254", "http://10.0.0.1"])
async def test_parts_may_not_live_anywhere(serve, connect, store, layer, target):
    registry = await serve(Behaviour(redirect_blobs=target), store)
    error = await failing(part(connect(registry), registry, layer, 0, 4))
    assert error.kind is FailureKind.REFUSED


async def test_https_is_not_left_for_http(serve, connect, store, layer, tmp_path):
    authority, storage = Authority(), await serve(None, store)
    told = Behaviour(redirect_blobs=storage.origin)
    registry = await serve(told, store, tls=authority.server(tmp_path))
    ca = str(authority.write(tmp_path / "ca.pem"))
    options = RegistryOptions(hosts={registry.host: HostOptions(ca=ca)})
    error = await failing(part(connect(storage, options=options), registry, layer, 0, 4))
    assert error.kind is FailureKind.REFUSED
    assert storage.seen == []


async def test_addresses_in_a_descriptor_are_never_asked(serve, rogue, connect):
    """Foreign layers: ``urls`` of a manifest are anyone's to write."""
    thief = await rogue(lambda _: web.Response(body=LAYER))
    document = json.loads(build().manifest)
    document["layers"] = [
        {
            "mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
            "digest": str(Digest.of(LAYER)),
            "size": len(LAYER),
            "urls": [f"{thief.origin}/layer"],
        }
    ]
    registry, raw = await serve(), json.dumps(document).encode()
    registry.store.put_manifest(PATH, raw, MediaType.OCI_MANIFEST, "foreign")
    client, reference = connect(registry, thief.host), image(registry, f"{PATH}:foreign")
    manifest = (await client.resolve(reference, NOBODY)).document
    for length in (4, MAX_PART):
        question = client.part(reference, manifest.layers[0], 0, length, NOBODY)
        assert (await failing(question)).kind is FailureKind.NOT_FOUND
    assert thief.seen == []


@pytest.fixture
def mirrored(serve, store):
    """A registry, a mirror of it under ``hub/``, and options that say so."""

    async def start(behaviour: Behaviour):
        behind = Store(blobs=store.blobs)
        keep(behind, f"hub/{PATH}", "1.0")
        registry, mirror = await serve(None, store), await serve(behaviour, behind)
        return registry, mirror, (Mirror(registry.host, f"{mirror.host}/hub"),)

    return start


async def test_a_mirror_may_be_enough(mirrored, connect, layer):
    registry, mirror, mirrors = await mirrored(Behaviour())
    client = connect(registry, mirror, options=RegistryOptions(mirrors=mirrors))
    assert await part(client, registry, layer, TAIL, 4) == LAYER[-4:]
    assert registry.seen == []


@pytest.mark.parametrize(
    "behaviour",
    [Behaviour(ignore_range=True), Behaviour(spoil_range="total"), Behaviour(truncate=True)],
)
async def test_a_mirror_that_cannot_give_a_part_gives_way(mirrored, connect, layer, behaviour):
    registry, mirror, mirrors = await mirrored(behaviour)
    client = connect(registry, mirror, options=RegistryOptions(mirrors=mirrors))
    assert await part(client, registry, layer, TAIL, 4) == LAYER[-4:]
    assert (len(mirror.seen), len(registry.seen)) == (1, 1)


async def test_a_mirror_that_ignored_a_range_is_passed_over(mirrored, connect, layer):
    registry, mirror, mirrors = await mirrored(Behaviour(ignore_range=True))
    client = connect(registry, mirror, options=RegistryOptions(mirrors=mirrors))
    for start in (TAIL, TAIL - 1):
        assert await part(client, registry, layer, start, 4) == LAYER[start : start + 4]
    assert (len(mirror.seen), len(registry.seen)) == (1, 2)
    assert await part(client, registry, layer, 0, 4) == LAYER[:4]
    assert (len(mirror.seen), len(registry.seen)) == (2, 2)
