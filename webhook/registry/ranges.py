"""Parts of blobs: what an answer to a range is worth, and who does not know ranges.

Sources: distribution-spec, "Pulling blobs"; RFC 9110, section 14. A range is a wish: some registries
always answer with the whole blob, and pull-through caches do while a blob is new to them.
"""

from collections.abc import Callable

from webhook.errors import FailureKind, FetchError
from webhook.oci import Descriptor
from webhook.registry.exchange import Response
from webhook.registry.lru import Lru
from webhook.registry.mirrors import Endpoint

_STRIKE = 3600.0
"""Seconds for which a host that ignored a range is asked for the beginnings of blobs only."""
_KEPT = 4096


class Ranges:
    """Judges answers to ranges, and remembers the hosts that ignore them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._strikes: Lru[str, float] = Lru(_KEPT)

    def check(self, endpoint: Endpoint, window: range) -> None:
        """Refuse a question that would be in vain. Raises ``FetchError``: unsupported."""
        until = self._strikes.get(endpoint.host) if window.start else None
        if until is not None and self._clock() < until:
            raise _ignored(endpoint)

    def taken(
        self, endpoint: Endpoint, response: Response, descriptor: Descriptor, window: range
    ) -> bytes:
        """The bytes of ``window``, from a 206 or 200.

        The host that is asked is remembered, not the one that it redirects to: that is another one
        tomorrow. Raises ``FetchError``: malformed, unsupported or digest mismatch.
        """
        if response.status == 206:
            return _ranged(response, descriptor, window)
        if window.start:
            self._strikes.put(endpoint.host, self._clock() + _STRIKE)
            raise _ignored(endpoint)
        return _cut(response, descriptor, window)


def _ranged(response: Response, descriptor: Descriptor, window: range) -> bytes:
    """The body of a 206. Another range than was asked for, or several, would pass for the right."""
    told = response.headers.getall("Content-Range", ())
    right = f"bytes {window.start}-{window.stop - 1}/{descriptor.size}"
    if [each.lower() for each in told] != [right] or len(response.body) != len(window):
        raise FetchError(
            FailureKind.MALFORMED,
            f"{_host(response)}: the answer is not the range that was asked for",
        )
    return response.body


def _cut(response: Response, descriptor: Descriptor, window: range) -> bytes:
    """The beginning of a whole blob."""
    told = response.headers.get("Content-Length", str(descriptor.size))
    if told != str(descriptor.size) or len(response.body) != len(window):
        raise FetchError(
            FailureKind.DIGEST_MISMATCH,
            f"{_host(response)}: {descriptor.digest} does not have {descriptor.size} bytes",
        )
    return response.body


def _host(response: Response) -> str | None:
    return response.url.host_port_subcomponent


def _ignored(endpoint: Endpoint) -> FetchError:
    detail = f"{endpoint.host} ignores ranges: of a blob only the beginning can be read"
    return FetchError(FailureKind.UNSUPPORTED, detail)
