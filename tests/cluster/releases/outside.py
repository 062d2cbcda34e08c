"""A webhook outside of the cluster: a process on loopback, started as the chart's notes say."""

import asyncio
import json
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.cluster.plane import without_proxies
from tests.cluster.releases.projected import Projected
from tests.cluster.releases.release import CHART, Json, Release
from tests.cluster.world import kubeconfig, until


@dataclass
class Outside(Release):
    """A release for a webhook that is called by URL."""

    process: asyncio.subprocess.Process | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            self.port, self.status_port = one.getsockname()[1], other.getsockname()[1]
        self.policies = Projected(self.folder / "slimgate" / "policies")
        self.settings = Projected(self.folder / "slimgate" / "settings")

    @property
    def placed(self) -> Json:
        """See ``Release.placed``."""
        return {"webhook": {"url": f"https://127.0.0.1:{self.port}/validate"}}

    @property
    def image(self) -> str:
        """See ``Release.image``."""
        return "slimgate:0.1.0"

    async def install(self, **values: Any) -> None:
        """See ``Release.install``; does with ConfigMaps what the kubelet would do."""
        await super().install(**values)
        self.policies.write(self.values.get("inlinePolicies", {}))
        self.settings.write({"settings.yaml": json.dumps(self.values.get("settings", {}))})

    async def serve(self) -> None:
        """See ``Release.serve``: it is the release's ServiceAccount, with its rights."""
        command = await self._command("serve")
        environment = await self._environment("slimgate")
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                f"--status-port={self.status_port}",
                "--drain=0",
                cwd=self.folder,
                stderr=log,
                env=environment,
            )
        await until(self._is_ready)

    async def audit(self) -> tuple[int, str, str]:
        """Run the audit that the notes name, as its ServiceAccount: exit code, stdout, stderr."""
        process = await asyncio.create_subprocess_exec(
            *await self._command("audit"),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=await self._environment("slimgate-audit"),
        )
        said, complained = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode(), complained.decode()

    async def _command(self, verb: str) -> list[str]:
        """What the notes say is to be typed, with this checkout's code."""
        notes = await self.helm("get", "notes", self.name, "--namespace", self.namespace)
        written = notes.replace("\\\n", " ").splitlines()
        (command,) = [line for line in written if line.strip().startswith(f"slimgate {verb} ")]
        return [sys.executable, "-m", "webhook", *shlex.split(command)[1:]]

    async def _environment(self, account: str) -> Mapping[str, str]:
        _, token, _ = await self.kubectl("create", "token", account)
        config = kubeconfig(
            self.folder,
            self.plane.url,
            cluster={"certificate-authority": str(self.plane.ca)},
            user={"token": token.strip()},
        )
        return without_proxies() | {
            "SLIMGATE_KUBECONFIG": config,
            "SLIMGATE_POD": f"{self.namespace}/slimgate-0/{self.namespace}",
            "PYTHONPATH": str(CHART.parents[1]),
            "NO_PROXY": "*",
        }

    async def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, await self.log()
        with suppress(aiohttp.ClientError):
            return (await self.status("readyz"))[0] == 200
        return False

    async def stop(self) -> None:
        """See ``Release.stop``."""
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 20)
        self.process = None

    async def status(self, path: str) -> tuple[int, str]:
        """See ``Release.status``."""
        url = f"http://127.0.0.1:{self.status_port}/{path}"
        async with aiohttp.ClientSession() as session, session.get(url) as reply:
            return reply.status, await reply.text()

    async def log(self) -> str:
        """See ``Release.log``."""
        return (self.folder / "log").read_text()
