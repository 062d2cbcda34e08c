"""Log lines: one JSON object a line, written straight to a stream.

Python's logging costs more than the whole review it would tell of; see ``tests/benchmarks``.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from webhook.policy.finding import Outcome
from webhook.policy.rule import Action
from webhook.services.review import Reviewed

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_MAX_FINDINGS = 50
_MAX_IMAGES = 50
_MAX_REFERENCE = 512
"""Characters of an image's text: Pods may hold megabytes in its place."""


class _Told(msgspec.Struct, frozen=True, gc=False):
    """A finding as a log line has it."""

    container: str
    platform: str | None
    rule: str
    action: Action
    outcome: Outcome
    message: str


class Log:
    """Writes events as JSON lines."""

    def __init__(self, stream: BinaryIO, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock

    def event(self, level: str, event: str, **fields: Any) -> None:
        """Write one line: time, level, event and the fields given."""
        line = {"time": self._clock(), "level": level, "event": event, **fields}
        # A log that cannot be written (a full disk, a closed pipe) must not fail reviews.
        with suppress(OSError):
            self._stream.write(_ENCODER.encode(line) + b"\n")
            self._stream.flush()

    def broken(self, uid: str, error: Exception) -> None:
        """A review met a defect of ours."""
        self.event("error", "broken", uid=uid, error=type(error).__name__, at=_place(error))

    def reviewed(self, reviewed: Reviewed, seconds: float, *, late: bool = False) -> None:
        """The line of a review; ``late`` is the second one of a review that was pending."""
        request, workload = reviewed.request, reviewed.workload
        findings = [
            _Told(
                result.container,
                result.platform,
                finding.rule,
                finding.action,
                finding.outcome,
                finding.message,
            )
            for result in reviewed.results
            for finding in result.findings
            if finding.outcome is not Outcome.PASS
        ]
        self.event(
            "info",
            "review",
            uid=request.uid,
            operation=request.operation,
            namespace=request.namespace,
            kind=workload.kind if workload else "",
            name=workload.name if workload else request.name,
            dryRun=bool(request.dry_run),
            decision=reviewed.decision,
            policies=reviewed.policies,
            images={
                result.image[:_MAX_REFERENCE]: result.digest
                for result in reviewed.results[:_MAX_IMAGES]
            },
            findings=findings[:_MAX_FINDINGS],
            seconds=round(seconds, 6),
            **({"pending": True} if reviewed.is_pending else {"late": True} if late else {}),
        )


def _place(error: Exception) -> str:
    """File and line where it broke, for the log: never the error's text, which may hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"


class Forwarding(logging.Handler):
    """Makes events of what libraries tell Python's logging, so that every line is JSON."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; of an error its kind only, for its text may hold anything."""
        error = record.exc_info[0] if record.exc_info else None
        fields = {"error": error.__name__} if error is not None else {}
        message = record.getMessage().partition("\n")[0][:_MAX_REFERENCE]
        self._log.event(
            record.levelname.lower(), "library", source=record.name, message=message, **fields
        )
