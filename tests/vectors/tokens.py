"""Checks for the cases of ``www_authenticate.json`` that need a server: tokens."""

import asyncio
from datetime import timedelta

from aiohttp import web
from yarl import URL

from tests.vectors.case import Case, same
from tests.vectors.world import Time, asking, credential, refusal, server
from webhook.errors import FailureKind, FetchError
from webhook.oci import Reference
from webhook.registry.addresses import ANYWHERE
from webhook.registry.client import Registry
from webhook.registry.exchange import Trip
from webhook.registry.observer import Silent
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.registry.token import Purpose, Realm, Tokens
from webhook.services.ports import Credential


class _Keychain:
    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def scope(self, repository: str) -> str:
        return "case"

    async def credentials(self, repository: str) -> list[Credential]:
        return [] if self._credential.is_anonymous else [self._credential]

    def told(self, repository: str) -> str:
        return ""


def token_exchange(case: Case) -> None:
    if "challenge" in case and "response_status" not in case:
        asyncio.run(_whole_exchange(case))
    elif "response_json" in case or "response_status" in case:
        asyncio.run(_exchange(case))
    else:
        same(refusal("https://token.example.com/", "http://127.0.0.1/") is not None, case["error"])


async def _exchange(case: Case) -> None:
    """One question to a token endpoint."""
    asked: list[web.Request] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request)
        if request.method == "POST" and "post_status" in case:
            return web.Response(status=case["post_status"])
        status = case.get("response_status", 200)
        return web.json_response(case.get("response_json", {}), status=status)

    time, wanted = Time(), case.get("request", {})
    scopes = tuple(case.get("scopes", ("this-is-your-scope",)))
    async with server(answer) as host, asking(time) as connected:
        realm = Realm(URL(f"http://{host}/"), "my-service.io", ANYWHERE)
        purpose = Purpose(host, realm, scopes, credential(case.get("auth", {})))
        tokens = Tokens(connected, time, time.now, Silent())
        try:
            token = await tokens.fetch(purpose, Trip(time() + 30, retries=0))
        except FetchError:
            token = None
        same(token is None, case.get("error", False))
        if token is None:
            return
        same(token, case.get("token_after", token))
        last = asked[-1]
        same(last.method, wanted["method"])
        scheme = (wanted.get("authorization_prefix") or wanted.get("authorization", "")).split(" ")
        assert last.headers.get("Authorization", "").startswith(scheme[0]), "not that scheme"
        same(
            {key: last.query.getall(key)[0] for key in wanted.get("query", {})},
            wanted.get("query", {}),
        )
        form = wanted.get("form", {})
        same({key: last["form"].get(key) for key in form}, form)
        if "identitytoken_after" in case:
            await tokens.fetch(purpose, Trip(time() + 30, retries=0))
            same(asked[-1]["form"]["refresh_token"], case["identitytoken_after"])


async def _whole_exchange(case: Case) -> None:
    """A registry, its token endpoint, and a host that is neither."""
    registry: list[web.Request] = []
    tokens: list[web.Request] = []
    others: list[web.Request] = []
    challenge = case["challenge"]

    def answer(request: web.Request) -> web.Response:
        if request.path == "/token":
            tokens.append(request)
            return web.json_response({"token": "fresh-token"})
        registry.append(request)
        if "authorization_received_by_other_host" in case:
            return web.Response(status=307, headers={"Location": f"http://{other}/"})
        if request.headers.get("Authorization") == "Bearer fresh-token":
            return web.Response(status=404)  # past the door: nothing else is of interest here
        told = challenge.replace("<host>", f"http://{host}/token")
        return web.Response(status=401, headers={"WWW-Authenticate": told})

    def elsewhere(request: web.Request) -> web.Response:
        others.append(request)
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    async with server(answer) as host, server(elsewhere) as other:
        client = Registry(RegistryOptions(hosts={host: HostOptions(plain_http=True)}))
        told = case.get("auth", {"username": "user", "password": "password"})
        try:
            await client.resolve(Reference.parse(f"{host}/app:1"), _Keychain(credential(told)))
        except FetchError as error:
            same(error.kind is FailureKind.NOT_FOUND, case.get("final_status") == 200)
        finally:
            await client.aclose()
    if "registry_requests" in case:
        same(len(registry), case["registry_requests"])
    if "second_request_scope_parameters" in case:
        same(len(tokens[-1].query.getall("scope")), case["second_request_scope_parameters"])
    if "authorization_received_by_other_host" in case:
        received = {request.headers.get("Authorization", "") for request in others}
        same(received, {case["authorization_received_by_other_host"]})


def expires_in(case: Case) -> None:
    asyncio.run(_expiry(case))


async def _expiry(case: Case) -> None:
    time, exchanges = Time(), 0
    start = time.seconds

    def answer(_: web.Request) -> web.Response:
        nonlocal exchanges
        exchanges += 1
        told = dict(case["first_response_json"])
        if "issued_at" in told:
            told["issued_at"] = (time.now() - timedelta(seconds=1000)).isoformat()
        return web.json_response(told)

    async with server(answer) as host, asking(time) as connected:
        tokens = Tokens(connected, time, time.now, Silent())
        realm = Realm(URL(f"http://{host}/"), "localhost.localdomain", ANYWHERE)
        purpose = Purpose(host, realm, ("repository:some/fun/registry:pull",), Credential("a", "b"))

        async def use(at: float) -> None:
            time.seconds = start + at
            if tokens.kept(purpose) is None:
                await tokens.fetch(purpose, Trip(time() + 30, retries=0))

        for at in case["requests_at_seconds"]:
            await use(at)
        same(exchanges, case["token_exchanges"])
        await use(case["then_request_at_seconds"])
        same(exchanges, case["token_exchanges_after"])
