"""One question over HTTP and its answer, as the rooms of the client hand them on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from multidict import CIMultiDictProxy
from yarl import URL

from webhook.registry.addresses import Network, network_by_name, network_of

MAX_ERROR_BODY = 64 * 1024
"""Bytes that are read of the body of an answer that is not a success."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked."""

    method: str
    url: URL
    limit: int
    """Bytes of body that a success may have, or that are wanted of it."""
    headers: Mapping[str, str] = field(default_factory=dict)
    authorization: str | None = None
    """Sent to the origin of ``url`` only, wherever it redirects to."""
    form: Mapping[str, str] | None = None
    """Body of a POST."""
    window: range | None = None
    """Where in the content the wanted bytes lie, as many as ``limit``; None: all of it."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    """All of it; of a 200 to a window, what the window has of it if both begin together."""
    url: URL
    """Who answered: another origin than was asked, after a redirect."""
    peer: str | None
    """The address that answered; None when a proxy stands in between."""

    @property
    def network(self) -> Network:
        """Where the address is that answered; as far as its name tells, behind a proxy."""
        if self.peer is not None:
            return network_of(self.peer)
        return network_by_name(self.url.raw_host or "") or Network.PUBLIC


@dataclass(frozen=True, slots=True)
class Trip:
    """How long, and how often, one question may be tried."""

    deadline: float
    """On the client's monotonic clock, in seconds."""
    retries: int
    """Further attempts at each request."""


def same_origin(one: URL, other: URL) -> bool:
    """Whether scheme, host and port are the same (RFC 6454)."""
    return (one.scheme, one.raw_host, one.port) == (other.scheme, other.raw_host, other.port)
