"""Labels of namespaces, known by watches."""

from collections.abc import Iterable, Mapping

from webhook.cluster.reflector import Reflected, Reflector, Source, Surroundings
from webhook.cluster.wire import Item, ObjectMeta, decode, location
from webhook.errors import ClusterError


class _Metadata(ObjectMeta, frozen=True, rename="camel"):
    labels: dict[str, str] | None = None


class _Namespace(Item, frozen=True):
    metadata: _Metadata


class Namespaces(Reflected):
    """Labels of ``names``, ``NamespaceLabels``; None is all namespaces, a right of its own.

    One by one they are asked for by name, which a role with ``resourceNames`` allows.
    """

    def __init__(self, surroundings: Surroundings, names: Iterable[str] | None = None) -> None:
        self._lists = {
            name: _list(surroundings, name) for name in ([""] if names is None else names)
        }
        super().__init__(self._lists.values())
        self._cluster = surroundings.cluster

    async def labels(self, namespace: str) -> Mapping[str, str] | None:
        """See ``NamespaceLabels.labels``."""
        known = self.known(namespace)
        return known if known is not None else await self._ask(namespace)

    def known(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of ``namespace``; None when no watch has told them."""
        reflector = self._lists.get("", self._lists.get(namespace))
        return None if reflector is None else reflector.get("", namespace)

    async def _ask(self, namespace: str) -> Mapping[str, str] | None:
        """A namespace that was made just now, which the watch has yet to tell of."""
        if "" not in self._lists and namespace not in self._lists:
            return None
        try:
            raw = await self._cluster.get(location("api/v1", "namespaces", name=namespace))
            return _labels(decode(raw, _Namespace))
        except ClusterError:
            return None


def _list(surroundings: Surroundings, name: str) -> Reflector[_Namespace, Mapping[str, str]]:
    selector = f"metadata.name={name}" if name else ""
    source = Source("namespaces", location("api/v1", "namespaces"), selector)
    return Reflector(surroundings, source, _Namespace, _labels)


def _labels(namespace: _Namespace) -> Mapping[str, str]:
    return namespace.metadata.labels or {}
