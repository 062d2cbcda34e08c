"""The CA bundle of one ValidatingWebhookConfiguration: by what the API server trusts the webhook."""

from collections.abc import Mapping
from typing import Any

import msgspec

from webhook.cluster.client import Cluster
from webhook.cluster.wire import Item, decode, location
from webhook.errors import ClusterError, ClusterFailure

_ATTEMPTS = 5
"""Others write to the object too: a GitOps tool, another replica."""


class _ClientConfig(msgspec.Struct, frozen=True, rename="camel"):
    ca_bundle: bytes = b""


class _Webhook(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    client_config: _ClientConfig = _ClientConfig()


class _Configuration(Item, frozen=True):
    webhooks: tuple[_Webhook, ...] | None = None


class WebhookConfiguration:
    """The configuration called ``name``, and no other. Methods raise ``ClusterError``."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster = cluster
        self._path = location(
            "apis/admissionregistration.k8s.io/v1", "validatingwebhookconfigurations", name=name
        )

    async def bundles(self) -> Mapping[str, bytes]:
        """The bundle of each webhook in it, by name: PEM, and empty where there is none."""
        found = await self._read()
        return {webhook.name: webhook.client_config.ca_bundle for webhook in found.webhooks or ()}

    async def trust(self, bundle: bytes) -> bool:
        """Give every webhook in it this bundle (PEM); says whether any had another.

        Nothing else of the object is touched, and nothing is written if there is nothing to change.
        ``CONFLICT`` when others write to it without a pause.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            found = await self._read()
            operations = _operations(found, bundle)
            if not operations:
                return False
            try:
                await self._cluster.patch(self._path, operations)
            except ClusterError as error:
                if error.kind is not ClusterFailure.CONFLICT or attempt == _ATTEMPTS:
                    raise
            else:
                break
        return True

    async def _read(self) -> _Configuration:
        return decode(await self._cluster.get(self._path), _Configuration)


def _operations(found: _Configuration, bundle: bytes) -> list[dict[str, Any]]:
    """A JSON patch of what differs. The version makes places in the list safe to write to."""
    told = msgspec.to_builtins(bundle)
    writes = [
        {"op": "add", "path": f"/webhooks/{place}/clientConfig/caBundle", "value": told}
        for place, webhook in enumerate(found.webhooks or ())
        if webhook.client_config.ca_bundle != bundle
    ]
    if not writes:
        return []
    version = found.metadata.resource_version
    return [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}, *writes]
