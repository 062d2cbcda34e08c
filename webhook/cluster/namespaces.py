"""Labels of namespaces, known by watches."""

from collections.abc import Iterable, Mapping

from webhook.cluster.reflector import Reflected, Reflector, Source, Surroundings
from webhook.cluster.wire import Item, ObjectMeta, location


class _Metadata(ObjectMeta, frozen=True, rename="camel"):
    labels: dict[str, str] | None = None


class _Namespace(Item, frozen=True):
    metadata: _Metadata


class Namespaces(Reflected):
    """Labels of ``names``; None is all namespaces, for which all must be allowed to be listed.

    One by one they are asked for by name, which a role with ``resourceNames`` allows.
    """

    def __init__(self, surroundings: Surroundings, names: Iterable[str] | None = None) -> None:
        self._lists = {
            name: _list(surroundings, name) for name in ([""] if names is None else names)
        }
        super().__init__(self._lists.values())

    def labels(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of ``namespace``; None when they are not known."""
        reflector = self._lists.get("", self._lists.get(namespace))
        return None if reflector is None else reflector.get("", namespace)


def _list(surroundings: Surroundings, name: str) -> Reflector[_Namespace, Mapping[str, str]]:
    selector = f"metadata.name={name}" if name else ""
    source = Source("namespaces", location("api/v1", "namespaces"), selector)
    return Reflector(surroundings, source, _Namespace, _labels)


def _labels(namespace: _Namespace) -> Mapping[str, str]:
    return namespace.metadata.labels or {}
