"""What the image's own steps left in it, as far as its history tells.

Weaker than a look into the layers: a step says what it did, and not what was left when it ended.
"""

import msgspec

from webhook.profile.build import Done
from webhook.profile.evidence import Evidence, Source, observed


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A system package that a step installed and none removed."""

    name: str
    family: str
    """``apt``, ``apk``, ``rpm``, ``conda`` …"""
    layer: int | None = None
    """Index of the layer, bottom first; None when history and layers cannot be matched."""
    weight: int = 65
    """How far it is to be believed, 0 to 100; below 60 where the base's end is not known."""

    @property
    def evidence(self) -> Evidence:
        """The same as evidence, with the layer's number."""
        text = f"{self.family} {self.name}"
        return observed(Source.HISTORY, self.name, self.weight, text, self.layer)


class Exposed(msgspec.Struct, frozen=True, gc=False):
    """A place in the image's metadata where a secret stands. Its value is nowhere here."""

    source: Source
    """``config`` for a variable that the image has, else ``history``."""
    place: str
    """``ENV``, ``ARG``, ``build argument``, or the instruction in whose text it stands."""
    name: str
    """The variable; empty where none is named."""
    shape: str = ""
    """``GitHub token``, ``URL with a password`` …; empty where only the name tells."""
    layer: int | None = None
    """Index of the layer that the instruction made, bottom first; None when it made none."""
    weight: int = 60
    """How far it is to be believed, 0 to 100."""

    @property
    def evidence(self) -> Evidence:
        """The same as evidence, with the layer's number."""
        detail = " ".join(filter(None, (self.place, self.name, self.shape)))
        return observed(self.source, "secret", self.weight, detail, self.layer)


class Traces(msgspec.Struct, frozen=True):
    """Everything that the own steps left. Every list is in their order, and bounded."""

    packages: tuple[Kept, ...] = ()
    """System packages that were asked for by name."""
    caches: tuple[Done, ...] = ()
    """Installs that keep what they download; ``what`` is the tool."""
    programs: tuple[Done, ...] = ()
    """Programs that were copied one by one, and tools that pip installed; ``what`` is the name."""
    secrets: tuple[Exposed, ...] = ()
    """Secrets in variables, build arguments and commands."""
