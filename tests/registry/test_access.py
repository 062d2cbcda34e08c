"""Getting past the door of a registry."""

from dataclasses import replace

import pytest
from aiohttp import web

from tests.registry.images import keep
from tests.registry.world import (
    ADA,
    BASIC,
    BEARER,
    NOBODY,
    PATH,
    USERS,
    failure,
    image,
    keychain,
    pull,
    trips,
)
from webhook.errors import FailureKind, FetchError
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.store import Store


async def refused(client, reference, credentials) -> FetchError:
    error = await failure(client, reference, credentials)
    assert error.kind is FailureKind.UNAUTHORIZED
    return error


async def test_an_open_registry_sees_no_credentials_though_there_are_some(serve, connect):
    registry = await serve()
    await pull(connect(registry), image(registry), keychain((registry, ADA)))
    assert {seen.authorization for seen in registry.seen} == {""}


async def test_a_token_is_asked_for_when_the_registry_wants_one(serve, connect):
    registry = await serve(BEARER)
    await connect(registry).resolve(image(registry), keychain((registry, ADA)))
    assert [(seen.status, seen.authorization) for seen in registry.seen] == [
        (401, ""),
        (200, "basic"),
        (200, "bearer"),
    ]
    token = registry.seen[1]
    assert (token.method, token.query) == (
        "GET",
        (("service", "slimgate-sandbox"), ("scope", f"repository:{PATH}:pull")),
    )


async def test_a_public_repository_needs_a_token_without_a_user(serve, connect):
    registry = await serve(replace(BEARER, anonymous=(PATH,)))
    await pull(connect(registry), image(registry), NOBODY)
    assert [seen.authorization for seen in registry.seen][:3] == ["", "", "bearer"]


async def test_an_identity_token_is_exchanged_by_post(serve, connect):
    registry = await serve(BEARER)
    credentials = keychain((registry, {"identitytoken": "refresh-ada"}))
    await connect(registry).resolve(image(registry), credentials)
    token = registry.seen[1]
    assert (token.method, token.status, token.authorization) == ("POST", 200, "")
    assert dict(token.query) == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-ada",
        "client_id": "slimgate",
        "service": "slimgate-sandbox",
        "scope": f"repository:{PATH}:pull",
    }


