"""``python -m tests.built.cost``: requests and bytes of reading the built images, by the registry.

One webhook, policy python-recommended: an image at first sight, others on its base in the same
repository, and the same again.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.built.registry import Built, serving
from tests.tables import TABLES
from webhook.kube.imageuse import bare_use
from webhook.policy.loader import load
from webhook.policy.place import Place
from webhook.policy.plan import Planner
from webhook.rules import CATALOGUE
from webhook.services.gather import Gatherer
from webhook.settings import Settings
from webhook.wiring import operator_keychain, policy_texts, registry

NAMES = ("caches", "named-user", "multi-stage", "purged", "careless", "musl-python")


class Reader:
    """Reads images as a webhook does that has the policy python-recommended."""

    def __init__(self, gatherer: Gatherer, settings: Settings) -> None:
        self._gatherer, self._keychain = gatherer, operator_keychain(settings)
        self._planner = Planner(load(policy_texts(["python-recommended"]), CATALOGUE, TABLES))

    async def read(self, image: str) -> None:
        wanted = self._planner.plan([bare_use(image)], Place(None)).wanted
        await self._gatherer.gather(wanted, self._keychain, 30)


@asynccontextmanager
async def reader(host: str) -> AsyncIterator[Reader]:
    settings = Settings(insecure_registry=(host,))
    async with registry(settings) as client:
        yield Reader(Gatherer(client), settings)


async def show(built: Built) -> None:
    async with reader(built.host) as webhook:
        print(f"{'':28} {'requests':>8} {'bytes':>9}")
        for when in ("first sight", "again"):
            for name in NAMES:
                mark = built.mark()
                await webhook.read(f"{built.host}/built/api:{name}")
                cost = built.since(mark)
                print(f"{name:14} {when:13} {cost.requests:8} {cost.size:9}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as built:
        asyncio.run(show(built))


if __name__ == "__main__":
    main()
