"""What the tests happen in: time moved by hand, where a cluster is, and what reflectors tell."""

import asyncio
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.apiserver import TOKEN
from webhook.cluster.reflector import Happened, Reported
from webhook.errors import ClusterError

_PATIENCE = 240 if "E2E_KUBECONFIG" in os.environ else 60
"""Seconds that anything may take; a kubelet needs more than a minute to see a changed ConfigMap."""


def kubeconfig(folder: Path, server: str, **more: dict[str, Any]) -> str:
    """A kubeconfig with one context, ``test``; ``user`` is who, and ``cluster`` adds to where."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": server} | more.get("cluster", {})}],
        "users": [{"name": "u", "user": more.get("user", {"token": TOKEN})}],
    }
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(document))
    return str(file)


class Clock:
    """Time that passes when a test says so; waiting passes it too."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)


class Observer:
    """Keeps what reflectors tell."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Reported]] = []

    def __call__(self, kind: str, reported: Reported) -> None:
        self.told.append((kind, reported))

    def count(self, happened: Happened) -> int:
        return sum(reported.happened is happened for _, reported in self.told)

    @property
    def failures(self) -> list[ClusterError]:
        return [reported.failure for _, reported in self.told if reported.failure is not None]


async def until(condition: Callable[[], Any], patience: float = 0) -> None:
    """Let everything go on until ``condition``, which may be a coroutine function, holds."""
    async with asyncio.timeout(max(patience, _PATIENCE)):
        while True:
            held = condition()
            if await held if inspect.isawaitable(held) else held:
                return
            await asyncio.sleep(0.001)


async def failing(question: Any) -> ClusterError:
    """The error that a question meets; it tells no secret, in one line."""
    with pytest.raises(ClusterError) as caught:
        await question
    assert caught.value.detail.isprintable()
    assert TOKEN not in str(caught.value)
    return caught.value
