"""What went wrong, as ``ClusterError``: statuses of the API server and errors of libraries.

Details name what was asked for, never with its query, a header or a body. Of what the API server
says, its one-word reason is told, and its message where it says what we may not do: that is what an
administrator needs, and it names users and resources only.
"""

import re
import ssl

import aiohttp
import msgspec

from webhook.cluster.wire import Status
from webhook.errors import ClusterError, ClusterFailure

_KINDS = {
    401: ClusterFailure.UNAUTHORIZED,
    403: ClusterFailure.FORBIDDEN,
    404: ClusterFailure.NOT_FOUND,
    408: ClusterFailure.UNREACHABLE,
    409: ClusterFailure.CONFLICT,
    410: ClusterFailure.EXPIRED,
    413: ClusterFailure.TOO_LARGE,
    429: ClusterFailure.UNREACHABLE,
}
_REASON = re.compile(r"[A-Za-z]{1,40}")
_MAX_MESSAGE = 300
_MAX_WAIT = 120.0
"""Seconds that an API server may ask to stay away."""


def of_answer(code: int, body: bytes, retry_after: str, what: str) -> ClusterError:
    """The error for an answer that is no success; ``what`` was asked for."""
    try:
        status = msgspec.json.decode(body, type=Status)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        status = Status()  # a proxy answered, or the body was cut off
    wait = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else None
    return of_status(msgspec.structs.replace(status, code=code), what, wait)


def of_status(status: Status, what: str, retry_after: float | None = None) -> ClusterError:
    """The error for what the API server says."""
    otherwise = ClusterFailure.UNREACHABLE if status.code >= 500 else ClusterFailure.REFUSED
    kind = _KINDS.get(status.code, otherwise)
    if kind is ClusterFailure.FORBIDDEN and status.message:
        said = "".join(char if char.isprintable() else " " for char in status.message)
        said = said[:_MAX_MESSAGE]
    else:
        reason = f" {status.reason}" if _REASON.fullmatch(status.reason) else ""
        said = f"the API server answered {status.code}{reason}"
    if retry_after is None and status.details is not None:
        retry_after = status.details.retry_after_seconds
    wait = None if retry_after is None else min(max(retry_after, 0.0), _MAX_WAIT)
    return ClusterError(kind, f"{what}: {said}", wait)


def of_exception(error: Exception, host: str) -> ClusterError:
    """The error for what the HTTP library raised while talking to ``host``."""
    return ClusterError(ClusterFailure.UNREACHABLE, f"{host}: {_cause(error)}")


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "no address is known for this name (DNS)"
    if isinstance(error, ssl.SSLError):
        cause = getattr(error, "certificate_error", error)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS certificate not accepted ({cause.verify_message})"
        return "TLS handshake failed"
    if isinstance(error, TimeoutError):
        step = "connecting" if isinstance(error, aiohttp.ConnectionTimeoutError) else "answering"
        return f"timed out while {step}"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect ({error.os_error.strerror or 'hung up'})"
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        return "not an address to connect to"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the answer broke off"
    return "the connection was closed"
