import asyncio
from typing import Any

import pytest

from webhook.errors import InvalidReview
from webhook.server.intake import MAX_BODY, Intake


def receiving(*pieces: bytes, ends: bool = True) -> Any:
    """An ASGI receive that has these pieces, and then nothing for ever."""
    waiting = list(pieces)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Future()
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting) or not ends}

    return receive


async def test_pieces_are_put_together():
    assert await Intake(1).read(receiving(b"one ", b"two ", b"three")) == b"one two three"


async def test_a_body_whose_end_does_not_come_is_given_up():
    with pytest.raises(InvalidReview, match="in time") as caught:
        await Intake(0.01).read(receiving(b"x", ends=False))
    assert caught.value.status == 408


async def test_bodies_that_wait_share_a_bound_and_give_it_back():
    intake = Intake(0.05, max_waiting=100)
    first = asyncio.create_task(intake.read(receiving(b"x" * 80, ends=False)))
    await asyncio.sleep(0)
    with pytest.raises(InvalidReview, match="too many") as caught:
        await intake.read(receiving(b"x" * 30, b"x"))
    assert caught.value.status == 503
    assert await intake.read(receiving(b"x" * 80)) == b"x" * 80  # whole at once: waits for nothing
    with pytest.raises(InvalidReview, match="in time"):
        await first
    assert await intake.read(receiving(b"x" * 30, b"y")) == b"x" * 30 + b"y"


@pytest.mark.parametrize("pieces", [[MAX_BODY + 1], [MAX_BODY, 1], [1, MAX_BODY, 1]])
async def test_too_large_is_too_large_in_any_pieces(pieces: list[int]):
    with pytest.raises(InvalidReview) as caught:
        await Intake(1).read(receiving(*(b"x" * size for size in pieces)))
    assert caught.value.status == 413
