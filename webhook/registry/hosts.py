"""How each host is spoken to: scheme, trust, proxy.

What a registry points to (a token endpoint, a storage host) is spoken to as the registry is, unless
it has options of its own: an on-premises registry and its realm share a CA more often than not.
"""

import ssl
from dataclasses import dataclass

from yarl import URL

from webhook.errors import InvalidFile, Problem, UsageError
from webhook.oci.reference import DOCKER_HUB
from webhook.registry.options import HostOptions, RegistryOptions
from webhook.registry.proxy import is_direct, proxy_for

_HUB_HOST = "registry-1.docker.io"
"""Where the registry lives whose images are named ``docker.io``."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a request gets to a host."""

    tls: ssl.SSLContext | bool
    """Who is trusted; True: the system's roots, in the context that aiohttp keeps of them."""
    proxy: str | None
    """URL of a proxy, which may hold a password: never printed."""


class Hosts:
    """What is known of hosts before they are asked.

    Raises ``UsageError`` for what is no host, and ``InvalidFile`` for a bad CA file.
    """

    def __init__(self, options: RegistryOptions) -> None:
        for host in options.hosts:
            if "/" in host or not host:
                raise UsageError(f"not a registry host: {host[:80]!r} (write host or host:port)")
        self._options = options
        files = {told.ca for told in options.hosts.values() if told.ca is not None}
        self._trust = {file: _trusting(file) for file in files}

    def origin(self, domain: str) -> str:
        """``scheme://host[:port]`` of the registry that references name ``domain``."""
        scheme = "http" if self._told(domain).plain_http else "https"
        return f"{scheme}://{_HUB_HOST if domain == DOCKER_HUB else domain.lower()}"

    def route(self, url: URL, domain: str) -> Route:
        """How to get to ``url`` on behalf of the registry ``domain``."""
        own, registry = self._told(_named(url)), self._told(domain)
        ca = own.ca or registry.ca
        tls = True if ca is None else self._trust[ca]
        return Route(tls, own.proxy or self._inherited(url, registry))

    def is_allowed(self, url: URL) -> bool:
        """Whether registries may point to ``url`` whatever its address."""
        return not self._options.allow_hosts.isdisjoint({url.raw_host or "", _named(url)})

    def _inherited(self, url: URL, registry: HostOptions) -> str | None:
        proxies = self._options.proxies
        if registry.proxy is not None and not is_direct(url, proxies):
            return registry.proxy
        return proxy_for(url, proxies)

    def _told(self, host: str) -> HostOptions:
        return self._options.hosts.get(host.lower(), HostOptions())


def _named(url: URL) -> str:
    """The host as references name it: with its port unless that is the scheme's own."""
    return url.host_port_subcomponent or ""


def _trusting(file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(cafile=file)
    except ssl.SSLError:
        problem = "not a PEM file of certificates"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    else:
        return context
    raise InvalidFile((Problem(file, 0, 0, problem),))
