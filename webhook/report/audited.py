"""An audit as text: by image, by rule, by namespace, in tables that fit a hundred columns."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from webhook.policy.rule import Action, strictest
from webhook.policy.text import counted, megabytes, shown
from webhook.report.about import About
from webhook.report.data import summary
from webhook.report.text import STYLE
from webhook.services.judged import Judged
from webhook.services.overview import ImageSummary, NamespaceSummary, Overview, RuleSummary

SHOWN = 20
"""Rows of a table, unless all are asked for."""
_MAX_NAME = 56
_MAX_RULES = 3


def write_audit(
    console: Console,
    judged: Sequence[Judged],
    seen: Overview,
    about: About,
    *,
    everything: bool = False,
) -> None:
    """``audit``: the counts, then what is gravest, with what to type for more."""
    _write_counts(console, judged, seen, about)
    limit = None if everything else SHOWN
    loud = [image for image in seen.images if image.action is not None]
    _table(console, _images(loud[:limit], about), len(loud), limit)
    rules = sorted(seen.rules, key=lambda rule: -strictest(*dict(rule.actions)).weight)
    _table(console, _rules(rules[:limit]), len(rules), limit)
    if len(seen.namespaces) > 1:
        _table(console, _namespaces(seen.namespaces[:limit]), len(seen.namespaces), limit)
    drifted = [image for image in seen.images if image.drift]
    if drifted:
        _table(console, _drift(drifted[:limit]), len(drifted), limit)
    if everything:
        for image in loud:
            _write_image(console, image)


def _write_counts(console: Console, judged: Sequence[Judged], seen: Overview, about: About) -> None:
    pods = sum(item.pods for item in judged)
    counts = summary(judged)
    by = f"by {', '.join(about.policies)}" + (", as if enforced" if about.preview else "")
    console.print(
        f"{counted(pods, 'Pod')} of {counted(counts['workloads'], 'workload')}, "
        f"{counted(len(seen.images), 'image')} in {shown(about.what, 200)}; {by}",
        soft_wrap=True,
        markup=False,
    )
    verb = "would be denied" if about.preview else "denied"
    console.print(
        f"{counted(counts['denied'], 'workload')} {verb}, {counts['warned']} with warnings, "
        f"{counts['allowed'] - counts['warned']} without; {counts['incomplete']} incomplete",
        soft_wrap=True,
    )


def _table(console: Console, table: Table, whole: int, limit: int | None) -> None:
    if not whole:
        return
    console.print()
    console.print(table)
    if limit is not None and whole > limit:
        console.print(f"  {whole - limit:,} more: --all", style="dim")


def _images(images: Iterable[ImageSummary], about: About) -> Table:
    table = _begun("Images", "Pods>", "verdict", "Python", "step>", "pull>", "image")
    for image in images:
        profile = image.profile
        python = profile.python if profile and profile.is_python else None
        table.add_row(
            f"{image.pods:,}",
            _verdict(image.action, about),
            (python.version or python.verdict) if python else "-",
            str(profile.journey.step or "-") if profile and python else "-",
            megabytes(profile.size.pull) if profile else "-",
            Text.assemble(shown(image.image, _MAX_NAME), "\n", (_says(image), "dim")),
        )
    return table


def _verdict(action: Action | None, about: About) -> Text:
    word = action.value if action is not None else "allow"
    return Text(f"would {word}" if about.preview and action is Action.DENY else word, STYLE[action])


def _says(image: ImageSummary) -> str:
    rules = dict.fromkeys(
        told.finding.rule
        for told in image.told
        if told.finding.action is image.action and told.finding.is_problem
    )
    more = f" +{len(rules) - _MAX_RULES}" if len(rules) > _MAX_RULES else ""
    return ", ".join(list(rules)[:_MAX_RULES]) + more


def _rules(rules: Iterable[RuleSummary]) -> Table:
    table = _begun("Rules", "images>", "Pods>", "rule", "as", "unknown>")
    for rule in rules:
        actions = ", ".join(f"{action.value} {count}" for action, count in reversed(rule.actions))
        table.add_row(
            f"{rule.images:,}", f"{rule.pods:,}", rule.rule, actions, str(rule.unknown or "-")
        )
    return table


def _namespaces(namespaces: Iterable[NamespaceSummary]) -> Table:
    table = _begun("Namespaces", "Pods>", "workloads>", "denied>", "warned>", "unknown>", "name")
    for space in namespaces:
        table.add_row(
            f"{space.pods:,}",
            f"{space.workloads:,}",
            f"{space.denied:,}",
            f"{space.warned:,}",
            f"{space.incomplete:,}",
            shown(space.name, _MAX_NAME),
        )
    return table


def _drift(images: Iterable[ImageSummary]) -> Table:
    table = _begun(
        "Drift: what runs is not what the tag names now", "Pods>", "image", "runs", "now"
    )
    for image in images:
        for drift in image.drift:
            name = shown(image.image, _MAX_NAME)
            table.add_row(f"{drift.pods:,}", name, _short(drift.running), _short(drift.now))
    return table


def _short(digest: str) -> str:
    return shown(digest.partition(":")[2], 100)[:12]


def _begun(title: str, *columns: str) -> Table:
    """A table; a name that ends in ``>`` is of numbers."""
    table = Table(
        title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), show_edge=False
    )
    for name in columns:
        is_number = name.endswith(">")
        table.add_column(
            name.rstrip(">"),
            justify="right" if is_number else "left",
            no_wrap=is_number,
            overflow="fold",
        )
    return table


def _write_image(console: Console, image: ImageSummary) -> None:
    console.print()
    spaces = ", ".join(f"{name} ({pods:,})" for name, pods in image.namespaces[:5])
    title = f"{shown(image.image, 256)}  {counted(image.pods, 'Pod')}: {spaces}"
    console.print(Text(title, "bold"), soft_wrap=True)
    for told in image.told:
        finding = told.finding
        where = f"[{shown(','.join(told.containers), 63)}] " if told.containers else ""
        text = f" {where}{finding.rule}: {finding.message}. {finding.remedy}."
        line = Text.assemble("  ", (f"{finding.word:5}", STYLE[finding.action]), text)
        console.print(line, soft_wrap=True)
