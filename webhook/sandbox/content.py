"""How the sandbox registry serves manifests and blobs.

Sources: distribution-spec, "Pulling manifests", "Pulling blobs", "Error codes"; RFC 9110 section 14
for ranges.
"""

import re
from collections.abc import Mapping

from aiohttp import web

from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.store import Store

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_CODES = {
    401: "UNAUTHORIZED",
    403: "DENIED",
    404: "NAME_UNKNOWN",
    405: "UNSUPPORTED",
    416: "SIZE_INVALID",
    429: "TOOMANYREQUESTS",
}


def error(
    status: int, code: str | None = None, headers: Mapping[str, str] | None = None
) -> web.Response:
    """An answer that says why not, in the body that the distribution-spec wants."""
    code = code or _CODES.get(status, "UNKNOWN")
    body = {"errors": [{"code": code, "message": f"the sandbox says {status}", "detail": None}]}
    return web.json_response(body, status=status, headers=headers)


def manifest(store: Store, behaviour: Behaviour, path: str, name: str) -> web.Response:
    """The manifest or index that a tag or digest names."""
    repository = store.repositories.get(path)
    if repository is None:
        return error(404)
    digest = repository.tags.get(name, name)
    if digest not in repository.manifests:
        return error(404, "MANIFEST_UNKNOWN")
    media_type, data = repository.manifests[digest]
    headers = _digest_header(behaviour, digest)
    if behaviour.remaining is not None:
        headers["ratelimit-remaining"] = behaviour.remaining
    return web.Response(body=_told(behaviour, data), content_type=media_type, headers=headers)


def blob(
    store: Store, behaviour: Behaviour, path: str, digest: str, wanted: str | None
) -> web.Response:
    """A blob, or the part of it that the ``Range`` header ``wanted`` asks for."""
    if path not in store.repositories:
        return error(404)
    if digest not in store.blobs:
        return error(404, "BLOB_UNKNOWN")
    body, status = _told(behaviour, store.blobs[digest]), 200
    headers = _digest_header(behaviour, digest) | {"Accept-Ranges": "bytes"}
    if wanted is not None and not behaviour.ignore_range:
        window = _window(wanted, len(body))
        if window is None or (behaviour.spoil_range == "tail" and window.start):
            return error(416, headers={"Content-Range": f"bytes */{len(body)}"})
        body, more = _ranged(behaviour, body, window)
        headers, status = headers | more, 206
    headers.setdefault("Content-Type", "application/octet-stream")
    return web.Response(body=body, status=status, headers=headers)


async def truncated(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Announce all of ``response``, send half of its body, hang up."""
    body = response.body if isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers=response.headers)
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half


def _ranged(behaviour: Behaviour, body: bytes, window: range) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a 206, as far as ``behaviour`` lets them be right."""
    spoilt, total = behaviour.spoil_range, len(body)
    part = body[window.start : window.stop - (spoilt == "short")]
    start = window.start + (spoilt == "start")
    told = f"bytes {start}-{window.stop - 1}/{total + (spoilt == 'total')}"
    if spoilt != "multipart":
        return part, {"Content-Range": told}
    head = f"--part\r\nContent-Range: {told}\r\n\r\n".encode()
    kind = "multipart/byteranges; boundary=part"
    return head + part + b"\r\n--part--\r\n", {"Content-Type": kind}


def _window(wanted: str, total: int) -> range | None:
    """The bytes that a ``Range`` header asks for; None when there are none to give."""
    match = _RANGE.fullmatch(wanted)
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        start, stop = int(match[1]), min(int(match[2] or total) + 1, total)
    else:
        start, stop = max(0, total - int(match[2])), total
    return range(start, stop) if start < stop else None


def _digest_header(behaviour: Behaviour, digest: str) -> dict[str, str]:
    told = digest if behaviour.digest_header is None else behaviour.digest_header
    return {"Docker-Content-Digest": told} if told else {}


def _told(behaviour: Behaviour, data: bytes) -> bytes:
    if not behaviour.lie:
        return data
    # The case of one letter: still valid JSON of the same size, so that only a digest tells.
    return re.sub(rb"[a-z]", lambda letter: letter[0].upper(), data, count=1)
