"""Findings in words, within what the API server lets through.

The grammar is ``[container] rule-id: problem. Fix.`` everywhere. Sources for the limits: Kubernetes
documentation, "Dynamic Admission Control", and apiserver's ``truncateAtTotalRunes``.
"""

from collections.abc import Iterable, Sequence

from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.rule import Action
from webhook.policy.text import shown
from webhook.profile.printable import cut

MAX_LINE = 256
"""Characters of one warning; the API server cuts there when there are many."""
MAX_WARNINGS = 8
"""Warnings of one review."""
MAX_TOTAL = 1800
"""Characters of all warnings of one review: leaves room for other webhooks."""
MAX_DENIAL = 900
"""Characters of a denial, most of which survives in a ReplicaSet's event."""
_MAX_NAMES = 63

_MORE = "slimgate check -f FILE shows all"


class Line:
    """One finding with all the containers and platforms it was made on, and by whose policies."""

    __slots__ = ("containers", "everywhere", "finding", "platforms", "policies")

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.containers: dict[str, None] = {}
        self.platforms: dict[str, None] = {}
        self.policies: dict[str, None] = {}
        self.everywhere = True

    def __str__(self) -> str:
        names = ",".join(self.containers)
        where = f"[{shown(names, _MAX_NAMES)}] " if names else ""
        if self.platforms and not self.everywhere:
            where = f"{where}[{shown(','.join(self.platforms), _MAX_NAMES)}] "
        return sentence(self.finding, where)


def sentence(finding: Finding, where: str = "") -> str:
    """``rule-id: problem. Fix.`` with ``where`` in front, cut to what a warning may have."""
    fix = f" {finding.remedy}." if finding.remedy else ""
    text = f"{where}{finding.rule}: {finding.message}.{fix}"
    is_plain = len(text) <= MAX_LINE and text.isascii() and text.isprintable()
    return text if is_plain else cut(text, MAX_LINE)


def lines(results: Sequence[Result]) -> tuple[Line, ...]:
    """Findings that are to be said, gravest first; equal ones of several containers as one."""
    merged: dict[tuple[str, Action, str, str], Line] = {}
    offered: dict[str, set[str | None]] = {}
    for result in results:
        offered.setdefault(result.container, set()).add(result.platform)
        for finding in result.findings:
            if finding.outcome is Outcome.PASS:
                continue
            key = (finding.rule, finding.action, finding.message, finding.remedy)
            line = merged.setdefault(key, Line(finding))
            line.containers[result.container] = None
            line.policies |= dict.fromkeys(finding.policies)
            if result.platform is not None:
                line.platforms[result.platform] = None
    for line in merged.values():
        line.everywhere = all(
            offered[name] - {None} <= set(line.platforms) for name in line.containers
        )
    ranked = sorted(merged.values(), key=lambda line: _rank(line.finding))
    return tuple(ranked)


def _rank(finding: Finding) -> tuple[int, int]:
    return -finding.action.weight, -finding.confidence


def warnings(said: Iterable[Line]) -> tuple[str, ...]:
    """The warnings of an allowed review, and how many more there were."""
    texts = [str(line) for line in said if line.finding.action is Action.WARN]
    return _fitted(texts, MAX_WARNINGS, MAX_TOTAL)


def denial(said: Sequence[Line]) -> str:
    """The message of a denied review: a heading, then one finding on each line."""
    told = [line for line in said if line.finding.action is not Action.AUDIT]
    grave = [line for line in told if line.finding.action is Action.DENY]
    policies = ", ".join(dict.fromkeys(name for line in grave for name in line.policies))
    word = "problem" if len(told) == 1 else "problems"
    heading = f"slimgate: {len(told)} {word} (policy {shown(policies, 120)})"
    texts = [str(line) for line in told]
    return "\n".join((heading, *_fitted(texts, len(texts), MAX_DENIAL - len(heading))))


def _fitted(texts: list[str], most: int, total: int) -> tuple[str, ...]:
    """As many texts as fit, the first one always, and then how many were left out."""
    kept: list[str] = []
    room = total - len(_MORE) - 12
    for text in texts[:most]:
        room -= len(text) + 1
        if kept and room < 0:
            break
        kept.append(text)
    left = len(texts) - len(kept)
    return (*kept, f"+{left} more: {_MORE}") if left else tuple(kept)
