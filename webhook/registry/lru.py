"""A least-recently-used mapping that is bounded by weight."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Lru(Generic[K, V]):
    """Keeps what was used last; the sum of all weights never exceeds ``limit``."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.weight = 0
        """The sum of the weights of what is kept."""

    def get(self, key: K) -> V | None:
        """The value of ``key``, which counts as a use; None if it is not kept."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Keep ``value``; what was not used for longest makes room for it."""
        self.drop(key)
        self._entries[key] = (value, weight)
        self.weight += weight
        while self.weight > self._limit:
            _, (_, freed) = self._entries.popitem(last=False)
            self.weight -= freed

    def drop(self, key: K) -> None:
        """Forget ``key``, if it is kept."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.weight -= entry[1]
