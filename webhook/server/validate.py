"""``POST /validate``, straight on ASGI: bytes in, bytes out, and every way a body can be bad."""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

from webhook.errors import InvalidReview
from webhook.kube.admission import AdmissionRequest, encode_answer, parse_review
from webhook.server.intake import Intake, Receive
from webhook.server.logs import Log
from webhook.server.metrics import Metrics
from webhook.services.review import Reviewer

_MARGIN = 0.25
"""Seconds kept back of the API server's deadline at least, to answer in."""
_MARGIN_SHARE = 0.1
_DURATION = re.compile(rb"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ms|s|m|h)")
_UNITS = {b"ms": 0.001, b"s": 1.0, b"m": 60.0, b"h": 3600.0}
_JSON = (b"content-type", b"application/json")

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Validate:
    """The ASGI application of one route."""

    def __init__(self, reviewer: Reviewer, metrics: Metrics, log: Log, timeout: float) -> None:
        """``timeout`` is in seconds, for callers that send none."""
        self._reviewer, self._metrics, self._log = reviewer, metrics, log
        self._timeout, self._intake = timeout, Intake(timeout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        try:
            if scope["method"] != "POST":
                raise InvalidReview("send an AdmissionReview with POST", 405)
            request = parse_review(await self._intake.read(receive))
        except InvalidReview as error:
            self._metrics.refused(error.status)
            self._log.event("warning", "refused", status=error.status, reason=error.reason)
            body = msgspec.json.encode({"reason": error.reason})
            await _reply(send, error.status, body)
            return
        waited = time.perf_counter() - started
        seconds = deadline(scope.get("query_string", b""), self._timeout) - waited
        await _reply(send, 200, await self._answer(request, seconds, started))

    async def _answer(self, request: AdmissionRequest, seconds: float, started: float) -> bytes:
        try:
            reviewed = await self._reviewer.review(request, seconds)
        except Exception as error:  # a defect of ours is weighed and told, it is no 500
            self._metrics.broken()
            self._log.broken(request.uid, error)
            return encode_answer(self._reviewer.broken(request))
        took = time.perf_counter() - started
        self._metrics.reviewed(reviewed, took)
        self._log.reviewed(reviewed, took)
        return encode_answer(reviewed.response)


def deadline(query: bytes, limit: float) -> float:
    """Seconds that fetching may take, from the timeout that the API server sends along.

    It sends ``?timeout=10s``, a Go duration (apiserver, pkg/util/webhook). A tenth is kept back to
    answer in, and never less than a quarter of a second.
    """
    given = limit
    for item in query.split(b"&"):
        name, _, value = item.partition(b"=")
        if name == b"timeout" and value:
            parts = _DURATION.findall(value)
            if b"".join(number + unit for number, unit in parts) == value:
                given = min(limit, sum(float(number) * _UNITS[unit] for number, unit in parts))
    return max(0.0, given - max(_MARGIN, given * _MARGIN_SHARE))


async def _reply(send: Send, status: int, body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [_JSON, length]})
    await send({"type": "http.response.body", "body": body})
