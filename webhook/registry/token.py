"""Bearer tokens: asked for, and kept until they expire.

Sources: distribution's "Token Authentication Specification" and "Oauth2 Token Authentication".
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec
from yarl import URL

from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import Network
from webhook.registry.exchange import Request, Response, Trip
from webhook.registry.failures import of_status
from webhook.registry.lru import Lru
from webhook.registry.observer import Observer
from webhook.registry.redirect import Web
from webhook.services.ports import Clock, Credential

_MIN_LIFETIME = 60.0
"""Seconds that a token lives when its endpoint says nothing or less (the specification's)."""
_MAX_LIFETIME = 24 * 3600.0
"""Seconds that a token is kept whatever its endpoint says."""
_MAX_ANSWER = 64 * 1024
_KEPT = 8 * 1024 * 1024
"""Bytes of tokens that are kept."""
_OVERHEAD = 512
"""Bytes that keeping a token takes beside it, roughly."""
_CLIENT_ID = "slimgate"
_SENDABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Realm:
    """A token endpoint, and what a registry is called there."""

    url: URL
    service: str
    reach: Network
    """Where the endpoint may be, given who pointed to it."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a token is for. Tokens of different purposes are never exchanged."""

    domain: str
    """The registry, as references name it."""
    realm: Realm
    scopes: tuple[str, ...]
    credential: Credential


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    expires: float
    renewed: str | None
    """What takes the place of the identity token that was exchanged."""


class _Answer(msgspec.Struct):
    token: str | None = None
    access_token: str | None = None
    expires_in: Any = None
    issued_at: Any = None
    refresh_token: str | None = None


class Tokens:
    """Tokens by purpose, bounded in bytes."""

    def __init__(
        self, web: Web, clock: Callable[[], float], now: Clock, observer: Observer
    ) -> None:
        self._web = web
        self._clock = clock
        self._now = now
        self._observer = observer
        self._kept: Lru[Purpose, _Token] = Lru(_KEPT)
        self._renewed: Lru[Purpose, str] = Lru(_KEPT)

    def kept(self, purpose: Purpose) -> str | None:
        """A token that has not expired; None when there is none."""
        token = self._kept.get(purpose)
        value = token.value if token is not None and self._clock() < token.expires else None
        self._observer.cache("token", hit=value is not None)
        return value

    async def fetch(self, purpose: Purpose, trip: Trip) -> str:
        """A new token. Raises ``FetchError``: unauthorized if the endpoint refuses."""
        subject = replace(purpose, scopes=())
        response = await self._exchange(purpose, self._renewed.get(subject), trip)
        if response.status != 200:
            self._renewed.drop(subject)
            raise self._refusal(response)
        token = self._read(response)
        self._kept.put(purpose, token, _OVERHEAD + len(token.value))
        if token.renewed and purpose.credential.identity_token:
            self._renewed.put(subject, token.renewed, _OVERHEAD + len(token.renewed))
        return token.value

    async def _exchange(self, purpose: Purpose, renewed: str | None, trip: Trip) -> Response:
        realm, credential = purpose.realm, purpose.credential
        if credential.identity_token:
            form = {
                "grant_type": "refresh_token",
                "refresh_token": renewed or credential.identity_token,
                "client_id": _CLIENT_ID,
                "service": realm.service,
                "scope": " ".join(purpose.scopes),
            }
            request = Request("POST", realm.url, _MAX_ANSWER, form=form)
            response = await self._web.ask(request, purpose.domain, realm.reach, trip)
            # An endpoint that knows no POST says so; all of them know the other way.
            if response.status not in (404, 405) or not credential.username:
                return response
        query = [("service", realm.service)] if realm.service else []
        query += [("scope", scope) for scope in purpose.scopes]
        url = realm.url.extend_query(query)
        request = Request("GET", url, _MAX_ANSWER, authorization=basic(credential))
        return await self._web.ask(request, purpose.domain, realm.reach, trip)

    def _refusal(self, response: Response) -> FetchError:
        error = of_status(response, "a token", self._now)
        # 400 is what OAuth 2 answers to a refresh token it does not know (RFC 6749, 5.2).
        if response.status == 400:
            return FetchError(FailureKind.UNAUTHORIZED, error.detail)
        # An endpoint that is not there says nothing about the image.
        if error.kind is FailureKind.NOT_FOUND:
            return FetchError(FailureKind.UNSUPPORTED, error.detail)
        return error

    def _read(self, response: Response) -> _Token:
        host = response.url.host_port_subcomponent
        try:
            answer = msgspec.json.decode(response.body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise FetchError(
                FailureKind.MALFORMED, f"{host}: the token endpoint's answer is not valid JSON"
            ) from None
        value = answer.token or answer.access_token or ""
        if not is_sendable(value):
            raise FetchError(FailureKind.MALFORMED, f"{host}: the token endpoint gave no token")
        said = answer.expires_in if isinstance(answer.expires_in, int | float) else 0.0
        lifetime = min(max(_MIN_LIFETIME, said), _MAX_LIFETIME)
        age = self._age(answer.issued_at)
        # A token that comes expired means that clocks disagree: it is counted from now, then.
        left = lifetime - age if age < lifetime else lifetime
        return _Token(value, self._clock() + left, answer.refresh_token)

    def _age(self, issued_at: object) -> float:
        """Seconds since a token was issued; 0 when that is not said or lies ahead."""
        try:
            issued = datetime.fromisoformat(str(issued_at))
        except ValueError:
            return 0.0
        return max(0.0, (self._now() - issued).total_seconds()) if issued.tzinfo else 0.0


def basic(credential: Credential) -> str | None:
    """The Basic ``Authorization`` for a name and password; None without (RFC 7617)."""
    if not (credential.username or credential.password):
        return None
    pair = f"{credential.username}:{credential.password}".encode(errors="surrogateescape")
    return f"Basic {base64.b64encode(pair).decode()}"


def is_sendable(token: str) -> bool:
    """Whether a header may hold ``token``; an empty one is none."""
    return _SENDABLE.fullmatch(token) is not None
