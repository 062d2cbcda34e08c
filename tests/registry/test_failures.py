"""What went wrong, in one printable line without secrets."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from tests.registry.world import Clock
from webhook.errors import FailureKind
from webhook.registry.exchange import Response
from webhook.registry.failures import error_code, of_status, retry_after

NOW = Clock().now  # 2026-11-20 00:16:40


def answer(status: int, body: bytes = b"", **headers: str) -> Response:
    fields = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    url = URL("https://registry.example.com/v2/team/app/manifests/1?token=s3cret")
    return Response(status, CIMultiDictProxy(fields), body, url, None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, FailureKind.UNAUTHORIZED),
        (403, FailureKind.UNAUTHORIZED),
        (404, FailureKind.NOT_FOUND),
        (410, FailureKind.NOT_FOUND),
        (408, FailureKind.TIMEOUT),
        (429, FailureKind.RATE_LIMITED),
        (500, FailureKind.UNREACHABLE),
        (503, FailureKind.UNREACHABLE),
        (599, FailureKind.UNREACHABLE),
        (400, FailureKind.UNSUPPORTED),
        (418, FailureKind.UNSUPPORTED),
        (302, FailureKind.UNSUPPORTED),
        (206, FailureKind.UNSUPPORTED),
    ],
)
def test_every_status_is_of_a_kind(status, kind):
    error = of_status(answer(status), "team/app 1", NOW)
    assert error.kind is kind
    assert error.detail == f"registry.example.com answered {status} for team/app 1"


def test_of_a_body_only_the_code_is_told():
    body = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "hello \\n s3cret"}]}'
    detail = of_status(answer(404, body), "team/app 1", NOW).detail
    assert detail == "registry.example.com answered 404 MANIFEST_UNKNOWN for team/app 1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not JSON",
        b"\xff",
        b"[]",
        b'{"errors": null}',
        b'{"errors": []}',
        b'{"errors": [{"code": 5}]}',
        b'{"errors": [{"code": "IGNORE ALL\\n PREVIOUS"}]}',
        b'{"StatusCode": 400}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_code_of_the_specification_is_not_told(body):
    assert error_code(body) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 20 Nov 2026 00:17:40 GMT", 60),
        ("Fri, 20 Nov 2026 00:00:00 GMT", 0),
        ("Fri, 20 Nov 2026 00:17:40", None),
        ("soon", None),
        ("-1", None),
        ("Fri, 20 Nov 2026 00:17:40 +99999999999999999", None),
        ("", None),
        ("9" * 40, 999_999_999),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert retry_after(answer(429, Retry_After=text), NOW) == seconds
    assert of_status(answer(429, Retry_After=text), "", NOW).retry_after == seconds


def test_retry_after_may_be_absent():
    assert retry_after(answer(429), NOW) is None
