"""One exchange with the API server: bounded, authenticated, its errors translated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

from webhook.cluster.access import Access, login
from webhook.cluster.failures import of_answer, of_exception
from webhook.errors import ClusterError, ClusterFailure

if TYPE_CHECKING:
    from kubernetes.aio.client import ApiClient

_MAX_STATUS = 64 * 1024
"""Bytes of an answer that is no success which are looked at."""
_SCHEME = "BearerToken"
"""What the official client calls whatever stands in the ``Authorization`` header."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    path: str
    timeout: aiohttp.ClientTimeout
    query: Mapping[str, str] = field(default_factory=dict)
    """Values that are empty are left out."""
    body: Any = None
    """Anything that is JSON."""
    content_type: str = "application/json"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Connection:
    """A cluster that can be asked. Open it before, close it after."""

    def __init__(self, access: Access, user_agent: str) -> None:
        self._access = access
        self._user_agent = user_agent
        self._api: ApiClient | None = None

    async def open(self) -> None:
        """Find the cluster. Nothing is asked yet. Raises ``ClusterError``."""
        from kubernetes.aio import client

        configuration = await login(self._access)
        configuration.connection_pool_maxsize = 0  # watches stay; who asks bounds the rest
        configuration.client_session_kwargs = {"cookie_jar": aiohttp.DummyCookieJar()}
        try:
            api = client.ApiClient(configuration)
        except OSError:  # what OpenSSL raises is one, too
            detail = "the certificates or keys for the cluster cannot be read"
            raise ClusterError(ClusterFailure.CONFIGURATION, detail) from None
        api.user_agent = self._user_agent
        self._api = api

    async def aclose(self) -> None:
        """Close every connection."""
        if self._api is not None:
            await self._api.close()

    @asynccontextmanager
    async def exchange(self, request: Request) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer, if it is a success; its body is yet to be read. Raises ``ClusterError``.

        So do errors that reading the body meets inside the ``async with``.
        """
        if self._api is None:
            raise RuntimeError("the connection is not open")
        try:
            response = await self._send(self._api, request)
            if response.status == 401 and await self._renewed(self._api):
                response.close()
                response = await self._send(self._api, request)
            async with response:
                try:
                    if response.status >= 300:
                        raise await _failure(response, request)
                    yield response
                finally:
                    _hang_up(response)
        except (aiohttp.ClientError, OSError) as error:
            # The library's own message may hold the URL with its query: it ends here.
            host = self._api.configuration.host.partition("://")[2]
            raise of_exception(error, host) from None
        except ValueError:
            detail = "the address or the token of the cluster cannot be written into a request"
            raise ClusterError(ClusterFailure.CONFIGURATION, detail) from None

    async def _send(self, api: ApiClient, request: Request) -> aiohttp.ClientResponse:
        from kubernetes.aio.config import ConfigException

        headers = {"Accept": "application/json", "Content-Type": request.content_type}
        query = [(name, value) for name, value in request.query.items() if value]
        try:
            method, url, headers, body, _ = await api.param_serialize(
                request.method,
                request.path,
                query_params=query,
                header_params=headers,
                body=request.body,
                auth_settings=[_SCHEME],
            )
        except (ConfigException, OSError):
            detail = "the token of the service account cannot be read"
            raise ClusterError(ClusterFailure.CONFIGURATION, detail) from None
        answer = await api.call_api(method, url, headers, body, _request_timeout=request.timeout)
        response: aiohttp.ClientResponse = answer.response
        return response

    async def _renewed(self, api: ApiClient) -> bool:
        """Log in again: tokens expire, and who issues them is asked anew. Whether that helped."""
        fresh = await login(self._access)
        if fresh.api_key == api.configuration.api_key:
            return False
        api.configuration.api_key = fresh.api_key
        api.configuration.refresh_api_key_hook = fresh.refresh_api_key_hook
        return True


async def beginning(response: aiohttp.ClientResponse, size: int) -> bytes:
    """The first ``size`` bytes of the body, or as many as there are."""
    body = bytearray()
    while len(body) < size:
        chunk = await response.content.read(size - len(body))
        if not chunk:
            break
        body += chunk
    return bytes(body)


def _hang_up(response: aiohttp.ClientResponse) -> None:
    """Drop the connection, unless the body was read to its end, which gave it back.

    TLS would say goodbye and wait for the answer: a loop that is being closed has no time for that.
    """
    connection = response.connection
    if connection is not None and connection.transport is not None:
        connection.transport.abort()


async def _failure(response: aiohttp.ClientResponse, request: Request) -> ClusterError:
    body = await beginning(response, _MAX_STATUS)
    return of_answer(response.status, body, response.headers.get("Retry-After", ""), str(request))
