"""Work that nobody waits for."""

import asyncio

from webhook.services.background import Background


async def test_work_is_done_in_its_order_a_little_at_a_time():
    background = Background(at_once=2)
    begun: list[int] = []
    gate = asyncio.Event()

    def work(number: int):
        async def do() -> None:
            begun.append(number)
            await gate.wait()

        return do

    assert all(background.put(work(number), 1) for number in range(5))
    await asyncio.sleep(0)
    assert begun == [0, 1]
    gate.set()
    while len(begun) < 5:
        await asyncio.sleep(0)
    assert begun == [0, 1, 2, 3, 4]
    await background.aclose()


async def test_what_there_is_no_place_for_is_not_taken_on():
    background = Background(max_waiting=2, at_once=1)
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    assert [background.put(wait, 1) for _ in range(4)] == [True, True, True, False]
    gate.set()
    for _ in range(4):
        await asyncio.sleep(0)
    assert background.put(wait, 1)
    await background.aclose()


async def test_closing_gives_everything_up():
    background = Background(at_once=1)
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    background.put(work, 1)
    background.put(work, 1)
    await asyncio.sleep(0)
    await background.aclose()
    assert ended == ["cancelled"]


async def test_what_is_too_heavy_beside_the_rest_is_not_taken_on():
    background = Background(max_weight=10, at_once=1)
    gate = asyncio.Event()

    async def wait() -> None:
        await gate.wait()

    assert [background.put(wait, weight) for weight in (6, 5, 4)] == [True, False, True]
    gate.set()
    for _ in range(4):
        await asyncio.sleep(0)
    assert background.put(wait, 10)
    await background.aclose()
