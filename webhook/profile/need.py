"""What is to be found out of an image: the question that a policy's rules put together."""

from dataclasses import dataclass
from enum import Flag, auto
from functools import cached_property


class Need(Flag):
    """What a rule must know of an image."""

    NONE = 0
    MANIFEST = auto()
    CONFIG = auto()
    SIZES = auto()
    """How large the layers are on disk."""
    PEEK = auto()
    """What the layers say of the image, where its metadata leaves open what it is."""
    PROOF = auto()
    """What the layers say of the image, even where its metadata says enough."""
    FILES = auto()
    """Which files the image's own layers hold, as far as a look at their beginnings tells."""
    ATTESTATION = auto()
    CONTENTS = auto()

    LAYERS = SIZES | PEEK | PROOF | FILES
    """Everything that layers are read for."""


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """A size on disk that decides something."""

    size: int
    """Bytes."""
    own: bool = False
    """Whether only the layers above the base count."""


@dataclass(frozen=True)
class Question:
    """All that is asked of one image."""

    needs: Need
    anyway: Need = Need.NONE
    """Which of ``needs`` are wanted of images that are not Python, too."""
    limits: frozenset[SizeLimit] = frozenset()
    """The sizes that decide: those that are clear without asking are not asked for. Without any,
    every size is wanted."""

    def __or__(self, other: "Question") -> "Question":
        if self is other:
            return self
        return Question(
            self.needs | other.needs, self.anyway | other.anyway, self.limits | other.limits
        )

    @cached_property
    def key(self) -> str:
        """The same for equal questions, and quick to compare."""
        limits = sorted((limit.size, limit.own) for limit in self.limits)
        return f"{self.needs.value} {self.anyway.value} {limits}"
