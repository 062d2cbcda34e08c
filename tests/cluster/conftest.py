"""API servers of two kinds: a double that misbehaves on request, and a real control plane."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import uvloop

from tests.cluster import plane
from tests.cluster.apiserver import Api, serving
from tests.cluster.plane import ControlPlane
from tests.cluster.world import Clock, Observer, kubeconfig, until
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster, Limits
from webhook.cluster.reflector import Surroundings
from webhook.cluster.wire import location
from webhook.errors import ClusterError


def pytest_asyncio_loop_factories():
    """The loop that the product runs on: loops differ in how things fail."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proxies of this machine are honoured, as by kubectl, and have no business on loopback."""
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def api(stack: AsyncExitStack) -> Api:
    """The double."""
    return await stack.enter_async_context(serving(Api()))


@pytest.fixture
def connect(api: Api, stack: AsyncExitStack, tmp_path: Path) -> Callable[..., Awaitable[Cluster]]:
    """Makes clients of the double: ``await connect(request=0.1)``, with these limits."""
    config = kubeconfig(tmp_path, f"http://127.0.0.1:{api.port}")

    async def make(**limits: float) -> Cluster:
        return await stack.enter_async_context(Cluster(Access(config), limits=Limits(**limits)))

    return make


@pytest.fixture
async def cluster(connect: Callable[..., Awaitable[Cluster]]) -> Cluster:
    """A client of the double."""
    return await connect()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def observer() -> Observer:
    return Observer()


@pytest.fixture
def around(cluster: Cluster, observer: Observer, clock: Clock) -> Surroundings:
    """What reflectors of the double live in: no wait takes time."""
    return Surroundings(cluster, observer, clock, clock.sleep)


@pytest.fixture(scope="session")
def controlplane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real control plane, one for all tests: whoever uses it keeps to names of their own.

    That of ``E2E_KUBECONFIG`` where it is set: see ``make e2e``.
    """
    folder = tmp_path_factory.mktemp("controlplane")
    if config := os.environ.get("E2E_KUBECONFIG"):
        yield plane.foreign(config, folder)
        return
    with plane.running(folder) as running:
        yield running


@pytest.fixture
async def admin(controlplane: ControlPlane, stack: AsyncExitStack) -> Cluster:
    """A client of the real one that may do everything."""
    return await stack.enter_async_context(Cluster(Access(controlplane.kubeconfig)))


@pytest.fixture
def make_namespace(admin: Cluster) -> Callable[..., object]:
    """Makes namespaces: ``name = await make_namespace(labels={…})``, whose names are unique."""

    async def make(labels: dict[str, str] | None = None) -> str:
        name = f"t-{uuid4().hex[:8]}"
        metadata = {"name": name, "labels": labels or {}}
        await admin.create(location("api/v1", "namespaces"), {"metadata": metadata})
        account = location("api/v1", "serviceaccounts", name, "default")

        async def usable() -> bool:
            """Pods can be made once the controllers have given it its ServiceAccount."""
            try:
                await admin.get(account)
            except ClusterError:
                return False
            return True

        await until(usable)
        return name

    return make


@pytest.fixture
async def namespace(make_namespace) -> str:
    """A namespace of this test's own."""
    return await make_namespace()
