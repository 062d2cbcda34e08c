"""Redirects, followed by hand: where to, with what, how often.

Source of the rules: what happened to others. Credentials that followed a redirect to another host
(CVE-2020-15157), and redirects that lead a service to its own network.
"""

import re
from dataclasses import replace

from yarl import URL

from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import ANYWHERE, Network
from webhook.registry.exchange import Request, Response, Trip, same_origin
from webhook.registry.hosts import Hosts
from webhook.registry.retry import Retries
from webhook.registry.transport import Transport

_STATUSES = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 3
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}", re.ASCII)
"""What a host may look like: it is named in messages."""


class Web:
    """Asks until there is an answer: attempts around redirects around exchanges."""

    def __init__(self, transport: Transport, hosts: Hosts, retries: Retries) -> None:
        self._transport = transport
        self._hosts = hosts
        self._retries = retries

    async def ask(self, request: Request, domain: str, reach: Network, trip: Trip) -> Response:
        """The answer to ``request``, made on behalf of the registry ``domain``.

        Each attempt starts at the beginning, as presigned URLs expire. Raises ``FetchError``.
        """
        return await self._retries.run(lambda: self._follow(request, domain, reach), trip)

    async def _follow(self, request: Request, domain: str, reach: Network) -> Response:
        for _ in range(_MAX_REDIRECTS + 1):
            route = self._hosts.route(request.url, domain)
            within = ANYWHERE if self._hosts.is_allowed(request.url) else reach
            response = await self._transport.send(request, route, within)
            if response.status not in _STATUSES or request.form is not None:
                return response
            target = target_of(response.headers.get("Location", ""), response.url)
            reach = reach_of(target, response, reach)
            if not same_origin(target, request.url):
                request = replace(request, authorization=None)
            request = replace(request, url=target)
        raise FetchError(
            FailureKind.REFUSED,
            f"{request.url.host_port_subcomponent}: more than {_MAX_REDIRECTS} redirects",
        )


def reach_of(target: URL, told_by: Response, reach: Network) -> Network:
    """Where ``target`` may be, given who pointed there and where that one was allowed to be.

    Who is on a private network may point into it; whoever is not has no say there.
    """
    if same_origin(target, told_by.url):
        return reach
    return reach & (Network.PUBLIC | told_by.network)


def target_of(text: str, told_by: URL) -> URL:
    """The URL that ``told_by`` points to, in a redirect or as its realm.

    Raises ``FetchError``: malformed when it is none, refused when it is neither HTTPS nor HTTP told
    over HTTP.
    """
    host = told_by.host_port_subcomponent
    target = _joined(text, told_by)
    if target is None:
        raise FetchError(FailureKind.MALFORMED, f"{host}: points to what is not a URL")
    if target.scheme != "https" and (target.scheme, told_by.scheme) != ("http", "http"):
        raise FetchError(
            FailureKind.REFUSED,
            f"{host}: points to {target.host_port_subcomponent}, which is not HTTPS",
        )
    # A name and password in the URL would be sent as if they were ours.
    return target.with_user(None)


def _joined(text: str, told_by: URL) -> URL | None:
    if not (text.isascii() and text.isprintable()):
        return None
    try:
        # Kept as it is written: decoding and encoding again would break signatures.
        target = told_by.join(URL(text, encoded=True)).with_fragment(None)
        return target if _HOST.fullmatch(target.raw_host or "") else None
    except ValueError:
        return None
