"""Log lines: one JSON object a line, written straight to a stream.

Python's logging costs more than the whole review it would tell of; see ``tests/benchmarks``.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from webhook.policy.finding import Outcome
from webhook.services.review import Reviewed

_ENCODER = msgspec.json.Encoder(enc_hook=str)
_MAX_FINDINGS = 50


class Log:
    """Writes events as JSON lines."""

    def __init__(self, stream: BinaryIO, clock: Callable[[], datetime]) -> None:
        self._stream, self._clock = stream, clock

    def event(self, level: str, event: str, **fields: Any) -> None:
        """Write one line: time, level, event and the fields given."""
        line = {"time": self._clock(), "level": level, "event": event, **fields}
        self._stream.write(_ENCODER.encode(line) + b"\n")
        self._stream.flush()

    def reviewed(self, reviewed: Reviewed, seconds: float) -> None:
        """The one line of a review."""
        request, workload = reviewed.request, reviewed.workload
        findings = [
            (
                result.container,
                result.platform,
                finding.rule,
                finding.action.value,
                finding.outcome.value,
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
            decision=reviewed.decision.value,
            policies=reviewed.policies,
            images={result.image: result.digest for result in reviewed.results},
            findings=[
                dict(zip(_FINDING_KEYS, finding, strict=True))
                for finding in findings[:_MAX_FINDINGS]
            ],
            seconds=round(seconds, 6),
        )


_FINDING_KEYS = ("container", "platform", "rule", "action", "outcome", "message")
