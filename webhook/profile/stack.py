"""An image's layers one upon another, as far as they were looked into.

A file of a lower layer is gone when a later one removes or replaces it, so that everything found is
asked of the layers above it. Those that were not looked at cannot be asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from webhook.layer import Entry, Look, Program
from webhook.oci import Descriptor
from webhook.profile.seen import Layers, Seen


@dataclass(frozen=True)
class Stack:
    """What was read of each layer, bottom first."""

    seen: tuple[Seen | None, ...]

    @classmethod
    def of(cls, descriptors: Sequence[Descriptor], layers: Layers) -> "Stack":
        """The stack of an image's layers."""
        return cls(tuple(layers.get(layer.digest) for layer in descriptors))

    @cached_property
    def files(self) -> tuple[Look | None, ...]:
        """For each layer the look that sees most of its files."""
        return tuple(seen.files if seen else None for seen in self.seen)

    @cached_property
    def heads(self) -> tuple[Look | None, ...]:
        """For each layer the look into its first files, contents included."""
        return tuple(seen.head if seen else None for seen in self.seen)

    @property
    def is_blank(self) -> bool:
        """Whether no layer was looked into."""
        return not any(self.files)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Every entry with the index of its layer, those that are gone included."""
        for layer, look in enumerate(self.files):
            for entry in look.entries if look else ():
                yield layer, entry

    def programs(self) -> Iterator[tuple[int, str, Program]]:
        """Every executable that is still there: layer, path, what is known of it."""
        for layer, look in enumerate(self.heads):
            for path, program in look.programs.items() if look else ():
                if not self.is_gone(path, layer):
                    yield layer, path, program

    def text(self, path: str) -> str | None:
        """The content of a small file as the topmost layer has it."""
        for layer in range(len(self.heads) - 1, -1, -1):
            look = self.heads[layer]
            if look is not None and path in look.texts:
                return None if self.is_gone(path, layer) else look.texts[path]
        return None

    def is_gone(self, path: str, layer: int) -> bool:
        """Whether a layer above ``layer`` removes ``path``, as far as those were looked at."""
        return any(look.removes(path) for look in self.files[layer + 1 :] if look is not None)

    def is_overseen(self, layer: int) -> bool:
        """Whether a layer above ``layer`` was not looked at, so that its files may be gone."""
        return any(look is None for look in self.files[layer + 1 :])
