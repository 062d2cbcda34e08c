"""Ranges: what is believed of an answer, and how little is read of it."""

import asyncio

import pytest
from aiohttp import web

from tests.registry.world import ADA, LAYER, NOBODY, failing, keychain, part
from webhook.errors import FailureKind
from webhook.oci import Descriptor, Digest, MediaType
from webhook.sandbox.behaviour import Behaviour
from webhook.services.ports import MAX_PART

TAIL = len(LAYER) - 4
HOUR = 3600.0


@pytest.mark.parametrize("spoilt", ["start", "total", "short", "multipart"])
async def test_another_range_than_was_asked_for_is_malformed(serve, connect, store, layer, spoilt):
    registry = await serve(Behaviour(spoil_range=spoilt), store)
    for start in (0, TAIL):
        error = await failing(part(connect(registry), registry, layer, start, 4))
        assert error.kind is FailureKind.MALFORMED
        assert "not the range" in error.detail
    assert len(registry.seen) == 2, "asking again would not help"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"1234", {}),
        (b"1234", {"Content-Range": "bytes 0-3/*"}),
        (b"1234", {"Content-Range": "bytes */300000"}),
        (b"1234", {"Content-Range": "0-3/300000"}),
        (b"12345", {"Content-Range": "bytes 0-3/300000"}),
        (b"1" * 100_000, {"Content-Range": "bytes 0-3/300000"}),
        (b"1234", {"Content-Range": "bytes 0-3/300000", "Content-Encoding": "gzip"}),
    ],
)
async def test_a_range_that_is_told_wrongly_is_malformed(rogue, connect, layer, body, headers):
    server = await rogue(lambda _: web.Response(status=206, body=body, headers=headers))
    error = await failing(part(connect(server.host), server.host, layer, 0, 4))
    assert error.kind is FailureKind.MALFORMED


async def test_units_are_written_in_any_case(rogue, connect, layer):
    headers = {"Content-Range": "Bytes 0-3/300000"}
    server = await rogue(lambda _: web.Response(status=206, body=b"1234", headers=headers))
    assert await part(connect(server.host), server.host, layer, 0, 4) == b"1234"


async def test_a_range_that_nobody_asked_for_is_no_success(rogue, connect, layer):
    headers = {"Content-Range": f"bytes 0-{len(LAYER) - 1}/{len(LAYER)}"}
    server = await rogue(lambda _: web.Response(status=206, body=LAYER, headers=headers))
    error = await failing(part(connect(server.host), server.host, layer, 0, MAX_PART))
    assert error.kind is FailureKind.UNSUPPORTED


async def test_a_registry_that_refuses_the_end_of_a_layer_still_gives_the_beginning(
    serve, connect, store, layer
):
    registry = await serve(Behaviour(spoil_range="tail"), store)
    client = connect(registry)
    error = await failing(part(client, registry, layer, TAIL, 4))
    assert error.kind is FailureKind.UNSUPPORTED
    assert "answered 416 SIZE_INVALID" in error.detail
    assert await part(client, registry, layer, 0, 4) == LAYER[:4]


@pytest.mark.parametrize("start", [0, TAIL])
async def test_an_answer_that_breaks_off_is_asked_for_again(
    serve, connect, store, layer, clock, start
):
    registry = await serve(Behaviour(truncate=True), store)
    error = await failing(part(connect(registry), registry, layer, start, 4))
    assert error.kind is FailureKind.UNREACHABLE
    assert "broke off" in error.detail
    assert (len(registry.seen), len(clock.waits)) == (3, 2)


# Registries that ignore ranges


async def test_of_a_whole_answer_the_beginning_is_taken(serve, connect, store, layer):
    registry = await serve(Behaviour(ignore_range=True), store)
    client = connect(registry)
    for length in (4096, 8192):
        assert await part(client, registry, layer, 0, length) == LAYER[:length]
    assert [seen.status for seen in registry.seen] == [200, 200]


