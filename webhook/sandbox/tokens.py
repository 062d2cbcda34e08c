"""The token endpoint of the sandbox registry.

Sources: distribution's "Token Authentication Specification" (GET with Basic) and "Oauth2 Token
Authentication" (POST with a refresh token, which Docker's configuration calls an identity token).
"""

import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.content import error

SERVICE = "slimgate-sandbox"
"""The name under which the registry is known to its token endpoint."""


@dataclass(frozen=True, slots=True)
class _Grant:
    repositories: frozenset[str]
    expires: float


class Tokens:
    """Opaque tokens that were handed out, and what each is good for."""

    def __init__(self) -> None:
        self._grants: dict[str, _Grant] = {}

    def answer(
        self, request: web.Request, form: Mapping[str, str], behaviour: Behaviour
    ) -> web.Response:
        """Serve one request for a token."""
        if request.method == "POST":
            user = _refreshed(form, behaviour.users)
            scopes: Sequence[str] = form.get("scope", "").split()
        else:
            user = basic_user(request, behaviour.users)
            scopes = request.query.getall("scope", [])
            if "Authorization" not in request.headers:
                user = User(password="", repositories=behaviour.anonymous)
        return error(401) if user is None else self._issue(user, scopes, behaviour.token_seconds)

    def _issue(self, user: User, scopes: Sequence[str], seconds: int | None) -> web.Response:
        """A token for what of ``scopes`` the user may do, even if that is nothing."""
        token = secrets.token_urlsafe(48)
        wanted = {repository for scope in scopes if (repository := _pulled(scope))}
        expires = time.monotonic() + (60 if seconds is None else seconds)
        self._grants[token] = _Grant(frozenset(filter(user.may_pull, wanted)), expires)
        answer: dict[str, Any] = {"token": token, "access_token": token}
        if seconds is not None:
            issued = datetime.fromtimestamp(time.time(), UTC)
            answer |= {"expires_in": seconds, "issued_at": f"{issued:%Y-%m-%dT%H:%M:%SZ}"}
        return web.json_response(answer)

    def knows(self, token: str) -> bool:
        """Whether ``token`` was issued here and has not expired."""
        grant = self._grants.get(token)
        return grant is not None and grant.expires > time.monotonic()

    def permits(self, token: str, repository: str) -> bool:
        """Whether ``token`` opens ``repository``."""
        return self.knows(token) and repository in self._grants[token].repositories

    def revoke(self) -> None:
        """Forget every token: the next use of one is a 401."""
        self._grants.clear()


def basic_user(request: web.Request, users: Mapping[str, User]) -> User | None:
    """The user whose name and password the request's Basic ``Authorization`` holds."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    user = users.get(name)
    if user is None or not hmac.compare_digest(user.password.encode(), password.encode()):
        return None
    return user


def _refreshed(form: Mapping[str, str], users: Mapping[str, User]) -> User | None:
    if form.get("grant_type") != "refresh_token":
        return None
    known = (user for user in users.values() if user.identity_token)
    return next((user for user in known if user.identity_token == form.get("refresh_token")), None)


def _pulled(scope: str) -> str | None:
    """The repository that a scope wants to pull: ``repository:library/nginx:pull``."""
    kind, _, rest = scope.partition(":")
    repository, _, actions = rest.rpartition(":")
    return repository if kind == "repository" and "pull" in actions.split(",") else None
