"""Releases on the real control plane, each in a namespace of its own."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.plane import ControlPlane
from tests.cluster.releases.inside import Inside
from tests.cluster.releases.outside import Outside
from tests.cluster.releases.release import Json, Release
from tests.conftest import policy_text
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store

Install = Callable[..., Awaitable[Release]]

IN_CLUSTER = "E2E_KUBECONFIG" in os.environ
"""Whether the tests are for somebody's cluster, which has nodes: see ``make e2e``."""
_OF_OUR_OWN = ["test_audits.py", "test_without_nodes.py"]
collect_ignore = _OF_OUR_OWN if IN_CLUSTER else ["test_with_nodes.py"]

ROOT = "rule: run-as-root, action: deny"
UNBUFFERED = "rule: python-unbuffered, action: warn"
AS_USER = {"securityContext": {"runAsUser": 1000}}
"""What mends the first of the two in a Pod."""


def values(registry: SandboxRegistry, *rules: str, more: str = "", **others: Any) -> Json:
    """Values of a release with one policy, ``team``, that reads from ``registry``.

    ``more`` is a line of the policy's spec.
    """
    return {
        "policies": [],
        "inlinePolicies": {"team.yaml": policy_text(*rules or (ROOT, UNBUFFERED), more=more)},
        "settings": {"insecure-registry": [registry.host]},
    } | others


async def stricter(release: Release, registry: SandboxRegistry, *rules: str) -> None:
    """Upgrade to other rules, and wait until they are in force."""
    reloads = len(await release.events("reloaded"))
    await release.install(**values(registry, *rules))
    await release.wait_for("reloaded", reloads + 1)


def pod(name: str, image: str, **spec: Any) -> Json:
    """What a person writes of a Pod."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [{"name": "web", "image": image}]} | spec,
    }


def deployment(name: str, image: str) -> Json:
    """What a person writes of a Deployment of such Pods."""
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod(name, image)["spec"]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"selector": {"matchLabels": labels}, "template": template},
    }


@pytest.fixture
def registry_at(store: Store) -> Callable[..., SandboxRegistry]:
    """Makes registries that the webhook can reach: ``async with registry_at(Behaviour(…))``."""
    address = os.environ.get("E2E_ADDRESS", "127.0.0.1")
    return partial(SandboxRegistry, store, address=address)


@pytest.fixture
async def registry(
    registry_at: Callable[..., SandboxRegistry],
) -> AsyncIterator[SandboxRegistry]:
    async with registry_at() as running_registry:
        yield running_registry


@pytest.fixture
async def install(
    controlplane: ControlPlane,
    make_namespace: Callable[..., Awaitable[str]],
    tmp_path: Path,
) -> AsyncIterator[Install]:
    """Installs a release and starts its webhook: ``release = await install(values(registry))``."""
    installed: list[Release] = []

    async def make(chosen: Json, *, namespace: str = "") -> Release:
        where = namespace or await make_namespace()
        kind = Inside if IN_CLUSTER else Outside
        release = kind(controlplane, where, tmp_path / where)
        installed.append(release)
        await release.install(**chosen)
        await release.serve()
        return release

    yield make
    for release in installed:
        await release.stop()
        await release.uninstall()
