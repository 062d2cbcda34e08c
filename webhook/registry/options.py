"""Everything the registry client can be told. Who reads settings makes these values of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HostOptions:
    """What is special about one registry host."""

    plain_http: bool = False
    """Speak HTTP instead of HTTPS (``--insecure-registry``)."""
    ca: str | None = None
    """PEM file trusted in addition to the system's roots (``--registry-ca``)."""
    proxy: str | None = None
    """URL of the proxy to go through; None: as ``Proxies`` say."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where else the repositories under a prefix can be read (``--mirror FROM=TO``)."""

    source: str
    """``host`` or ``host/path``: the prefix that is replaced, whole path segments."""
    target: str
    """``host`` or ``host/path``: what replaces it."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies for everything that has none of its own, as the environment names them."""

    https: str | None = None
    """URL of the proxy for HTTPS requests."""
    http: str | None = None
    """URL of the proxy for plain HTTP requests."""
    none_for: tuple[str, ...] = ()
    """Where no proxy is used: ``*``, hosts, ``.domains``, IPs and networks, each with a port or
    without."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds in time and number."""

    connect: float = 1.0
    """Seconds for a connection with its TLS handshake."""
    request: float = 2.0
    """Seconds for one attempt, connection included."""
    flight: float = 30.0
    """Seconds for everything that answers one question."""
    flights: int = 256
    """Questions that may be under way at once."""
    per_host: int = 32
    """Requests to one host at once."""
    total: int = 64
    """Requests at once."""
    retries: int = 2
    """Further attempts after a temporary failure."""
    backoff: float = 0.1
    """Seconds before the first of them, on average; doubled for each further one."""
    budget_floor: int = 10
    """Below so many remaining pulls, a host's tags are no longer read."""


@dataclass(frozen=True, slots=True)
class CacheOptions:
    """How much is kept, and for how long (seconds)."""

    size: int = 64 * 1024 * 1024
    """Bytes of everything that is kept."""
    tag: float = 60.0
    """A tag is taken for what it was."""
    stale: float = 3600.0
    """A tag is taken for what it was while its registry cannot be asked."""
    stale_hold: float = 5.0
    """Between two attempts to ask such a registry about the same tag."""
    negative: float = 30.0
    """What is not found, not authorized or no image stays so."""
    rate_limited: float = 60.0
    """A refused rate stays refused, unless the registry says for how long."""


@dataclass(frozen=True, slots=True)
class RegistryOptions:
    """Everything the client can be told."""

    hosts: Mapping[str, HostOptions] = field(default_factory=dict)
    """``host`` or ``host:port``, as references name it → what is special about it."""
    mirrors: tuple[Mirror, ...] = ()
    """In the order in which they are tried."""
    proxies: Proxies = Proxies()
    allow_hosts: frozenset[str] = frozenset()
    """``host`` or ``host:port`` that registries may point to whatever its address, short of those
    that are always refused."""
    limits: Limits = Limits()
    cache: CacheOptions = CacheOptions()
    user_agent: str = "slimgate"