async def test_a_registry_token_is_sent_as_it_is(rogue, connect):
    def answer(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") == "Bearer ready-made":
            return web.Response(status=404)
        return web.Response(
            status=401, headers={"WWW-Authenticate": 'Bearer realm="http://nowhere.invalid/"'}
        )

    registry = await rogue(answer)
    client = connect(registry.host)
    credentials = keychain((registry.host, {"registrytoken": "ready-made"}))
    assert (await failure(client, image(registry.host), credentials)).kind is FailureKind.NOT_FOUND
    assert len(registry.seen) == 2


async def test_basic_is_answered_with_name_and_password(serve, connect):
    registry = await serve(BASIC)
    client = connect(registry)
    await pull(client, image(registry), keychain((registry, ADA)))
    assert [seen.authorization for seen in registry.seen] == ["", "basic", "basic", "basic"]


async def test_a_name_and_password_may_be_no_latin(serve, connect):
    registry = await serve(Behaviour("basic", {"ада": User("пароль")}))
    credentials = keychain((registry, {"username": "ада", "password": "пароль"}))
    await connect(registry).resolve(image(registry), credentials)


@pytest.mark.parametrize("behaviour", [BEARER, BASIC])
async def test_credentials_are_tried_in_order_until_one_helps(serve, connect, behaviour):
    registry = await serve(behaviour)
    credentials = keychain((registry, {"username": "eve", "password": "x"}), (registry, ADA))
    await connect(registry).resolve(image(registry), credentials)
    assert registry.seen[-1].status == 200


async def test_a_user_who_may_not_read_it_gives_way_to_one_who_may(serve, connect):
    bob = User("b", repositories=())
    for method in ("basic", "bearer"):
        registry = await serve(Behaviour(method, {"bob": bob, **USERS}))
        entry = {"username": "bob", "password": "b"}
        credentials = keychain((registry, entry), (registry, ADA))
        await connect(registry).resolve(image(registry), credentials)
        assert registry.seen[-1].status == 200


@pytest.mark.parametrize("behaviour", [BEARER, BASIC])
async def test_no_credential_helped(serve, connect, behaviour):
    registry = await serve(behaviour)
    wrong = ({"username": "eve", "password": "s3cret"}, {"username": "ada", "password": "wrong"})
    credentials = keychain(*((registry, entry) for entry in wrong))
    error = await refused(connect(registry), image(registry), credentials)
    assert "secret" not in error.detail  # whose they are is for who brought them
    assert PATH in error.detail
    assert "401 UNAUTHORIZED" in error.detail


@pytest.mark.parametrize("behaviour", [BEARER, BASIC])
async def test_nobody_is_asked_for_credentials_twice(serve, connect, behaviour):
    registry = await serve(behaviour)
    await refused(connect(registry), image(registry), NOBODY)
    assert [seen.path for seen in registry.seen].count(registry.seen[0].path) <= 2


@pytest.mark.parametrize("challenge", [None, "Negotiate", "Bearer service=x"])
async def test_a_registry_that_asks_for_nothing_that_could_be_given(rogue, connect, challenge):
    headers = {} if challenge is None else {"WWW-Authenticate": challenge}
    registry = await rogue(lambda _: web.Response(status=401, headers=headers))
    credentials = keychain((registry.host, ADA))
    error = await refused(connect(registry.host), image(registry.host), credentials)
    assert "asks for nothing" in error.detail
    assert len(registry.seen) == 1


async def test_a_403_is_a_refusal_too(rogue, connect):
    registry = await rogue(lambda _: web.Response(status=403))
    await refused(connect(registry.host), image(registry.host), NOBODY)


async def test_the_realm_of_a_host_is_remembered_for_its_other_repositories(serve, connect):
    store = Store()
    for path in ("team/app", "team/api"):
        keep(store, path, "1.0")
    registry = await serve(BEARER, store)
    client, credentials = connect(registry), keychain((registry, ADA))
    await client.resolve(image(registry), credentials)
    registry.seen.clear()
    await client.resolve(image(registry, "team/api:1.0"), credentials)
    assert trips(registry) == [("GET", "token", 200), ("GET", "tag", 200)]


async def test_scopes_of_the_challenge_are_asked_for_beside_our_own_and_remembered(serve, connect):
    registry = await serve(replace(BEARER, scope=f"repository:{PATH}:pull repository:base:pull"))
    client, credentials = connect(registry), keychain((registry, ADA))
    await pull(client, image(registry), credentials)
    scopes = [value for key, value in registry.seen[1].query if key == "scope"]
    assert scopes == [f"repository:{PATH}:pull", "repository:base:pull"]
    assert [kind for _, kind, _ in trips(registry)].count("token") == 1


async def test_a_scope_that_is_demanded_later_is_asked_for_then_and_remembered(rogue, connect):
    """A registry behind a proxy that rewrites paths wants a scope that nobody could guess."""

    def answer(request: web.Request) -> web.Response:
        if request.path == "/token":
            return web.json_response({"token": "+".join(request.query.getall("scope"))})
        shown = request.headers.get("Authorization", "")
        if "upstream" in shown or (shown and "rewritten" not in request.path):
            return web.Response(status=404)
        scope = "repository:upstream:pull" if "rewritten" in request.path else ""
        challenge = f'Bearer realm="{registry.origin}/token",scope="{scope}"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    registry = await rogue(answer)
    client = connect(registry.host)
    for name, requests in [("open:1", 3), ("rewritten:1", 4), ("rewritten:2", 1)]:
        registry.seen.clear()
        assert (
            await failure(client, image(registry.host, name), NOBODY)
        ).kind is FailureKind.NOT_FOUND
        assert len(registry.seen) == requests


async def test_a_token_that_was_revoked_is_replaced(serve, connect):
    store = Store()
    keep(store, PATH, "1.0")
    keep(store, PATH, "2.0", user="2")
    registry = await serve(BEARER, store)
    client, credentials = connect(registry), keychain((registry, ADA))
    await client.resolve(image(registry), credentials)
    registry.tokens.revoke()
    registry.seen.clear()
    await client.resolve(image(registry, f"{PATH}:2.0"), credentials)
    assert trips(registry) == [("GET", "tag", 401), ("GET", "token", 200), ("GET", "tag", 200)]


async def test_a_registry_that_changed_its_mind_is_followed(serve, connect, clock):
    registry = await serve(BEARER)
    client, credentials = connect(registry), keychain((registry, ADA))
    await client.resolve(image(registry), credentials)
    for behaviour in (BASIC, Behaviour(), BEARER):
        registry.behaviour = behaviour
        clock.seconds += 61
        assert not (await client.resolve(image(registry), credentials)).stale


async def test_a_realm_that_moved_is_learnt_anew(serve, connect, clock):
    elsewhere = await serve(BEARER)
    registry = await serve(replace(BEARER, realm=f"{elsewhere.origin}/gone"))
    client, credentials = connect(registry), keychain((registry, ADA))
    error = await failure(client, image(registry), credentials)
    assert error.kind is FailureKind.UNSUPPORTED, "a missing endpoint is no missing image"
    registry.behaviour = BEARER
    clock.seconds += 31
    await client.resolve(image(registry), credentials)


async def test_tokens_of_two_keychains_are_never_exchanged(serve, connect):
    users = {"ada": User("a", repositories=(PATH,)), "bob": User("b", repositories=())}
    registry = await serve(Behaviour("bearer", users))
    client = connect(registry)
    ada = keychain((registry, {"username": "ada", "password": "a"}))
    bob = keychain((registry, {"username": "bob", "password": "b"}))
    await client.resolve(image(registry), ada)
    await refused(client, image(registry), bob)
    await refused(client, image(registry), NOBODY)


async def test_a_401_from_where_one_was_redirected_to_gets_no_credentials(serve, connect):
    thief = await serve(BASIC)
    registry = await serve(Behaviour(redirect_manifests=thief.origin))
    credentials = keychain((registry, ADA), (thief, ADA))
    error = await refused(connect(registry), image(registry), credentials)
    assert thief.host in error.detail
    assert [(seen.status, seen.authorization) for seen in thief.seen] == [(401, "")]