async def test_of_a_whole_answer_no_end_can_be_taken(serve, connect, store, layer):
    registry = await serve(Behaviour(ignore_range=True), store)
    error = await failing(part(connect(registry), registry, layer, TAIL, 4))
    assert error.kind is FailureKind.UNSUPPORTED
    assert error.detail.startswith(f"{registry.host} ignores ranges")


async def test_a_body_that_is_of_no_use_is_not_waited_for(raw, connect, layer):
    host = await raw(b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n")
    error = await failing(part(connect(host), host, layer, TAIL, 4))
    assert error.kind is FailureKind.UNSUPPORTED


async def test_who_ignored_a_range_is_not_asked_for_an_end_again(serve, connect, store, layer):
    registry = await serve(Behaviour(ignore_range=True), store)
    client, other = connect(registry), store.put_blob(LAYER[:-1], MediaType.OCI_LAYER_GZIP)
    await failing(part(client, registry, layer, TAIL, 4))
    registry.seen.clear()
    for each, credentials in ((layer, keychain((registry, ADA))), (other, NOBODY)):
        error = await failing(part(client, registry, each, 5, 4, credentials))
        assert error.kind is FailureKind.UNSUPPORTED
    assert registry.seen == []
    assert await part(client, registry, other, 0, 4) == LAYER[:4]
    assert await part(client, registry, other, 0, MAX_PART) == LAYER[:-1]


async def test_after_an_hour_it_may_have_learnt_them(serve, connect, store, layer, clock):
    registry = await serve(Behaviour(ignore_range=True), store)
    client = connect(registry)
    await failing(part(client, registry, layer, TAIL, 4))
    registry.behaviour = Behaviour()
    clock.seconds += HOUR - 1
    await failing(part(client, registry, layer, TAIL - 1, 4))
    clock.seconds += 1
    assert await part(client, registry, layer, TAIL, 4) == LAYER[-4:]


async def test_a_host_answers_for_itself_only(serve, connect, store, layer):
    ignorant = await serve(Behaviour(ignore_range=True), store)
    knowing = await serve(None, store)
    client = connect(ignorant, knowing)
    await failing(part(client, ignorant, layer, TAIL, 4))
    assert await part(client, knowing, layer, TAIL, 4) == LAYER[-4:]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(body=LAYER + b"!"),
        lambda: web.Response(body=LAYER[:100]),
        lambda: Chunked(LAYER[:100]),
    ],
)
async def test_a_whole_answer_of_another_length_is_a_mismatch(rogue, connect, layer, answer):
    server = await rogue(lambda _: answer())
    error = await failing(part(connect(server.host), server.host, layer, 0, 4096))
    assert error.kind is FailureKind.DIGEST_MISMATCH


async def test_a_whole_answer_need_not_tell_its_length(rogue, connect, layer):
    server = await rogue(lambda _: Chunked(LAYER))
    assert await part(connect(server.host), server.host, layer, 0, 4096) == LAYER[:4096]


class Chunked(web.StreamResponse):
    """An answer that does not tell its length, in one piece."""

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self._content = body

    async def prepare(self, request):
        writer = await super().prepare(request)
        await self.write(self._content)
        return writer


@pytest.mark.parametrize(("start", "kept"), [(0, 4096), (16 * 1024 * 1024, None)])
async def test_of_a_large_layer_no_more_is_read_than_is_wanted(rogue, connect, start, kept):
    size, sent, hung_up = 29 * 1024 * 1024, 0, asyncio.Event()

    class Large(web.StreamResponse):
        async def prepare(self, request):
            nonlocal sent
            self.content_length = size
            await super().prepare(request)
            try:
                while sent < size:
                    await self.write(bytes(64 * 1024))
                    sent += 64 * 1024
            except ConnectionError:
                hung_up.set()

    server = await rogue(lambda _: Large())
    large = Descriptor(MediaType.OCI_LAYER_GZIP, Digest.of(b"large"), size)
    question = part(connect(server.host), server.host, large, start, 4096)
    if kept is None:
        assert (await failing(question)).kind is FailureKind.UNSUPPORTED
    else:
        assert await question == bytes(kept)
    await asyncio.wait_for(hung_up.wait(), 10)
    assert sent < size / 2
