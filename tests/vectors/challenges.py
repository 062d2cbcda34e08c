"""Checks for the cases of ``www_authenticate.json``."""

import asyncio
import base64

from yarl import URL

from tests.vectors.case import Case, Check, same
from tests.vectors.tokens import expires_in, token_exchange
from tests.vectors.world import Time, an_answer, credential, refusal
from webhook.registry.challenge import parse_challenges, pick
from webhook.registry.exchange import Response, Trip, same_origin
from webhook.registry.hosts import Hosts
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.registry.redirect import target_of
from webhook.registry.retry import Retries
from webhook.registry.token import basic


def challenge_parse(case: Case) -> None:
    if "min_count" in case:
        assert len(list(parse_challenges(case["headers"]))) >= case["min_count"], "too few"
        return
    picked = pick(case["headers"])
    expected = case.get("picked") or {"scheme": case["transport"]}
    same("" if picked is None else picked.scheme, expected["scheme"])
    if picked is not None and "parameter_count" in expected:
        same(len(picked.parameters), expected["parameter_count"])


def basic_transport(case: Case) -> None:
    told = credential(case["credential"])
    token = told.registry_token
    header = f"Bearer {token}" if token else basic(told)
    if "authorization_header" in case:
        same(header or "", case["authorization_header"])
    elif "authorization_prefix" in case:
        assert (header or "").startswith(case["authorization_prefix"]), "another scheme"
        _, _, encoded = (header or "").partition(" ")
        same(base64.b64decode(encoded).decode(), f"{told.username}:{told.password}")
    else:
        same(header, None)


def realm_validation(case: Case) -> None:
    scheme = "http" if case["insecure"] else "https"
    registry = f"{scheme}://{case['registry_host'] or 'registry.example.com'}/"
    same(refusal(registry, case["realm"]) is not None, case["error"])


def redirect_guard(case: Case) -> None:
    same(refusal(f"https://{case['from_host']}/", case["to"]) is None, case["allowed"])


def canonical_address(case: Case) -> None:
    address = case["address"]
    if address.count(":") > 1 and "[" not in address:
        address = f"[{address}]"
    written = URL(f"{case['scheme']}://{address}")
    assert same_origin(written, URL(f"{case['scheme']}://{case['canonical']}")), "another origin"


def scheme_override(case: Case) -> None:
    plain = case["registry_scheme"] == "http"
    hosts = Hosts(RegistryOptions(hosts={case["registry"]: HostOptions(plain_http=plain)}))
    origin = URL(hosts.origin(case["registry"]))
    url = URL(case["url"])
    found = origin if url.host == origin.host else target_of(case["url"], origin)
    same(found.scheme, case["used_scheme"])


def temporary_error(case: Case) -> None:
    time, attempts = Time(), 0

    async def attempt() -> Response:
        nonlocal attempts
        attempts += 1
        return an_answer(case["status"], URL("https://registry.example.com"))

    retries = Retries(0.01, time, time.now, time.sleep)
    asyncio.run(retries.run(attempt, Trip(time() + 30, retries=2)))
    same(attempts > 1, case["retry"])


CHALLENGES: dict[str, Check] = {
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
