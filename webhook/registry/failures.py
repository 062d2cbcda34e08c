"""What went wrong, as ``FetchError``: library errors and HTTP statuses.

Details name the host and say what to do. They never hold a URL's query, a header or anything of a
response's body but the error code that the distribution-spec defines.
"""

import re
import ssl
from datetime import datetime
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec

from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import AddressRefused, refused
from webhook.registry.exchange import Response
from webhook.services.ports import Clock

_CODES = frozenset(
    {
        "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID",
        "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID", "MANIFEST_UNKNOWN", "NAME_INVALID",
        "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
    }
)  # fmt: skip
_KINDS = {
    401: FailureKind.UNAUTHORIZED,
    403: FailureKind.UNAUTHORIZED,
    404: FailureKind.NOT_FOUND,
    408: FailureKind.TIMEOUT,
    410: FailureKind.NOT_FOUND,
    429: FailureKind.RATE_LIMITED,
}
_UNTRUSTED = frozenset({18, 19, 20, 21})
"""OpenSSL's ``X509_V_ERR``: self-signed, self-signed in chain, no issuer, leaf not verified."""
_WRONG_NAME = frozenset({62, 64})
"""Host name and IP address mismatch."""
_EXPIRED = 10
_NOT_TLS = re.compile(r"WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|HTTP_REQUEST|PACKET_LENGTH")


class _Diagnostic(msgspec.Struct):
    code: str = ""


class _Diagnostics(msgspec.Struct):
    errors: list[_Diagnostic] = []


def of_status(response: Response, what: str, now: Clock) -> FetchError:
    """The error for a status that is not a success; ``what`` was asked for."""
    otherwise = FailureKind.UNREACHABLE if response.status >= 500 else FailureKind.UNSUPPORTED
    kind = _KINDS.get(response.status, otherwise)
    return FetchError(kind, f"{said(response)} for {what}", retry_after(response, now))


def said(response: Response) -> str:
    """Who answered what, for messages: ``registry.example.com answered 404 NAME_UNKNOWN``."""
    code = error_code(response.body)
    status = f"{response.status} {code}" if code else str(response.status)
    return f"{response.url.host_port_subcomponent} answered {status}"


def again(error: FetchError) -> FetchError:
    """An equal error: one that is raised for many would collect the tracebacks of all."""
    return FetchError(error.kind, error.detail, error.retry_after)


def error_code(body: bytes) -> str | None:
    """The first error code of a body as the distribution-spec defines it; None without one."""
    try:
        diagnostics = msgspec.json.decode(body, type=_Diagnostics)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return next((each.code for each in diagnostics.errors if each.code in _CODES), None)


def retry_after(response: Response, now: Clock) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, written as seconds or as a date (RFC 9110)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when: datetime = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (when - now()).total_seconds()) if when.tzinfo is not None else None


def of_exception(error: Exception, host: str) -> FetchError:
    """The error for what the HTTP library raised while talking to ``host``."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(error.os_error, AddressRefused):
            return refused(host)
        return _unreachable(host, "no address is known for this name (DNS)")
    if isinstance(error, ssl.SSLError):
        return _unreachable(host, _tls(error, host))
    if isinstance(error, TimeoutError):
        step = "connecting" if isinstance(error, aiohttp.ConnectionTimeoutError) else "answering"
        return FetchError(FailureKind.TIMEOUT, f"{host}: timed out while {step}")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _unreachable(host, f"the proxy answered {error.status}")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return _unreachable(host, "the proxy cannot be connected to")
    if isinstance(error, aiohttp.ClientConnectorError):
        return _unreachable(host, f"cannot connect ({error.os_error.strerror or 'hung up'})")
    if isinstance(error, aiohttp.ClientPayloadError):
        return _unreachable(host, "the answer broke off")
    if isinstance(error, aiohttp.InvalidURL):
        return FetchError(FailureKind.REFUSED, f"{host}: not a host to connect to")
    if isinstance(error, aiohttp.ClientResponseError):
        return FetchError(FailureKind.MALFORMED, f"{host}: does not speak HTTP as it should")
    return _unreachable(host, "the connection was closed")


def _unreachable(host: str, why: str) -> FetchError:
    return FetchError(FailureKind.UNREACHABLE, f"{host}: {why}")


def _tls(error: ssl.SSLError, host: str) -> str:
    cause = getattr(error, "certificate_error", error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        if cause.verify_code in _UNTRUSTED:
            return f"TLS certificate not trusted; if it is right, --registry-ca {host}=FILE"
        if cause.verify_code in _WRONG_NAME:
            return "TLS certificate is for another name"
        if cause.verify_code == _EXPIRED:
            return "TLS certificate has expired"
        return f"TLS certificate not accepted (OpenSSL says {cause.verify_code})"
    if _NOT_TLS.search(f"{error.strerror} {getattr(error, 'os_error', '')}"):
        return f"does not speak TLS; if it is plain HTTP by intent, --insecure-registry {host}"
    return "TLS handshake failed"
