"""One flight per key."""

import asyncio

import pytest

from webhook.errors import FailureKind, FetchError
from webhook.registry.flights import Flights


class Gate:
    """Work that waits until it is let go, and counts how often it began."""

    def __init__(self) -> None:
        self.begun = 0
        self.open = asyncio.Event()

    async def __call__(self) -> str:
        self.begun += 1
        await self.open.wait()
        return "home"


async def test_many_who_ask_the_same_are_on_one_flight():
    flights, gate = Flights(10, 5), Gate()
    callers = [asyncio.create_task(flights.join("key", gate)) for _ in range(50)]
    await asyncio.sleep(0)
    gate.open.set()
    assert set(await asyncio.gather(*callers)) == {"home"}
    assert gate.begun == 1
    await asyncio.sleep(0)
    assert len(flights) == 0


async def test_another_key_is_another_flight():
    flights, gate = Flights(10, 5), Gate()
    gate.open.set()
    await asyncio.gather(flights.join("a", gate), flights.join("b", gate))
    assert gate.begun == 2


async def test_a_flight_outlives_the_caller_who_gives_up():
    flights, gate = Flights(10, 5), Gate()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flights.join("key", gate), 0.01)
    assert len(flights) == 1
    gate.open.set()
    assert await flights.join("key", gate) == "home"
    assert gate.begun == 1


async def test_an_error_is_raised_anew_for_every_caller():
    flights = Flights(10, 5)

    async def fail() -> str:
        raise FetchError(FailureKind.RATE_LIMITED, "later", 7.0)

    errors = await asyncio.gather(
        *(flights.join("key", fail) for _ in range(3)), return_exceptions=True
    )
    assert {(error.kind, error.detail, error.retry_after) for error in errors} == {
        (FailureKind.RATE_LIMITED, "later", 7.0)
    }
    assert len({id(error) for error in errors}) == 3


async def test_a_flight_has_a_limit_of_its_own():
    flights = Flights(10, 0.01)
    with pytest.raises(FetchError) as caught:
        await flights.join("key", Gate())
    assert caught.value.kind is FailureKind.TIMEOUT
    assert "0.01 s" in caught.value.detail


async def test_there_are_only_so_many_at_once():
    flights, gate = Flights(1, 5), Gate()
    first = asyncio.create_task(flights.join("a", gate))
    await asyncio.sleep(0)
    with pytest.raises(FetchError, match="too many registry requests"):
        await flights.join("b", gate)
    gate.open.set()
    assert await first == "home"


@pytest.mark.parametrize("error", [FetchError(FailureKind.NOT_FOUND, "gone"), RuntimeError("bug")])
async def test_nobody_needs_to_fetch_an_error(error):
    """The loop would complain of an exception that nobody retrieved; warnings are errors here."""
    flights = Flights(10, 5)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    async def fail() -> str:
        await asyncio.sleep(0.01)
        raise error

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(flights.join("key", fail), 0.001)
    await asyncio.sleep(0.02)
    assert (len(flights), complaints) == (0, [])


async def test_closing_cancels_what_is_left_and_tells_who_waits():
    flights, gate = Flights(10, 5), Gate()
    caller = asyncio.create_task(flights.join("key", gate))
    await asyncio.sleep(0)
    await flights.aclose()
    with pytest.raises(FetchError, match="shutting down"):
        await caller
    assert len(flights) == 0


async def test_one_destination_gets_no_more_than_half_of_them():
    flights, gate = Flights(4, 5), Gate()
    slow = [asyncio.create_task(flights.join(n, gate, "slow.test")) for n in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(FetchError, match="too many"):
        await flights.join("third", gate, "slow.test")
    other = asyncio.create_task(flights.join("other", gate, "prompt.test"))
    gate.open.set()
    assert await asyncio.gather(*slow, other) == ["home"] * 3
    assert await flights.join("again", gate, "slow.test") == "home"
