"""Which addresses may be connected to, and the resolver that sees to it.

A registry decides where clients go next: by redirects, and by the realm of its challenge. So that
it cannot point this process at what only this process can reach, a target on a private network or
on this machine is refused unless the registry is on the same kind of network itself. What is tested
is the address that is about to be connected to, so that a name which changes its mind between a
test and its use (DNS rebinding) gains nothing. Some addresses are never connected to.
"""

import ipaddress
import re
import socket
from enum import Flag, auto

from aiohttp.abc import AbstractResolver, ResolveResult

from webhook.errors import FailureKind, FetchError


class Network(Flag):
    """Where an address is, seen from here."""

    PUBLIC = auto()
    PRIVATE = auto()
    """RFC 1918, unique local, shared and otherwise not globally reachable addresses."""
    LOOPBACK = auto()
    NEVER = auto()
    """Link-local, unspecified, multicast, reserved, and cloud metadata services."""


ANYWHERE = Network.PUBLIC | Network.PRIVATE | Network.LOOPBACK
"""Where the registries that references name may be."""

_METADATA_NAMES = frozenset(
    {"metadata", "metadata.goog", "metadata.google.internal", "instance-data"}
)
_METADATA_ADDRESSES = frozenset(
    map(
        ipaddress.ip_address,
        # Those that are not link-local: Azure, Alibaba, Oracle, AWS and Google over IPv6.
        ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"),
    )
)
_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_SITE_LOCAL = ipaddress.ip_network("fec0::/10")
"""Private before there was fd00::/8 (RFC 3879); ``ipaddress`` takes it for public."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NUMERIC = re.compile(r"(?:.*\.)?(?:\d+|0x[0-9a-f]*)", re.ASCII)


class AddressRefused(OSError):
    """A name all of whose addresses are out of reach."""


class GuardedResolver(AbstractResolver):
    """Resolves names to those of their addresses that are within reach."""

    def __init__(self, inner: AbstractResolver, reach: Network) -> None:
        self._inner = inner
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """See ``AbstractResolver.resolve``. Raises ``AddressRefused``."""
        try:
            found = await self._inner.resolve(host, port, family)
        except UnicodeError:
            raise OSError(f"{host} is no host name") from None  # a label that is too long
        allowed = [result for result in found if network_of(result["host"]) in self._reach]
        if not allowed:
            raise AddressRefused(f"{host} is out of reach")
        return allowed

    async def close(self) -> None:
        """Nothing to close: the inner resolver is shared, and its owner closes it."""


def network_of(address: str) -> Network:
    """Where an IP address is."""
    ip = _unwrapped(ipaddress.ip_address(address))
    if ip.is_loopback:
        return Network.LOOPBACK
    if (
        ip.is_link_local
        or ip.is_unspecified
        or ip.is_multicast
        or ip.is_reserved
        or ip in _THIS_NETWORK
        or ip in _METADATA_ADDRESSES
    ):
        return Network.NEVER
    return Network.PUBLIC if ip.is_global and ip not in _SITE_LOCAL else Network.PRIVATE


def network_by_name(host: str) -> Network | None:
    """Where a host is, as far as its name alone tells; None when it must be resolved."""
    name = host.lower().strip("[]").rstrip(".")
    try:
        return network_of(name)
    except ValueError:
        pass
    if name in _METADATA_NAMES or _NUMERIC.fullmatch(name):
        return Network.NEVER  # 127.1, 2130706433 and 0x7f.1 are addresses to some resolvers
    if name == "localhost" or name.endswith(".localhost"):
        return Network.LOOPBACK
    return None


def check_host(host: str, reach: Network) -> None:
    """Refuse a host whose name alone puts it out of reach. Raises ``FetchError``: refused.

    For literal addresses this is the only test (no resolver is asked about them), and so it is for
    everything that goes through a proxy, which resolves names itself.
    """
    network = network_by_name(host)
    if network is not None and network not in reach:
        raise refused(host)


def refused(host: str) -> FetchError:
    """The error for a host that is out of reach."""
    return FetchError(
        FailureKind.REFUSED,
        f"{host}: not connecting to this address (link-local, metadata, or private while the "
        "registry is not; allow the host if it is meant)",
    )


def _unwrapped(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address inside an IPv6 one that a host or gateway would translate."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
