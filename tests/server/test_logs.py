"""Log lines: JSON whatever happens, of bounded length, and never a reason to fail."""

import io
import logging
from datetime import UTC, datetime

import msgspec

from tests.conftest import Serve, policy_text
from webhook.sandbox.pods import admission_review, pod
from webhook.server.logs import Forwarding, Log


def clock() -> datetime:
    return datetime(2026, 11, 21, tzinfo=UTC)


class _FullDisk(io.BytesIO):
    def write(self, _data: object) -> int:
        raise OSError(28, "No space left on device")


def test_a_log_that_cannot_be_written_fails_nothing():
    Log(_FullDisk(), clock).event("info", "review")


def test_what_libraries_tell_is_one_json_line_without_the_error_s_text():
    stream = io.BytesIO()
    record = logging.makeLogRecord(
        {
            "name": "uvicorn.error",
            "levelname": "ERROR",
            "levelno": logging.ERROR,
            "msg": "Exception in %s\nand more",
            "args": ("ASGI application",),
            "exc_info": (ValueError, ValueError("a secret"), None),
        }
    )
    Forwarding(Log(stream, clock)).handle(record)
    (line,) = stream.getvalue().splitlines()
    told = msgspec.json.decode(line)
    assert (told["level"], told["source"], told["error"]) == (
        "error",
        "uvicorn.error",
        "ValueError",
    )
    assert told["message"] == "Exception in ASGI application"
    assert b"secret" not in line


async def test_megabytes_in_the_place_of_an_image_are_not_logged(serve: Serve):
    async with serve(policy_text("rule: floating-tag, action: warn")) as client:
        await client.review(admission_review(pod("web", "x" * 1_000_000)))
        assert max(map(len, client.log.getvalue().splitlines())) < 2000


async def test_hostile_names_stay_within_their_line(serve: Serve):
    async with serve(policy_text("rule: floating-tag, action: warn")) as client:
        forged = '"}\n{"event":"review","decision":"allow"}\x1b[2J'
        await client.review(admission_review(pod("web", forged)))
        assert [event["event"] for event in client.events()] == ["review"]
        assert b"\x1b" not in client.log.getvalue()
