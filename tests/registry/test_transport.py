"""One exchange: its bounds, and what is said when it fails."""

import asyncio
import gzip

import aiohttp
import pytest
from aiohttp import web

from tests.registry.world import NOBODY, PATH, Counter, Names, failure, image, limited
from webhook.errors import FailureKind
from webhook.registry.options import RegistryOptions
from webhook.sandbox.behaviour import Behaviour


async def test_what_is_sent_is_little(rogue, connect):
    server = await rogue(lambda _: web.Response(status=404))
    options = RegistryOptions(user_agent="slimgate/9")
    await failure(connect(server.host, options=options), image(server.host))
    (request,) = server.seen
    assert request.headers["User-Agent"] == "slimgate/9"
    assert request.headers["Accept-Encoding"] == "identity"
    assert set(request.headers) == {"Host", "User-Agent", "Accept-Encoding", "Accept"}


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (None, FailureKind.UNREACHABLE, "the connection was closed"),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", FailureKind.MALFORMED, "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", FailureKind.UNREACHABLE, "broke off"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            FailureKind.MALFORMED,
            "does not speak HTTP",
        ),
        (
            b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 20_000 + b"\r\n\r\n",
            FailureKind.MALFORMED,
            "does not speak HTTP",
        ),
    ],
)
async def test_what_is_no_answer_is_said_to_be_none(raw, connect, said, kind, words):
    host = await raw(said)
    error = await failure(connect(host, options=limited()), image(host))
    assert error.kind is kind
    assert error.detail.startswith(f"{host}: ")
    assert words in error.detail


async def test_a_port_where_nobody_listens_is_unreachable(connect, unused_tcp_port):
    host = f"127.0.0.1:{unused_tcp_port}"
    error = await failure(connect(host, options=limited()), image(host))
    assert error.kind is FailureKind.UNREACHABLE
    assert "cannot connect" in error.detail


async def test_a_name_that_nobody_knows_is_unreachable(connect):
    error = await failure(connect(options=limited(), resolver=Names()), image("nowhere.corp"))
    assert error.kind is FailureKind.UNREACHABLE
    assert "DNS" in error.detail


@pytest.mark.parametrize(
    "host",
    [
        "a" * 70 + ".corp",
        "A" * 70 + ".corp",
        "xn--a.corp",
        "registry.corp:99999",
        "registry.corp:0",
        "[:::]",
        "[1::2::3]:80",
        "[fe80::1]",
        "0x7f.1:80",
    ],
)
async def test_a_host_that_cannot_be_is_a_failure_like_others(connect, host):
    """All of these are hosts to the grammar of references, and anyone may write one."""
    client = connect(options=limited(), resolver=aiohttp.ThreadedResolver())
    error = await failure(client, image(host))
    assert error.kind in (FailureKind.REFUSED, FailureKind.UNREACHABLE)
    assert client.known(image(host), NOBODY) is None


async def test_a_slow_answer_is_a_timeout(raw, connect):
    host = await raw(b"HTTP/1.1 404 Not Found\r\n\r\n", seconds=0.5)
    error = await failure(connect(host, options=limited(request=0.05)), image(host))
    assert error.kind is FailureKind.TIMEOUT
    assert "timed out while answering" in error.detail


async def test_a_slow_name_server_is_a_timeout(connect):
    class Slow(Names):
        async def resolve(self, *arguments, **named):
            await asyncio.sleep(0.2)
            return await super().resolve(*arguments, **named)

    error = await failure(
        connect(options=limited(request=0.05), resolver=Slow()), image("registry.corp")
    )
    assert error.kind is FailureKind.TIMEOUT
    await asyncio.sleep(0.2)


async def test_a_document_is_at_most_four_mebibytes(rogue, connect):
    server = await rogue(lambda _: web.Response(body=bytes(4 * 1024 * 1024 + 1)))
    error = await failure(connect(server.host), image(server.host))
    assert error.kind is FailureKind.TOO_LARGE
    assert len(server.seen) == 1


async def test_an_endless_body_is_not_read_to_its_end(connect, rogue):
    sent = 0

    class Endless(web.StreamResponse):
        async def prepare(self, request):
            nonlocal sent
            await super().prepare(request)
            while sent < 64 * 1024 * 1024:
                await self.write(bytes(256 * 1024))
                sent += 256 * 1024

    server = await rogue(lambda _: Endless())
    error = await failure(connect(server.host), image(server.host))
    assert error.kind is FailureKind.TOO_LARGE
    assert sent < 32 * 1024 * 1024


async def test_a_large_error_body_changes_nothing(rogue, connect):
    server = await rogue(lambda _: web.Response(status=404, body=bytes(1024 * 1024)))
    error = await failure(connect(server.host), image(server.host))
    assert error.kind is FailureKind.NOT_FOUND


async def test_an_error_body_that_breaks_off_changes_nothing(raw, connect):
    host = await raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 300000\r\n\r\n{")
    error = await failure(connect(host), image(host))
    assert error.kind is FailureKind.NOT_FOUND


async def test_what_is_encoded_unasked_for_is_refused(rogue, connect):
    body = gzip.compress(bytes(1024))
    headers = {"Content-Encoding": "gzip"}
    server = await rogue(lambda _: web.Response(body=body, headers=headers))
    error = await failure(connect(server.host), image(server.host))
    assert error.kind is FailureKind.MALFORMED
    assert "encoded" in error.detail


async def test_only_so_many_requests_are_made_at_once(rogue, connect):
    under_way, most = 0, 0

    class Slow(web.Response):
        async def prepare(self, request):
            nonlocal under_way, most
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0.01)
            under_way -= 1
            return await super().prepare(request)

    servers = [await rogue(lambda _: Slow(status=404)) for _ in range(2)]
    options = limited(per_host=3, total=4)
    client = connect(*(server.host for server in servers), options=options)
    for asked, bound in ((servers[:1], 3), (servers, 4)):
        most = 0
        await asyncio.gather(
            *(
                client.resolve(image(server.host, f"{PATH}:{bound}-{n}"), NOBODY)
                for server in asked
                for n in range(10)
            ),
            return_exceptions=True,
        )
        assert most == bound


async def test_connections_are_used_again(rogue, connect):
    peers = []

    def answer(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername"))
        return web.Response(status=404)

    server = await rogue(answer)
    client = connect(server.host)
    for tag in ("1", "2", "3"):
        await failure(client, image(server.host, f"{PATH}:{tag}"))
    assert len(peers) == 3
    assert len(set(peers)) == 1


async def test_every_attempt_is_observed(serve, connect):
    registry = await serve(Behaviour(failures=(503,)))
    counter = Counter()
    await connect(registry, observer=counter).resolve(image(registry), NOBODY)
    assert counter.requests == [(registry.host, "GET", "503"), (registry.host, "GET", "200")]


async def test_an_attempt_that_failed_is_observed_by_its_kind(connect, raw):
    host, counter = await raw(None), Counter()
    await failure(connect(host, options=limited(), observer=counter), image(host))
    assert counter.requests == [(host, "GET", "unreachable")]
