"""One release of the chart on a real API server, wherever its webhook runs."""

import asyncio
import json
import subprocess
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cluster.plane import ControlPlane, without_proxies
from tests.cluster.world import until
from tests.parts import require

CHART = Path(__file__).parents[3] / "charts" / "slimgate"

Json = dict[str, Any]


@dataclass
class Release(ABC):
    """A release, and how to drive it."""

    plane: ControlPlane
    namespace: str
    folder: Path
    name: str = "slimgate"
    values: Json = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    @abstractmethod
    def placed(self) -> Json:
        """The values that say where the webhook runs."""

    @property
    @abstractmethod
    def image(self) -> str:
        """The webhook's own image."""

    @abstractmethod
    async def serve(self) -> None:
        """Start the webhook, and wait until it is ready."""

    @abstractmethod
    async def stop(self) -> None:
        """End the webhook, if it runs."""

    @abstractmethod
    async def status(self, path: str) -> tuple[int, str]:
        """What the plain-HTTP port answers."""

    @abstractmethod
    async def log(self) -> str:
        """All that the process wrote."""

    async def install(self, **values: Any) -> None:
        """``helm install``, or ``helm upgrade``; the values are kept for the next time."""
        self.values |= values
        chosen = self.placed | self.values
        webhook = self.placed.get("webhook", {}) | self.values.get("webhook", {})
        where = (self.name, str(CHART), "--namespace", self.namespace)
        await self.helm("upgrade", "--install", *where, values=chosen | {"webhook": webhook})

    async def uninstall(self) -> None:
        """``helm uninstall``."""
        where = (self.name, "--namespace", self.namespace)
        await self.helm("uninstall", *where, "--ignore-not-found", "--wait")

    async def helm(self, *arguments: str, values: Json | None = None) -> str:
        """What Helm says; it must succeed."""
        process = await asyncio.create_subprocess_exec(
            require("helm"),
            *arguments,
            *(["--values", "-"] if values is not None else []),
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=without_proxies() | {"KUBECONFIG": self.plane.kubeconfig},
        )
        said, complained = await process.communicate(json.dumps(values or {}).encode())
        assert process.returncode == 0, complained.decode()
        return said.decode()

    async def events(self, name: str) -> list[Json]:
        """The log's lines about one kind of event."""
        whole = (await self.log()).rpartition("\n")[0]  # the last line may be being written
        lines = [line for line in whole.splitlines() if line.startswith("{")]
        return [line for line in map(json.loads, lines) if line["event"] == name]

    async def wait_for(self, name: str, count: int = 1) -> list[Json]:
        """The log's lines about one kind of event, once there are that many."""

        async def enough() -> bool:
            return len(await self.events(name)) >= count

        await until(enough)
        return await self.events(name)

    async def kubectl(
        self, *arguments: str, namespace: str = "", stdin: str | None = None
    ) -> tuple[int, str, str]:
        """``kubectl`` in the release's namespace or another: exit code, stdout, stderr."""
        return await self.plane.attempt("-n", namespace or self.namespace, *arguments, stdin=stdin)

    async def create(
        self, document: Json, *flags: str, namespace: str = ""
    ) -> tuple[int, str, str]:
        """``kubectl create``: exit code, stdout, stderr."""
        return await self.kubectl(
            "create", "-f", "-", *flags, namespace=namespace, stdin=json.dumps(document)
        )

    async def names(self, resource: str) -> set[str]:
        """The names of what there is of a resource."""
        _, said, _ = await self.kubectl("get", resource, "-o", "name")
        return {line.partition("/")[2] for line in said.splitlines()}

    async def told(self, reason: str) -> list[str]:
        """The messages of Events with this reason."""
        selector = f"--field-selector=reason={reason}"
        _, said, _ = await self.kubectl("get", "events", selector, "-o", "json")
        return [event["message"] for event in json.loads(said)["items"]]
