"""The CA bundle of one ValidatingWebhookConfiguration: by what the API server trusts the webhook."""

from typing import Any

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, decode, location
from webhook.errors import ClusterError, ClusterFailure
from webhook.services.ports import StoredBundle


class _ClientConfig(msgspec.Struct, frozen=True, rename="camel"):
    ca_bundle: bytes = b""


class _Webhook(msgspec.Struct, frozen=True, rename="camel"):
    client_config: _ClientConfig = _ClientConfig()


class _Configuration(Item, frozen=True):
    webhooks: tuple[_Webhook, ...] | None = None


class WebhookConfiguration:
    """The configuration called ``name``, and no other: a ``BundleStore``."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._path = location(
            "apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", name=name
        )

    async def read(self) -> StoredBundle | None:
        """See ``BundleStore.read``."""
        found = await self._read()
        if found is None or not found.webhooks:
            return None
        bundles = {webhook.client_config.ca_bundle for webhook in found.webhooks}
        told = bundles.pop() if len(bundles) == 1 else b""
        return StoredBundle(told, found.metadata.resource_version)

    async def replace(self, pem: bytes, version: str) -> None:
        """See ``BundleStore.replace``. Nothing else of the object is touched."""
        found = await self._read()
        if found is None or found.metadata.resource_version != version:
            raise ClusterError(ClusterFailure.CONFLICT, "the webhook configuration has changed")
        await self._cluster.patch(self._path, _operations(found, pem))

    async def _read(self) -> _Configuration | None:
        try:
            return decode(await self._cluster.get(self._path), _Configuration)
        except ClusterError as error:
            if error.kind is ClusterFailure.NOT_FOUND:
                return None
            raise


def _operations(found: _Configuration, bundle: bytes) -> list[dict[str, Any]]:
    """A JSON patch. The version makes places in the list safe to write to."""
    told = msgspec.to_builtins(bundle)
    writes = [
        {"op": "add", "path": f"/webhooks/{place}/clientConfig/caBundle", "value": told}
        for place in range(len(found.webhooks or ()))
    ]
    version = found.metadata.resource_version
    return [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}, *writes]
