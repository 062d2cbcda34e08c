"""Confusion tables, misses and scores of a corpus."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.accuracy.corpus import Case
from webhook.profile import ImageProfile, profile


@dataclass(frozen=True)
class Miss:
    """One field of one image that came out otherwise than expected."""

    image: str
    expected: str
    found: str
    confidence: int
    why: tuple[str, ...]
    """The evidence, best first."""


@dataclass
class Table:
    """One field over a whole corpus."""

    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(expected, found) → images."""
    counted: int = 0
    right: int = 0
    open: int = 0
    """Of those that are right, the ones that leave the question open."""
    misses: list[Miss] = field(default_factory=list)
    """Wrong answers of all images, also of those that do not count."""


def score(cases: Iterable[Case]) -> dict[str, Table]:
    """Profile every image and compare; by field."""
    tables: dict[str, Table] = {}
    for case in cases:
        found = profile(case.image)
        values = said(found)
        for name, answer in case.answers.items():
            table = tables.setdefault(name, Table())
            value = _comparable(name, values[name], answer.expected)
            mark = answer.expected if answer.counts else f"({answer.expected})"
            table.cells[mark, value] += 1
            table.counted += answer.counts
            table.right += answer.counts and answer.is_right(value)
            table.open += answer.counts and answer.is_open(value)
            if not answer.is_right(value):
                confidence, why = evidence(found, name)
                table.misses.append(Miss(case.name, answer.expected, value, confidence, why))
    return tables


def said(found: ImageProfile) -> dict[str, str]:
    """The profile in the words of the answers."""
    return {
        "python": found.python.verdict,
        "libc": found.libc.verdict,
        "libc of python": found.libc.verdict,
        "variant": found.base.variant.value,
        "root": "yes" if found.user.root else "no",
        "version": found.python.version or "-",
        "distro": found.distro.id if found.distro else "-",
    }


def evidence(found: ImageProfile, name: str) -> tuple[int, tuple[str, ...]]:
    """Confidence and evidence of one field, best first."""
    confidence, pieces = {
        "python": (found.python.score, found.python.evidence),
        "libc": (found.libc.confidence, found.libc.evidence),
        "variant": (found.base.confidence, found.base.evidence),
        "version": (found.python.version_confidence, found.python.evidence),
    }.get(name, (0, ()))
    ranked = sorted(pieces, key=lambda piece: -piece.weight)
    return confidence, tuple(f"{p.weight} {p.says} ({p.source}) {p.detail}" for p in ranked)


def _comparable(name: str, value: str, expected: str) -> str:
    if name == "version" and value != "-":
        return ".".join(value.split(".")[: expected.count(".") + 1])
    return value
