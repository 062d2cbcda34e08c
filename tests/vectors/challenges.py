"""Checks for the cases of ``www_authenticate.json``."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from webhook.errors import FetchError
from webhook.oci import Reference
from webhook.registry.addresses import ANYWHERE, Network, check_host, network_by_name
from webhook.registry.challenge import parse_challenges, pick
from webhook.registry.client import Registry
from webhook.registry.exchange import Response, Trip, same_origin
from webhook.registry.hosts import Hosts
from webhook.registry.observer import Silent
from webhook.registry.options import HostOptions, Limits, RegistryOptions
from webhook.registry.redirect import Web, target_of
from webhook.registry.retry import Retries
from webhook.registry.token import Purpose, Realm, Tokens, basic
from webhook.registry.transport import Transport
from webhook.services.ports import Credential

Case = Mapping[str, Any]


def _same(found: object, expected: object) -> None:
    assert found == expected, f"expected {expected!r}, found {found!r}"


def _credential(told: Mapping[str, Any]) -> Credential:
    # A ready-made header has no place in a credential: a name and password stand for it.
    stand_in = "user" if told.get("auth") else ""
    return Credential(
        told.get("username", stand_in),
        told.get("password", stand_in),
        told.get("identitytoken", ""),
        told.get("registrytoken", ""),
    )


def _answer(status: int, url: URL, network: Network = Network.PUBLIC) -> Response:
    return Response(status, CIMultiDictProxy(CIMultiDict()), b"", url, network)


class _Time:
    """A clock for tokens; both kinds of time pass together."""

    seconds = 10_000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@asynccontextmanager
async def _server(answer: Callable[[web.Request], web.Response]):
    """A server on this machine, as ``host:port``."""

    async def serve(request: web.Request) -> web.Response:
        request["form"] = dict(await request.post())
        return answer(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _web(time: _Time):
    transport = Transport(Limits(), Silent(), "vectors", aiohttp.ThreadedResolver())
    retries = Retries(0.01, time, time.now, time.sleep)
    try:
        yield Web(transport, Hosts(RegistryOptions()), retries)
    finally:
        await transport.aclose()


class _Keychain:
    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def scope(self, repository: str) -> str:
        return "case"

    async def credentials(self, repository: str) -> list[Credential]:
        return [] if self._credential.is_anonymous else [self._credential]


def challenge_parse(case: Case) -> None:
    if "min_count" in case:
        assert len(list(parse_challenges(case["headers"]))) >= case["min_count"], "too few"
        return
    picked = pick(case["headers"])
    expected = case.get("picked") or {"scheme": case["transport"]}
    _same("" if picked is None else picked.scheme, expected["scheme"])
    if picked is not None and "parameter_count" in expected:
        _same(len(picked.parameters), expected["parameter_count"])


def token_exchange(case: Case) -> None:
    if case["id"] in ("tok-11", "tok-12", "tok-13"):
        asyncio.run(_whole_exchange(case))
    elif "response_json" in case or "response_status" in case:
        asyncio.run(_exchange(case))
    else:
        _same(
            _refusal("https://token.example.com/", "http://127.0.0.1/") is not None, case["error"]
        )


async def _exchange(case: Case) -> None:
    """One question to a token endpoint."""
    asked: list[web.Request] = []

    def answer(request: web.Request) -> web.Response:
        asked.append(request)
        if request.method == "POST" and "post_status" in case:
            return web.Response(status=case["post_status"])
        status = case.get("response_status", 200)
        return web.json_response(case.get("response_json", {}), status=status)

    time, wanted = _Time(), case.get("request", {})
    scopes = tuple(case.get("scopes", ("this-is-your-scope",)))
    async with _server(answer) as host, _web(time) as asking:
        realm = Realm(URL(f"http://{host}/"), "my-service.io", ANYWHERE)
        purpose = Purpose(host, realm, scopes, _credential(case.get("auth", {})))
        tokens = Tokens(asking, time, time.now, Silent())
        try:
            token = await tokens.fetch(purpose, Trip(time() + 30, retries=0))
        except FetchError as error:
            assert case.get("error", False), f"refused: {error}"
            return
        assert not case.get("error", False), "accepted"
        _same(token, case.get("token_after", token))
        last = asked[-1]
        _same(last.method, wanted["method"])
        scheme = (wanted.get("authorization_prefix") or wanted.get("authorization", "")).split(" ")
        assert last.headers.get("Authorization", "").startswith(scheme[0]), "not that scheme"
        _same(
            {key: last.query.getall(key)[0] for key in wanted.get("query", {})},
            wanted.get("query", {}),
        )
        form = wanted.get("form", {})
        _same({key: last["form"].get(key) for key in form}, form)
        if "identitytoken_after" in case:
            await tokens.fetch(purpose, Trip(time() + 30, retries=0))
            _same(asked[-1]["form"]["refresh_token"], case["identitytoken_after"])


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
        if case["id"] == "tok-13":
            return web.Response(status=307, headers={"Location": f"http://{other}/"})
        if request.headers.get("Authorization") == "Bearer fresh-token":
            return web.Response(status=404)  # past the door: nothing else is of interest here
        told = challenge.replace("<host>", f"http://{host}/token")
        return web.Response(status=401, headers={"WWW-Authenticate": told})

    def elsewhere(request: web.Request) -> web.Response:
        others.append(request)
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})

    async with _server(answer) as host, _server(elsewhere) as other:
        client = Registry(RegistryOptions(hosts={host: HostOptions(plain_http=True)}))
        told = case.get("auth", {"username": "user", "password": "password"})
        try:
            await client.resolve(Reference.parse(f"{host}/app:1"), _Keychain(_credential(told)))
        except FetchError as error:
            passed = error.kind.value == "notFound"
            _same(passed, case.get("final_status") == 200)
        finally:
            await client.aclose()
    if "registry_requests" in case:
        _same(len(registry), case["registry_requests"])
    if "second_request_scope_parameters" in case:
        _same(len(tokens[-1].query.getall("scope")), case["second_request_scope_parameters"])
    if "authorization_received_by_other_host" in case:
        received = {request.headers.get("Authorization", "") for request in others}
        _same(received, {case["authorization_received_by_other_host"]})


def basic_transport(case: Case) -> None:
    credential = _credential(case["credential"])
    token = credential.registry_token
    header = f"Bearer {token}" if token else basic(credential)
    if "authorization_header" in case:
        _same(header or "", case["authorization_header"])
    elif "authorization_prefix" in case:
        assert (header or "").startswith(case["authorization_prefix"]), "another scheme"
        _, _, encoded = (header or "").partition(" ")
        _same(base64.b64decode(encoded).decode(), f"{credential.username}:{credential.password}")
    else:
        _same(header, None)


def _refusal(told_by: str, to: str) -> FetchError | None:
    """Why ``told_by`` may not point to ``to``; None when it may."""
    url = URL(told_by)
    network = network_by_name(url.host or "") or Network.PUBLIC
    asking = Web.__new__(Web)
    asking._hosts = Hosts(RegistryOptions())
    try:
        target = target_of(to, url)
        check_host(target.host or "", asking.reach(target, _answer(200, url, network), ANYWHERE))
    except FetchError as error:
        return error
    return None


def realm_validation(case: Case) -> None:
    scheme = "http" if case["insecure"] else "https"
    registry = f"{scheme}://{case['registry_host'] or 'registry.example.com'}/"
    _same(_refusal(registry, case["realm"]) is not None, case["error"])


def redirect_guard(case: Case) -> None:
    _same(_refusal(f"https://{case['from_host']}/", case["to"]) is None, case["allowed"])


def canonical_address(case: Case) -> None:
    address = case["address"]
    if address.count(":") > 1 and "[" not in address:
        address = f"[{address}]"
    written = URL(f"{case['scheme']}://{address}")
    assert same_origin(written, URL(f"{case['scheme']}://{case['canonical']}")), "another origin"


def scheme_override(case: Case) -> None:
    plain = case["registry_scheme"] == "http"
    hosts = Hosts(RegistryOptions(hosts={case["registry"]: HostOptions(plain_http=plain)}))
    origin = hosts.origin(case["registry"])
    url = URL(case["url"])
    found = origin if url.host == origin.host else target_of(case["url"], origin)
    _same(found.scheme, case["used_scheme"])


def expires_in(case: Case) -> None:
    asyncio.run(_expiry(case))


async def _expiry(case: Case) -> None:
    time, exchanges = _Time(), 0
    start = time.seconds

    def answer(_: web.Request) -> web.Response:
        nonlocal exchanges
        exchanges += 1
        told = dict(case["first_response_json"])
        if "issued_at" in told:
            told["issued_at"] = (time.now() - timedelta(seconds=1000)).isoformat()
        return web.json_response(told)

    async with _server(answer) as host, _web(time) as asking:
        tokens = Tokens(asking, time, time.now, Silent())
        realm = Realm(URL(f"http://{host}/"), "localhost.localdomain", ANYWHERE)
        purpose = Purpose(host, realm, ("repository:some/fun/registry:pull",), Credential("a", "b"))

        async def use(at: float) -> None:
            time.seconds = start + at
            if tokens.kept(purpose) is None:
                await tokens.fetch(purpose, Trip(time() + 30, retries=0))

        for at in case["requests_at_seconds"]:
            await use(at)
        _same(exchanges, case["token_exchanges"])
        await use(case["then_request_at_seconds"])
        _same(exchanges, case["token_exchanges_after"])


def temporary_error(case: Case) -> None:
    time, attempts = _Time(), 0

    async def attempt() -> Response:
        nonlocal attempts
        attempts += 1
        return _answer(case["status"], URL("https://registry.example.com"))

    retries = Retries(0.01, time, time.now, time.sleep)
    asyncio.run(retries.run(attempt, Trip(time() + 30, retries=2)))
    _same(attempts > 1, case["retry"])


CHALLENGES = {
    "challenge_parse": challenge_parse,
    "token_exchange": token_exchange,
    "basic_transport": basic_transport,
    "realm_validation": realm_validation,
    "canonical_address": canonical_address,
    "scheme_override": scheme_override,
    "redirect_guard": redirect_guard,
    "expires_in": expires_in,
    "temporary_error": temporary_error,
}
"""Group of cases → the check of each."""
