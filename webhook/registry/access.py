"""Getting past the door: what a registry wants to see, and whose credentials open it.

There is no ping: the first request is the real one. What a 401 teaches is remembered for the host,
so that later requests bring a token at once.
"""

from dataclasses import dataclass, replace

from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import ANYWHERE
from webhook.registry.challenge import pick
from webhook.registry.exchange import Request, Response, Trip, same_origin
from webhook.registry.failures import said
from webhook.registry.lru import Lru
from webhook.registry.mirrors import Endpoint
from webhook.registry.redirect import Web, reach_of, target_of
from webhook.registry.token import Purpose, Realm, Tokens, basic, is_sendable
from webhook.services.ports import Credential, Keychain

_REMEMBERED = 4096
_DENIED = (401, 403)


@dataclass(frozen=True, slots=True)
class _Demand:
    """What a registry wants to see."""

    realm: Realm | None
    """Where tokens come from; None: Basic."""
    scopes: tuple[str, ...] = ()
    """What a token must open beside the pull that is asked for anyway."""


class Access:
    """Asks registries, with the credentials that each wants."""

    def __init__(self, web: Web, tokens: Tokens) -> None:
        self._web = web
        self._tokens = tokens
        self._demands: Lru[tuple[str, str], _Demand] = Lru(_REMEMBERED)

    async def ask(
        self, endpoint: Endpoint, request: Request, keychain: Keychain, trip: Trip
    ) -> Response:
        """The answer to ``request``, which is no 401 or 403.

        Credentials are tried in order. Raises ``FetchError``: unauthorized when none helped.
        """
        refusal = ""
        demand = self._remembered(endpoint)
        if demand is None:
            response = await self._web.ask(request, endpoint.domain, ANYWHERE, trip)
            if response.status not in _DENIED:
                return response
            refusal = said(response)
            demand = self._learn(endpoint, request, response)
            if demand is None:
                raise _denied(endpoint, f"{refusal} (it asks for nothing that could be given)")
        for credential in await keychain.credentials(endpoint.repository) or (Credential(),):
            if credential.is_anonymous and refusal and demand.realm is None:
                continue  # without a name and password, that is what was just refused
            try:
                response = await self._with(endpoint, request, demand, credential, trip)
            except FetchError as error:
                if error.kind is not FailureKind.UNAUTHORIZED:
                    self._forget(endpoint)  # the realm may have moved: the registry will know
                    raise
                refusal = error.detail
            else:
                if response.status not in _DENIED:
                    return response
                refusal = said(response)
        raise _denied(endpoint, refusal)

    async def _with(
        self,
        endpoint: Endpoint,
        request: Request,
        demand: _Demand,
        credential: Credential,
        trip: Trip,
    ) -> Response:
        """The answer that one credential gets."""
        kept = self._kept(endpoint, demand, credential)
        authorization = kept or await self._authorization(endpoint, demand, credential, trip)
        request = replace(request, authorization=authorization)
        response = await self._web.ask(request, endpoint.domain, ANYWHERE, trip)
        if response.status != 401:
            return response
        renewed = self._learn(endpoint, request, response)
        if renewed is None or (renewed == demand and kept is None):
            return response
        # The token was revoked before its time, or the registry wants something else by now.
        authorization = await self._authorization(endpoint, renewed, credential, trip)
        request = replace(request, authorization=authorization)
        return await self._web.ask(request, endpoint.domain, ANYWHERE, trip)

    def _kept(self, endpoint: Endpoint, demand: _Demand, credential: Credential) -> str | None:
        if demand.realm is None or credential.registry_token:
            return None
        token = self._tokens.kept(_purpose(endpoint, demand.realm, demand.scopes, credential))
        return None if token is None else f"Bearer {token}"

    async def _authorization(
        self, endpoint: Endpoint, demand: _Demand, credential: Credential, trip: Trip
    ) -> str | None:
        if demand.realm is None:
            return basic(credential)
        if credential.registry_token:
            if not is_sendable(credential.registry_token):
                raise FetchError(FailureKind.UNAUTHORIZED, "a registry token no header may hold")
            return f"Bearer {credential.registry_token}"
        purpose = _purpose(endpoint, demand.realm, demand.scopes, credential)
        return f"Bearer {await self._tokens.fetch(purpose, trip)}"

    def _learn(self, endpoint: Endpoint, request: Request, response: Response) -> _Demand | None:
        """What the challenge of ``response`` demands; None when it cannot be met.

        Raises ``FetchError``: malformed or refused, for the realm.
        """
        if not same_origin(request.url, response.url):
            return None  # who was redirected to is not who the credentials are for
        challenge = pick(response.headers.getall("WWW-Authenticate", ()))
        if challenge is None:
            return None
        if challenge.scheme == "basic":
            demand = _Demand(None)
        else:
            url = target_of(challenge.realm, response.url)
            realm = Realm(url, challenge.service, reach_of(url, response, ANYWHERE))
            own = _own_scope(endpoint)
            demand = _Demand(realm, tuple(each for each in challenge.scopes if each != own))
        self._demands.put((endpoint.origin, ""), replace(demand, scopes=()))
        if demand.scopes:
            self._demands.put((endpoint.origin, endpoint.path), demand)
        else:
            self._demands.drop((endpoint.origin, endpoint.path))
        return demand

    def _remembered(self, endpoint: Endpoint) -> _Demand | None:
        origin = endpoint.origin
        return self._demands.get((origin, endpoint.path)) or self._demands.get((origin, ""))

    def _forget(self, endpoint: Endpoint) -> None:
        self._demands.drop((endpoint.origin, endpoint.path))
        self._demands.drop((endpoint.origin, ""))


def _purpose(
    endpoint: Endpoint, realm: Realm, further: tuple[str, ...], credential: Credential
) -> Purpose:
    return Purpose(endpoint.domain, realm, (_own_scope(endpoint), *further), credential)


def _own_scope(endpoint: Endpoint) -> str:
    return f"repository:{endpoint.path}:pull"


def _denied(endpoint: Endpoint, refusal: str) -> FetchError:
    return FetchError(FailureKind.UNAUTHORIZED, f"{refusal} for {endpoint.path}")
