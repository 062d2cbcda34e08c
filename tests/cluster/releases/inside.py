"""A webhook inside the cluster, as it is meant to be: for clusters that have nodes."""

import json
import os

from tests.cluster.releases.release import Json, Release
from tests.cluster.world import until

_PATIENCE = "180s"
"""For Pods to start, and for the kubelet to see a changed ConfigMap."""


class Inside(Release):
    """A release with one Pod, of the image in ``E2E_IMAGE``."""

    @property
    def placed(self) -> Json:
        """See ``Release.placed``."""
        repository, _, tag = self.image.rpartition(":")
        return {"image": {"repository": repository, "tag": tag}, "replicas": 1}

    @property
    def image(self) -> str:
        """See ``Release.image``."""
        return os.environ["E2E_IMAGE"]

    async def serve(self) -> None:
        """See ``Release.serve``."""
        await self._done("scale", "deployment/slimgate", "--replicas=1")
        await self._done("rollout", "status", "deployment/slimgate", f"--timeout={_PATIENCE}")

    async def stop(self) -> None:
        """See ``Release.stop``."""
        if "slimgate" in await self.names("deployments"):
            await self._done("scale", "deployment/slimgate", "--replicas=0")
            await until(self._is_gone)

    async def status(self, path: str) -> tuple[int, str]:
        """See ``Release.status``: by the API server's proxy to Pods."""
        (name,) = await self._pods()
        url = f"/api/v1/namespaces/{self.namespace}/pods/{name}:8080/proxy/{path}"
        code, said, _ = await self.kubectl("get", "--raw", url)
        return (503 if code else 200), said

    async def log(self) -> str:
        """See ``Release.log``."""
        _, said, _ = await self.kubectl("logs", "deployment/slimgate", "--tail=-1")
        return said

    async def _is_gone(self) -> bool:
        return not await self._pods()

    async def _pods(self) -> list[str]:
        selector = "--selector=app.kubernetes.io/name=slimgate"
        _, said, _ = await self.kubectl("get", "pods", selector, "-o", "json")
        return [item["metadata"]["name"] for item in json.loads(said)["items"]]

    async def _done(self, *arguments: str) -> None:
        code, _, complained = await self.kubectl(*arguments)
        assert code == 0, complained
