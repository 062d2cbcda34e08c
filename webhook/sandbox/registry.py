"""An OCI registry in memory, over :class:`~webhook.sandbox.store.Store`.

It speaks the pull side of the distribution-spec, and can be told to behave as registries in the
field do: to ask for tokens, to throttle, to fail, to be slow, to redirect, to lie. Every request is
kept, so that round trips can be counted.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from aiohttp import web

from webhook.sandbox.behaviour import Behaviour, Seen
from webhook.sandbox.content import blob, error, manifest, truncated
from webhook.sandbox.store import Store
from webhook.sandbox.tokens import SERVICE, Tokens, basic_user

_CONTENT = re.compile(r"/v2/(?P<path>.+)/(?P<kind>manifests|blobs)/(?P<name>[^/]+)")


class SandboxRegistry:
    """A registry on a port of its own: ``async with SandboxRegistry(store) as registry: …``.

    ``tls`` makes it speak HTTPS. ``behaviour`` may be changed while it runs.
    """

    def __init__(
        self,
        store: Store,
        behaviour: Behaviour | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.store = store
        self.behaviour = behaviour or Behaviour()
        self.tokens = Tokens()
        self.seen: list[Seen] = []
        """Every request so far, oldest first, those for tokens included."""
        self.address = address
        self.port = port
        """The port that is listened on; 0 (any free one) is replaced at start."""
        self._tls = tls
        self._runner: web.AppRunner | None = None

    @property
    def behaviour(self) -> Behaviour:
        """How it behaves from now on; setting it orders its failures anew."""
        return self._behaviour

    @behaviour.setter
    def behaviour(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self._failures = iter(behaviour.failures)

    @property
    def host(self) -> str:
        """``address:port``, as references name the registry."""
        address = f"[{self.address}]" if ":" in self.address else self.address
        return f"{address}:{self.port}"

    @property
    def origin(self) -> str:
        """``scheme://address:port``."""
        return f"{'https' if self._tls else 'http'}://{self.host}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, self.address, self.port, ssl_context=self._tls).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        behaviour = self.behaviour
        posted = await request.post() if request.method == "POST" else {}
        form = {key: str(value) for key, value in posted.items()}
        if behaviour.latency:
            await asyncio.sleep(behaviour.latency)
        response = self._answer(request, form)
        self.seen.append(
            Seen(
                method=request.method,
                path=request.path,
                status=response.status,
                authorization=request.headers.get("Authorization", "").partition(" ")[0].lower(),
                query=tuple(form.items()) or tuple(request.query.items()),
                headers=request.headers,
            )
        )
        if behaviour.truncate and request.method == "GET" and response.status in (200, 206):
            return await truncated(request, response)
        return response

    def _answer(self, request: web.Request, form: Mapping[str, str]) -> web.Response:
        if request.path == "/token":
            return self.tokens.answer(request, form, self.behaviour)
        match = _CONTENT.fullmatch(request.path)
        if match is None and request.path != "/v2/":
            return error(404)
        if request.method not in ("GET", "HEAD"):
            return error(405)
        refusal = self._failure() or self._refusal(request, match["path"] if match else None)
        if refusal is not None:
            return refusal
        if match is None:
            return web.json_response({})
        return self._content(request, match["path"], match["kind"], match["name"])

    def _failure(self) -> web.Response | None:
        """The next of the failures that were ordered, while there are any left."""
        status = next(self._failures, None)
        if status is None:
            return None
        delay = self.behaviour.retry_after
        return error(status, headers={} if delay is None else {"Retry-After": delay})

    def _refusal(self, request: web.Request, path: str | None) -> web.Response | None:
        """The 401 or 403 that stands between this request and the repository ``path``."""
        if self.behaviour.authentication == "basic":
            user = basic_user(request, self.behaviour.users)
            if user is None:
                return error(401, headers={"WWW-Authenticate": f'Basic realm="{SERVICE}"'})
            return None if path is None or user.may_pull(path) else error(403)
        if self.behaviour.authentication == "bearer":
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            known = self.tokens.knows(token)
            if known and (path is None or self.tokens.permits(token, path)):
                return None
            return error(401, headers={"WWW-Authenticate": self._challenge(path, known)})
        return None

    def _challenge(self, path: str | None, known: bool) -> str:
        realm = self.behaviour.realm or f"{self.origin}/token"
        scope = self.behaviour.scope or (f"repository:{path}:pull" if path else "")
        return (
            f'Bearer realm="{realm}",service="{SERVICE}"'
            + (f',scope="{scope}"' if scope else "")
            + (',error="insufficient_scope"' if known else "")
        )

    def _content(self, request: web.Request, path: str, kind: str, name: str) -> web.Response:
        behaviour = self.behaviour
        is_blob = kind == "blobs"
        elsewhere = behaviour.redirect_blobs if is_blob else behaviour.redirect_manifests
        if elsewhere is not None:
            # The query stands for what a presigned URL carries: it must never be logged.
            location = f"{elsewhere}{request.path}?signature=secret"
            return web.Response(status=307, headers={"Location": location})
        if is_blob:
            # No ETag is told here, so that none that a client knows can be the right one.
            wanted = None if "If-Range" in request.headers else request.headers.get("Range")
            return blob(self.store, behaviour, path, name, wanted)
        return manifest(self.store, behaviour, path, name)
