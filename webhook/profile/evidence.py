"""Evidence: one observation, where it was made, and how much it weighs."""

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

MAX_DETAIL = 120
"""Characters of an image's text that evidence repeats."""

_SPACE = re.compile(r"\s+")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")


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


def observed(source: Source, says: str, weight: int, detail: str) -> Evidence:
    """Evidence whose detail is made fit to print: images are written by strangers."""
    return Evidence(source, says, weight, cut(detail))


def cut(text: str, limit: int = MAX_DETAIL) -> str:
    """``text`` as one line of at most ``limit`` printable ASCII characters."""
    # A prefix is enough to cut from, and keeps the cost independent of the text.
    line = _UNPRINTABLE.sub("?", _SPACE.sub(" ", text[: limit * 4])).strip()
    shown = len(text) <= limit * 4 and len(line) <= limit
    return line if shown else f"{line[: limit - 3]}..."


def noisy_or(weights: Iterable[int]) -> int:
    """How far independent observations together are to be believed, 0 to 100."""
    doubt = 1.0
    for weight in weights:
        doubt *= 1 - weight / 100
    return round(100 * (1 - doubt))
