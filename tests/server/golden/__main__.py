"""``python -m tests.server.golden`` writes the golden files anew; read the difference before a commit."""

import asyncio
import tempfile
from pathlib import Path

from tests.conftest import served
from tests.server.golden import CASES, FOLDER, POLICY, answer, as_text
from webhook.sandbox.images import stock
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store


async def main() -> None:
    store = Store()
    stock(store)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            SandboxRegistry(store) as registry,
            served(
                Path(folder), POLICY, registry, mirror=(f"registry.test={registry.host}",)
            ) as client,
        ):
            for name, review in CASES.items():
                (FOLDER / f"{name}.json").write_text(as_text(await answer(client, review)))


if __name__ == "__main__":
    asyncio.run(main())
