"""Memory and time of ``slimgate audit`` as a cluster grows: 1,000 Pods, then 10,000, of 500 images.

The control plane is that of ``tests/cluster``. Pods are made by hand, every one a workload of its
own, which is the worst case for what an audit keeps; their status says what a kubelet would.
"""

import asyncio
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tests.cluster import plane
from tests.cluster.plane import ControlPlane, without_proxies
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster, Limits
from webhook.cluster.wire import location
from webhook.errors import ClusterError, ClusterFailure
from webhook.sandbox import recipes
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.build import push
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store

SIZES = (1_000, 10_000)
IMAGES = 500
NAMESPACES = 20
_AT_ONCE = 32
_WATCHED = """
import resource, subprocess, sys, time
began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(code, time.perf_counter() - began, peak)
"""
_RECIPES = (recipes.slim, recipes.multi_stage, recipes.alpine, recipes.optimised)


async def measure() -> dict[str, float]:
    """The ratio of peak memory, and figures of this machine beside it."""
    os.environ["NO_PROXY"] = "*"
    figures: dict[str, float] = {}
    peaks: list[float] = []
    with tempfile.TemporaryDirectory() as folder, plane.running(Path(folder)) as controlplane:
        async with SandboxRegistry(_store()) as registry, _client(controlplane) as cluster:
            made = 0
            for size in SIZES:
                await _fill(cluster, registry.host, made, size)
                made = size
                asked = len(registry.seen)
                seconds, peak = await _audit(controlplane, registry.host)
                peaks.append(peak)
                figures[f"{size:,} Pods: seconds"] = seconds
                figures[f"{size:,} Pods: peak memory, MiB"] = peak
                figures[f"{size:,} Pods: requests per image"] = (
                    len(registry.seen) - asked
                ) / IMAGES
    figures["peak memory, 10,000 over 1,000 Pods"] = peaks[1] / peaks[0]
    return figures


def _store() -> Store:
    """Images that differ in a label, so that each has a digest of its own."""
    store = Store()
    for number, recipe in zip(range(IMAGES), itertools.cycle(_RECIPES), strict=False):
        image = recipe(Architecture.AMD64)
        config = image.config | {"Labels": {"number": str(number)}}
        push(store, f"team-{number % 25}/app-{number}", replace(image, config=config), "1")
    return store


def _client(controlplane: ControlPlane) -> Cluster:
    return Cluster(Access(controlplane.kubeconfig), limits=Limits(at_once=_AT_ONCE))


async def _fill(cluster: Cluster, host: str, first: int, last: int) -> None:
    """Make Pods of these numbers, running."""
    if not first:
        for number in range(NAMESPACES):
            await _namespace(cluster, f"bench-{number}")
    numbers = iter(range(first, last))

    async def work(numbers: Iterator[int]) -> None:
        for number in numbers:
            await _pod(cluster, host, number)

    await asyncio.gather(*(work(numbers) for _ in range(_AT_ONCE)))


async def _namespace(cluster: Cluster, name: str) -> None:
    await cluster.create(location("api/v1", "namespaces"), {"metadata": {"name": name}})
    account = location("api/v1", "serviceaccounts", name, "default")
    while True:
        try:
            await cluster.get(account)
            return
        except ClusterError as error:
            if error.kind is not ClusterFailure.NOT_FOUND:
                raise
            await asyncio.sleep(0.05)


async def _pod(cluster: Cluster, host: str, number: int) -> None:
    namespace, image = f"bench-{number % NAMESPACES}", number % IMAGES
    name = f"pod-{number}"
    reference = f"{host}/team-{image % 25}/app-{image}:1"
    resources = {"requests": {"cpu": "10m"}, "limits": {"memory": "64Mi"}}
    variables = [{"name": f"SETTING_{n}", "value": "x" * 40} for n in range(20)]
    container = {"name": "web", "image": reference, "env": variables, "resources": resources}
    spec = {"containers": [container]}
    pods = location("api/v1", "pods", namespace)
    await cluster.create(pods, {"metadata": {"name": name}, "spec": spec})
    status = {"name": "web", "image": reference, "ready": True, "restartCount": 0}
    status["imageID"] = f"{reference}@sha256:{number:064x}"
    running = {"phase": "Running", "containerStatuses": [status]}
    await cluster.patch(
        f"{pods}/{name}/status", [{"op": "add", "path": "/status", "value": running}]
    )


async def _audit(controlplane: ControlPlane, host: str) -> tuple[float, float]:
    """Seconds and peak memory (MiB) of the command."""

    command = [
        sys.executable,
        *("-m", "webhook", "audit", "-A", "--policies=audit-all", "-o", "json"),
        f"--kubeconfig={controlplane.kubeconfig}",
        f"--insecure-registry={host}",
    ]
    # A process begins with its parent's peak, which here is large: a small one stands in between.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WATCHED, *command),
        stdout=subprocess.PIPE,
        env=without_proxies() | {"NO_PROXY": "*"},
    )
    said, _ = await process.communicate()
    code, seconds, peak = map(float, said.split())
    if code not in (0, 1, 3):
        raise RuntimeError(f"slimgate audit ended with {code:.0f}")
    return seconds, peak / 1024
