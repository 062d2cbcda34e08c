"""Results as text for people: colour only on a terminal, nothing that only colour says."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from webhook.policy.finding import Outcome, Result
from webhook.policy.message import Line, lines
from webhook.policy.rule import Action
from webhook.policy.text import megabytes, shown
from webhook.report.said import subject, verdict_counts
from webhook.services.judged import Judged

STYLE = {Action.DENY: "bold red", Action.WARN: "yellow", Action.AUDIT: "dim", None: "green"}
"""By what is to be said; None for nothing."""
_TITLE = 256
"""Characters of names that manifests and command lines hold."""


def write_verdicts(console: Console, judged: Sequence[Judged], *, everything: bool) -> None:
    """``check``: each subject with its findings, then the counts."""
    for item in judged:
        _write_subject(console, item, everything=everything)
    console.print(verdict_counts(judged), soft_wrap=True)


def skipped(names: Sequence[str]) -> str:
    """A line about policies that say nothing of images without a namespace."""
    return f"Skipped, being limited to namespaces: {', '.join(names)}. Name one with -n."


def skipped_unlabelled(names: Sequence[str]) -> str:
    """A line about policies that say nothing of images without a Pod's labels."""
    return f"Skipped, being limited to labels of Pods: {', '.join(names)}. Give a manifest with -f."


def _write_subject(console: Console, item: Judged, *, everything: bool) -> None:
    title = subject(item)
    if item.workload is not None:
        title = f"{shown(item.target, _TITLE)} {title}"
    word, style = _verdict(item)
    console.print(Text.assemble((title, "bold"), "  ", (word, style)), soft_wrap=True)
    for line in lines(item.results):
        _write_line(console, line)
    for result in item.results:
        _write_journey(console, result)
    if everything:
        _write_passes(console, item)


def _verdict(item: Judged) -> tuple[str, str]:
    if not item.allowed:
        return "denied", STYLE[Action.DENY]
    if item.warns:
        return "allowed, with warnings", STYLE[Action.WARN]
    return ("allowed, not everything known" if item.is_incomplete else "allowed"), STYLE[None]


def _write_line(console: Console, line: Line) -> None:
    finding = line.finding
    text = Text.assemble("  ", (f"{finding.word:5}", STYLE[finding.action]), f" {line}")
    console.print(text, soft_wrap=True)


def _write_journey(console: Console, result: Result) -> None:
    """On which step the image stands, and the first thing before the next one."""
    journey = result.journey
    if journey is None or journey.step is None:
        return
    where = f"[{shown(result.container, _TITLE)}] " if result.container else ""
    text = f"{where}{journey.step} of 4, {journey.name}"
    if journey.reasons:
        more = f" (+{len(journey.reasons) - 1} more)" if journey.reasons[1:] else ""
        saves = f"; saves about {megabytes(journey.saves)}" if journey.saves else ""
        text = f"{text}; before step {journey.step + 1}: {journey.reasons[0]}{more}{saves}"
    console.print(Text.assemble("  step  ", (text, "dim")), soft_wrap=True)


def _write_passes(console: Console, item: Judged) -> None:
    for result in item.results:
        passed = [f.rule for f in result.findings if f.outcome is Outcome.PASS]
        if passed:
            where = f"[{shown(result.container, _TITLE)}] " if result.container else ""
            console.print(f"  pass  {where}{', '.join(passed)}", soft_wrap=True, markup=False)
