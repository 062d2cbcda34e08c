"""When a request is made again."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from webhook.errors import FailureKind, FetchError
from webhook.registry.exchange import Response, Trip
from webhook.registry.retry import Retries


def answer(status: int, retry_after: str | None = None) -> Response:
    headers = CIMultiDict() if retry_after is None else CIMultiDict({"Retry-After": retry_after})
    url = URL("https://registry.example.com")
    return Response(status, CIMultiDictProxy(headers), b"", url, None)


class Answers:
    """Attempts that end as they were told to, one after the other."""

    def __init__(self, *outcomes: Response | FetchError) -> None:
        self.outcomes = list(outcomes)

    async def __call__(self) -> Response:
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, FetchError):
            raise outcome
        return outcome


@pytest.fixture
def retries(clock) -> Retries:
    return Retries(0.1, clock, clock.now, clock.sleep)


def trip(clock, seconds: float = 30.0) -> Trip:
    return Trip(clock() + seconds, retries=2)


UNREACHABLE = FetchError(FailureKind.UNREACHABLE, "connection refused")


@pytest.mark.parametrize(
    "first",
    [
        *map(answer, (408, 429, 500, 502, 503, 504)),
        UNREACHABLE,
        FetchError(FailureKind.TIMEOUT, ""),
    ],
    ids=lambda outcome: getattr(outcome, "status", None) or outcome.kind,
)
async def test_what_may_pass_is_tried_again_after_a_short_wait(retries, clock, first):
    attempts = Answers(first, answer(200))
    assert (await retries.run(attempts, trip(clock))).status == 200
    (wait,) = clock.waits
    assert 0.05 <= wait <= 0.15


@pytest.mark.parametrize("status", [200, 206, 304, 400, 401, 403, 404, 405, 501])
async def test_what_is_final_is_not(retries, clock, status):
    assert (await retries.run(Answers(answer(status)), trip(clock))).status == status
    assert clock.waits == []


@pytest.mark.parametrize(
    "kind", [FailureKind.REFUSED, FailureKind.MALFORMED, FailureKind.TOO_LARGE]
)
async def test_an_error_that_will_not_pass_is_raised_at_once(retries, clock, kind):
    with pytest.raises(FetchError) as caught:
        await retries.run(Answers(FetchError(kind, "")), trip(clock))
    assert caught.value.kind is kind
    assert clock.waits == []


async def test_there_are_two_further_attempts_with_growing_waits(retries, clock):
    attempts = Answers(*[answer(503)] * 4)
    assert (await retries.run(attempts, trip(clock))).status == 503
    assert len(attempts.outcomes) == 1
    first, second = clock.waits
    assert 0.05 <= first <= 0.15
    assert 0.1 <= second <= 0.3


async def test_the_last_error_is_raised(retries, clock):
    attempts = Answers(UNREACHABLE, answer(503), UNREACHABLE, answer(200))
    with pytest.raises(FetchError, match="connection refused"):
        await retries.run(attempts, trip(clock))
    assert len(attempts.outcomes) == 1


async def test_waits_are_not_all_of_one_length(retries, clock):
    for _ in range(20):
        await retries.run(Answers(answer(503), answer(200)), trip(clock))
    assert len(set(clock.waits)) > 10


async def test_retry_after_is_obeyed(retries, clock):
    assert (await retries.run(Answers(answer(429, "7"), answer(200)), trip(clock))).status == 200
    assert clock.waits == [7.0]


async def test_a_wait_that_does_not_fit_is_not_begun(retries, clock):
    attempts = Answers(answer(429, "60"), answer(200))
    response = await retries.run(attempts, trip(clock))
    assert (response.status, response.headers["Retry-After"]) == (429, "60")
    assert clock.waits == []


async def test_without_retries_there_is_one_attempt(retries, clock):
    attempts = Answers(answer(503), answer(200))
    assert (await retries.run(attempts, Trip(clock() + 30, retries=0))).status == 503
