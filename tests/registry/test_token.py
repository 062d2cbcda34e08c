"""Asking for tokens and keeping them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from tests.registry.world import ADA, NOBODY, PATH, Counter, Rogue, failure, image, keychain
from webhook.errors import FailureKind, FetchError
from webhook.registry.options import RegistryOptions
from webhook.services.ports import Credential


class Guarded:
    """A registry whose every tag is missing for who shows a token, and its token endpoint."""

    def __init__(self, server: Rogue, granted: Callable[[], web.Response] | dict[str, Any]) -> None:
        self.server = server
        self.granted = granted
        self.tokens: list[web.Request] = []
        self.challenge = f'Bearer realm="{server.origin}/token",service="s"'

    def answer(self, request: web.Request) -> web.Response:
        if request.path != "/token":
            shown = "Authorization" in request.headers
            headers = {} if shown else {"WWW-Authenticate": self.challenge}
            return web.Response(status=404 if shown else 401, headers=headers)
        self.tokens.append(request)
        if isinstance(self.granted, dict):
            return web.json_response(self.granted)
        return self.granted()


@pytest.fixture
def guard(rogue):
    async def start(granted: Callable[[], web.Response] | dict[str, Any]) -> Guarded:
        server = await rogue(lambda request: guarded.answer(request))
        guarded = Guarded(server, granted)
        return guarded

    return start


async def ask(client, guarded: Guarded, credentials=NOBODY, tag: str = "1") -> FetchError:
    """The failure of one question: not found means that the token was accepted."""
    return await failure(client, image(guarded.server.host, f"{PATH}:{tag}"), credentials)


@pytest.mark.parametrize(
    "granted",
    [
        {"token": "T"},
        {"access_token": "T"},
        {"token": "T", "access_token": "U"},
        {"token": "", "access_token": "T"},
        {"token": "T", "expires_in": "soon", "issued_at": 5},
        {"token": "T", "expires_in": None, "issued_at": "2026-11-20"},
    ],
)
async def test_a_token_has_two_names_and_little_else_matters(guard, connect, granted):
    guarded = await guard(granted)
    assert (await ask(connect(guarded.server.host), guarded)).kind is FailureKind.NOT_FOUND
    assert guarded.server.seen[-1].headers["Authorization"] == "Bearer T"


@pytest.mark.parametrize(
    ("granted", "kind"),
    [
        ({"tolkien": "T"}, FailureKind.MALFORMED),
        ({"token": "two words"}, FailureKind.MALFORMED),
        ({"token": "two\r\nlines"}, FailureKind.MALFORMED),
        ({"token": ["T"]}, FailureKind.MALFORMED),
        (lambda: web.Response(text="not JSON"), FailureKind.MALFORMED),
        (lambda: web.Response(body=b'{"token": "' + b"x" * 70_000), FailureKind.TOO_LARGE),
        (lambda: web.Response(status=401), FailureKind.UNAUTHORIZED),
        (lambda: web.Response(status=403), FailureKind.UNAUTHORIZED),
        (lambda: web.Response(status=400), FailureKind.UNAUTHORIZED),
        (lambda: web.Response(status=404), FailureKind.UNSUPPORTED),
        (lambda: web.Response(status=500), FailureKind.UNREACHABLE),
        (lambda: web.Response(status=429), FailureKind.RATE_LIMITED),
    ],
)
async def test_what_is_no_token_is_a_failure_of_its_kind(guard, connect, granted, kind):
    guarded = await guard(granted)
    error = await ask(connect(guarded.server.host), guarded)
    assert error.kind is kind
    assert "two" not in error.detail


@pytest.mark.parametrize(
    ("said", "lifetime"),
    [
        ({}, 60),
        ({"expires_in": 5}, 60),
        ({"expires_in": 3001}, 3001),
        ({"expires_in": 3000.5}, 3000.5),
        ({"expires_in": -5}, 60),
        ({"expires_in": 10**400}, 24 * 3600),
    ],
)
async def test_a_token_is_kept_until_it_expires(guard, connect, clock, said, lifetime):
    guarded = await guard({"token": "T"} | said)
    client = connect(guarded.server.host)
    await ask(client, guarded, tag="1")
    clock.seconds += lifetime - 0.1
    await ask(client, guarded, tag="2")
    assert len(guarded.tokens) == 1
    clock.seconds += 0.2
    await ask(client, guarded, tag="3")
    assert len(guarded.tokens) == 2


@pytest.mark.parametrize(
    ("age", "lifetime"),
    [(1000, 2000), (-500, 3000), (3000, 3000), (90_000, 3000)],
    ids=["in the past", "ahead", "clocks disagree", "clocks disagree by a day"],
)
async def test_when_a_token_was_issued_counts(guard, connect, clock, age, lifetime):
    issued = (clock.now() - timedelta(seconds=age)).isoformat()
    guarded = await guard({"token": "T", "expires_in": 3000, "issued_at": issued})
    client = connect(guarded.server.host)
    await ask(client, guarded, tag="1")
    clock.seconds += lifetime - 0.1
    await ask(client, guarded, tag="2")
    assert len(guarded.tokens) == 1
    clock.seconds += 0.2
    await ask(client, guarded, tag="3")
    assert len(guarded.tokens) == 2


async def test_the_query_of_the_realm_is_kept(guard, connect):
    guarded = await guard({"token": "T"})
    realm = f"{guarded.server.origin}/token?account=a%2Fb"
    guarded.challenge = f'Bearer realm="{realm}",service="my registry"'
    await ask(connect(guarded.server.host), guarded)
    query = guarded.tokens[0].query
    assert dict(query) == {
        "account": "a/b",
        "service": "my registry",
        "scope": f"repository:{PATH}:pull",
    }


async def test_an_endpoint_without_post_is_asked_the_other_way(guard, connect, rogue):
    guarded = await guard({"token": "T"})
    answer = guarded.answer
    guarded.answer = lambda request: (
        web.Response(status=404) if request.method == "POST" else answer(request)
    )
    credentials = keychain((guarded.server.host, ADA | {"identitytoken": "id"}))
    client = connect(guarded.server.host)
    assert (await ask(client, guarded, credentials)).kind is FailureKind.NOT_FOUND
    (token,) = guarded.tokens
    assert token.headers["Authorization"].startswith("Basic ")


async def test_a_refresh_token_is_not_sent_on_to_where_the_endpoint_redirects(
    guard, rogue, connect
):
    thief = await rogue(lambda _: web.json_response({"token": "T"}))
    guarded = await guard(lambda: web.Response(status=307, headers={"Location": thief.origin}))
    credentials = keychain((guarded.server.host, {"identitytoken": "id"}))
    assert (await ask(connect(guarded.server.host), guarded, credentials)).kind
    assert thief.seen == []


async def test_a_password_is_not_sent_on_to_where_the_endpoint_redirects(guard, rogue, connect):
    elsewhere = await rogue(lambda _: web.json_response({"token": "T"}))
    guarded = await guard(lambda: web.Response(status=307, headers={"Location": elsewhere.origin}))
    credentials = keychain((guarded.server.host, ADA))
    error = await ask(connect(guarded.server.host), guarded, credentials)
    assert error.kind is FailureKind.NOT_FOUND
    assert "Authorization" in guarded.tokens[0].headers
    assert ["Authorization" in seen.headers for seen in elsewhere.seen] == [False]


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ключ"])
async def test_a_registry_token_that_no_header_may_hold_is_not_sent(guard, connect, token):
    guarded = await guard({"token": "T"})

    class Keychain:
        def scope(self, repository):
            return "scope"

        async def credentials(self, repository):
            return [Credential(registry_token=token, origin="secret-1")]

    error = await ask(connect(guarded.server.host), guarded, Keychain())
    assert error.kind is FailureKind.UNAUTHORIZED
    assert token not in error.detail


async def test_the_observer_hears_of_tokens_that_were_kept(guard, connect):
    guarded, counter = await guard({"token": "T"}), Counter()
    client = connect(guarded.server.host, options=RegistryOptions(), observer=counter)
    await ask(client, guarded, tag="1")
    await ask(client, guarded, tag="2")
    assert [hit for kind, hit in counter.lookups if kind == "token"] == [False, True]


async def test_an_identity_token_that_is_replaced_is_used_in_its_new_form(guard, connect, clock):
    guarded = await guard({"token": "T", "refresh_token": "second"})
    credentials = keychain((guarded.server.host, {"identitytoken": "first"}))
    client = connect(guarded.server.host)
    for tag in ("1", "2"):
        await ask(client, guarded, credentials, tag=tag)
        clock.seconds += 61
    sent = [form["refresh_token"] for form in guarded.server.forms if form]
    assert sent == ["first", "second"]


async def test_a_replaced_identity_token_that_is_refused_gives_way_to_the_first(
    guard, connect, clock
):
    guarded = await guard({"token": "T", "refresh_token": "second"})
    credentials = keychain((guarded.server.host, {"identitytoken": "first"}))
    client = connect(guarded.server.host)
    await ask(client, guarded, credentials, tag="1")
    clock.seconds += 61
    granted, guarded.granted = guarded.granted, lambda: web.Response(status=401)
    assert (await ask(client, guarded, credentials, tag="2")).kind is FailureKind.UNAUTHORIZED
    guarded.granted = granted
    await ask(client, guarded, credentials, tag="3")
    sent = [form["refresh_token"] for form in guarded.server.forms if form]
    assert sent == ["first", "second", "first"]
