"""Evidence: one observation, where it was made, and how much it weighs."""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from webhook.profile.redacted import told


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
    """What was seen, one line of printable text without secrets, at most 120 characters."""


def observed(
    source: Source, says: str, weight: int, detail: str, layer: int | None = None
) -> Evidence:
    """Evidence whose detail is fit to print: images are written by strangers, secrets included.

    ``layer`` is the index of the layer it is about, bottom first; people count from one.
    """
    where = "" if layer is None else f"layer {layer + 1}: "
    return Evidence(source, says, weight, told(f"{where}{detail}"))


def noisy_or(weights: Iterable[int]) -> int:
    """How far independent observations together are to be believed, 0 to 100."""
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight / 100
    return round(100 * (1 - doubt))
