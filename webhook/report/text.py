"""Results as text for people: colour only on a terminal, nothing that only colour says."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from webhook.policy.finding import Outcome
from webhook.policy.message import Line, lines
from webhook.policy.rule import Action
from webhook.policy.text import megabytes, shown
from webhook.profile import Evidence, ImageProfile
from webhook.report.data import summary, warns
from webhook.services.check import Judged
from webhook.services.inspect import Inspected

_STYLE = {Action.DENY: "bold red", Action.WARN: "yellow", Action.AUDIT: "dim"}
_INSTRUCTION = 72
_TITLE = 256
"""Characters of names that manifests and command lines hold."""


def write_verdicts(console: Console, judged: Sequence[Judged], *, everything: bool) -> None:
    """``check``: each subject with its findings, then the counts."""
    for item in judged:
        _write_subject(console, item, everything=everything)
    counts = summary(judged)
    noun = "image" if all(item.subject.workload is None for item in judged) else "workload"
    plural = "" if counts["workloads"] == 1 else "s"
    console.print(
        f"{counts['workloads']} {noun}{plural}: {counts['denied']} denied, "
        f"{counts['warned']} allowed with warnings, "
        f"{counts['allowed'] - counts['warned']} allowed; {counts['incomplete']} incomplete",
        soft_wrap=True,
    )


def skipped(names: Sequence[str]) -> str:
    """A line about policies that say nothing of images by themselves."""
    return f"Skipped, being limited to namespaces: {', '.join(names)}. Name one with -n."


def _write_subject(console: Console, item: Judged, *, everything: bool) -> None:
    workload = item.subject.workload
    title = shown(item.subject.target, _TITLE)
    if workload is not None:
        name = shown(f"{workload.namespace}/{workload.name}", _TITLE)
        title = f"{title} {workload.kind} {name}"
    word, style = _verdict(item)
    console.print(Text.assemble((title, "bold"), "  ", (word, style)), soft_wrap=True)
    for line in lines(item.results):
        _write_line(console, line)
    if everything:
        _write_passes(console, item)


def _verdict(item: Judged) -> tuple[str, str]:
    if not item.allowed:
        return "denied", _STYLE[Action.DENY]
    if warns(item):
        return "allowed, with warnings", _STYLE[Action.WARN]
    return ("allowed, not everything known" if item.is_incomplete else "allowed"), "green"


def _write_line(console: Console, line: Line) -> None:
    finding = line.finding
    word = finding.action.value if finding.outcome is not Outcome.SKIP else "skip"
    text = Text.assemble("  ", (f"{word:5}", _STYLE[finding.action]), f" {line}")
    console.print(text, soft_wrap=True)


def _write_passes(console: Console, item: Judged) -> None:
    for result in item.results:
        passed = [f.rule for f in result.findings if f.outcome is Outcome.PASS]
        if passed:
            where = f"[{shown(result.container, _TITLE)}] " if result.container else ""
            console.print(f"  pass  {where}{', '.join(passed)}", soft_wrap=True, markup=False)


def write_inspected(console: Console, found: Inspected) -> None:
    """``inspect``: one screen for each platform."""
    console.print(Text(shown(found.reference.written, _TITLE), "bold"), soft_wrap=True)
    console.print(f"digest   {found.digest}", soft_wrap=True)
    for image in found.profiles:
        console.print()
        _write_profile(console, image)
        _write_layers(console, image)


def _write_profile(console: Console, image: ImageProfile) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, text in (
        ("platform", image.platform),
        ("python", _python(image)),
        ("libc", f"{image.libc.verdict}{_trust(image.libc.confidence, image.libc.evidence)}"),
        ("distro", _distro(image)),
        ("base", _base(image)),
        ("user", _user(image)),
        ("command", shown(" ".join(image.runtime.entrypoint + image.runtime.cmd), 160) or "none"),
        ("size", _size(image)),
        ("journey", _journey(image)),
    ):
        grid.add_row(name, Text(text))
    console.print(grid)


def _python(image: ImageProfile) -> str:
    python = image.python
    version = f", {shown(python.version)}" if python.version else ""
    origin = f" ({python.origin})" if python.origin else ""
    return f"{python.verdict}{version}{origin}{_trust(python.score, python.evidence)}"


def _trust(weight: int, evidence: Sequence[Evidence]) -> str:
    """How sure, and the strongest reason why."""
    best = max(evidence, key=lambda item: item.weight, default=None)
    reason = f"; {best.source.value}: {best.detail}" if best else ""
    return f"  [{weight}{reason}]" if weight or best else ""


def _distro(image: ImageProfile) -> str:
    distro = image.distro
    return "unknown" if distro is None else f"{distro.id} {distro.release or ''}".strip()


def _base(image: ImageProfile) -> str:
    base = image.base
    named = f", {shown(base.reference, 120)}" if base.reference else ""
    return f"{base.variant.value}{named}{_trust(base.confidence, base.evidence)}"


def _user(image: ImageProfile) -> str:
    user = image.user
    what = {True: "root", False: "not root", None: "a name: not provable"}[user.root]
    return f"{shown(user.raw) or 'unset'} ({what})"


def _size(image: ImageProfile) -> str:
    unpacked = image.size.unpacked
    span = f"{megabytes(unpacked.low)} to {megabytes(unpacked.high)}, by {unpacked.method}"
    return (
        f"{megabytes(image.size.pull)} to pull, about {megabytes(unpacked.value)} unpacked ({span})"
    )


def _journey(image: ImageProfile) -> str:
    journey = image.journey
    step = f"step {journey.step} of 4: {journey.name}" if journey.step else "no step"
    return "\n".join((step, *(f"- {reason}" for reason in journey.reasons)))


def _write_layers(console: Console, image: ImageProfile) -> None:
    if not image.size.layers:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("layer", justify="right")
    table.add_column("size", justify="right", no_wrap=True)
    table.add_column("share", justify="right", no_wrap=True)
    table.add_column("instruction", overflow="ellipsis", no_wrap=True)
    whole = image.size.pull or 1
    for number, layer in enumerate(image.size.layers, 1):
        made_by = shown(layer.created_by or "unknown", _INSTRUCTION)
        own = " (base)" if layer.own is False else ""
        share = f"{100 * layer.size / whole:.0f} %"
        table.add_row(str(number), megabytes(layer.size), share, escape(f"{made_by}{own}"))
    console.print(table)
