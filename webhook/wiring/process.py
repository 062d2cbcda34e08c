"""The process around everything: its clock and its event loop."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")


def clock() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part to its end."""
    import uvloop

    results: list[T] = []

    async def working() -> None:
        results.append(await work)

    # The runner's task must not have the result: putting back the handler of SIGINT, Python's signal
    # module writes out all that the task holds, which for an audit is hundreds of megabytes.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(working())
    return results[0]
