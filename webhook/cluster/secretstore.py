"""Secrets of the webhook's own namespace, read and written by name."""

from collections.abc import Mapping
from typing import Any

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, decode, location
from webhook.errors import ClusterError, ClusterFailure
from webhook.services.ports import StoredSecret


class _Secret(Item, frozen=True):
    data: dict[str, bytes] | None = None


class Secrets:
    """The Secrets of one namespace: a ``SecretStore``."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster, self._namespace = cluster, namespace

    async def read(self, name: str) -> StoredSecret | None:
        """See ``SecretStore.read``."""
        try:
            found = decode(await self._cluster.get(self._path(name)), _Secret)
        except ClusterError as error:
            if error.kind is ClusterFailure.NOT_FOUND:
                return None
            raise
        return StoredSecret(found.data or {}, found.metadata.resource_version)

    async def create(self, name: str, data: Mapping[str, bytes]) -> None:
        """See ``SecretStore.create``."""
        await self._cluster.create(self._path(""), _document(name, data))

    async def replace(self, name: str, data: Mapping[str, bytes], version: str) -> None:
        """See ``SecretStore.replace``. Labels and annotations are kept."""
        operations = [
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "add", "path": "/data", "value": msgspec.to_builtins(dict(data))},
        ]
        await self._cluster.patch(self._path(name), operations)

    def _path(self, name: str) -> str:
        return location("api/v1", "secrets", self._namespace, name)


def _document(name: str, data: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": name},
        "data": msgspec.to_builtins(dict(data)),
    }
