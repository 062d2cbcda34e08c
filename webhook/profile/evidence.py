"""Evidence: one observation, where it was made, and how much it weighs."""

from enum import StrEnum

import msgspec


class Source(StrEnum):
    """Where an observation was made; said in messages as ``(from: …)``."""

    CONFIG = "config"
    HISTORY = "history"
    LABEL = "label"
    ANNOTATION = "annotation"
    BASE = "base"
    LAYER = "layer"
    COMMAND = "command"
    PROVENANCE = "provenance"
    REFERENCE = "reference"


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One observation. Weights are those of the tables in the profile modules."""

    source: Source
    says: str
    """What the observation speaks for: ``musl``, ``python``, ``slim``, a version …"""
    weight: int
    """0 to 100."""
    detail: str
    """What was seen, one line of printable text, at most 120 characters."""
