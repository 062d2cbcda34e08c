"""Events: what the webhook tells of itself where people look, in ``kubectl get events``.

Source: Kubernetes API reference, core/v1 Event; client-go, tools/record.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from webhook.cluster.client import Cluster
from webhook.cluster.wire import location

_MAX_MESSAGE = 1024
"""Characters that the API server takes."""
_COMPONENT = "slimgate"


@dataclass(frozen=True, slots=True)
class Subject:
    """The Pod that Events are about."""

    namespace: str
    name: str
    uid: str

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """``NAMESPACE/NAME/UID``."""
        return cls(*text.split("/"))


class Events:
    """Writes Events about one Pod."""

    def __init__(self, cluster: Cluster, about: Subject) -> None:
        self._cluster, self._about = cluster, about

    async def write(self, kind: str, reason: str, message: str, now: datetime) -> None:
        """One Event; ``kind`` is ``Normal`` or ``Warning``. Raises ``ClusterError``."""
        about = self._about
        seconds = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{about.name[:200]}.{uuid4().hex[:16]}"},
            "involvedObject": {
                "apiVersion": "v1",
                "kind": "Pod",
                "namespace": about.namespace,
                "name": about.name,
                "uid": about.uid,
            },
            "type": kind,
            "reason": reason,
            "message": message[:_MAX_MESSAGE],
            "source": {"component": _COMPONENT},
            "firstTimestamp": seconds,
            "lastTimestamp": seconds,
            "count": 1,
        }
        await self._cluster.create(location("api/v1", "events", about.namespace), event)
