"""Which proxy a request goes through.

The words of ``NO_PROXY`` mean what they mean to Go's ``net/http/httpproxy``: ``*`` is everything; a
domain is itself and everything under it, with a leading dot only what is under it; IPs and networks
match literal addresses; ``:port`` narrows. This machine is never reached through a proxy.
"""

import ipaddress
import re

from yarl import URL

from webhook.registry.addresses import Network, network_by_name
from webhook.registry.options import Proxies

_WORD = re.compile(r"(?P<name>\[.*\]|[^:]*)(?::(?P<port>\d+))?", re.ASCII)
"""``host``, ``host:port``, ``[IPv6]:port``; a bare IPv6 address is none of them."""


def proxy_for(url: URL, proxies: Proxies) -> str | None:
    """The proxy for ``url`` that has none of its own; None: go there directly."""
    proxy = proxies.https if url.scheme == "https" else proxies.http
    if proxy is None or network_by_name(url.raw_host or "") is Network.LOOPBACK:
        return None
    return None if is_direct(url, proxies) else proxy


def is_direct(url: URL, proxies: Proxies) -> bool:
    """Whether ``none_for`` asks to go to ``url`` without a proxy."""
    host = (url.raw_host or "").lower().rstrip(".")
    return any(_matches(word.strip().lower(), host, url.port) for word in proxies.none_for)


def _matches(word: str, host: str, port: int | None) -> bool:
    if word == "*":
        return True
    if "/" in word:
        return _is_within(host, word)
    match = _WORD.fullmatch(word)
    name, wanted = (match["name"], match["port"]) if match else (word, None)
    if wanted is not None and wanted != str(port):
        return False
    name = name.strip("[]").removeprefix("*")
    suffix = name if name.startswith(".") else f".{name}"
    return bool(name) and (host == name or host.endswith(suffix))


def _is_within(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
