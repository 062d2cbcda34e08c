"""The charts of the page: each with its numbers as a table, and a link to the images behind them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from markupsafe import Markup

from webhook.policy.rule import Action
from webhook.policy.text import counted
from webhook.report.about import About, Limit
from webhook.report.charts import Bar, Line, bars, columns, histogram, ticks
from webhook.report.page.images import STEPS, VARIANTS, VERDICTS, ImageView
from webhook.report.page.pulltime import GUIDE, RATES, seconds
from webhook.report.page.words import amount, count, duration, plain, token
from webhook.services.overview import RuleSummary

_MOST_RULES = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table beside a chart."""

    name: str
    cells: tuple[str, ...]
    query: str = ""
    """What the table of images is to be filtered by; empty for no link."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, what it says in words, and its numbers."""

    id: str
    title: str
    drawn: Markup | None
    """None when there is nothing to draw."""
    note: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    tall: bool = False
    """Whether it takes the room of two."""


def charts(images: Sequence[ImageView], rules: Sequence[RuleSummary], about: About) -> list[Chart]:
    """All charts, in the order of the page."""
    return [
        _grouped("variant", "Images by base", images, VARIANTS, lambda image: image.variant),
        _grouped("step", "Images by step of the journey", images, STEPS, lambda image: image.step),
        _pulls(images),
        _rules(rules),
        _sizes("pull", "Size to pull", images, about.limits),
        _sizes("unpacked", "Size on disk", images, about.limits),
    ]


def _grouped(
    id: str,
    title: str,
    images: Sequence[ImageView],
    names: Mapping[str, str],
    key: Callable[[ImageView], str],
) -> Chart:
    """Images by one property, each bar divided by verdict."""
    found: dict[str, Counter[str]] = {}
    for image in images:
        found.setdefault(key(image), Counter())[image.verdict] += 1
    drawn, rows = [], []
    for value in (name for name in names if name in found):
        parts, whole = found[value], found[value].total()
        note = f"{count(whole)} ({100 * whole / len(images):.0f} %)"
        drawn.append(Bar(names[value], tuple((v, parts[v]) for v in VERDICTS), note))
        cells = (count(whole), *(count(parts[verdict]) for verdict in VERDICTS))
        rows.append(Row(names[value], cells, f"{id}={value}"))
    head = (id, "images", *VERDICTS)
    svg = bars(title, drawn) if drawn else None
    return Chart(id, title, svg, _GROUPED_NOTES[id], head, tuple(rows))


_GROUPED_NOTES = {
    "variant": "What a Python image stands on, as its metadata and layers tell.",
    "step": "The guide's four steps, from about 1 GB on disk to 80 to 120 MB to pull. No step: "
    "not Python, on musl, on a base that is neither slim nor full, or not read.",
}


def _rules(rules: Sequence[RuleSummary]) -> Chart:
    """Rules by how many images they have something to say about."""
    drawn, rows = [], []
    for rule in rules:
        parts = {action.value: number for action, number in rule.actions}
        name = plain(rule.rule, 60)
        note = ", ".join(f"{parts[v]:,} {v}" for v in VERDICTS if v in parts)
        drawn.append(Bar(name, tuple((v, parts.get(v, 0)) for v in VERDICTS), note))
        cells = (count(rule.images), *(count(parts.get(v, 0)) for v in _ACTIONS))
        rows.append(Row(name, cells, f"rule={token(rule.rule)}"))
    title = "Rules by images"
    svg = bars(title, drawn[:_MOST_RULES]) if drawn else None
    left = len(drawn) - _MOST_RULES
    more = f" {counted(left, 'rule')} more in the table below." if left > 0 else ""
    note = f"Which rules have something to say, and about how many images.{more}"
    if not drawn:
        note = "No rule has anything to say."
    return Chart("rule", title, svg, note, ("rule", "images", *_ACTIONS), tuple(rows), tall=True)


_ACTIONS = tuple(action.value for action in sorted(Action, key=lambda each: -each.weight))


def _sizes(id: str, title: str, images: Sequence[ImageView], limits: Iterable[Limit]) -> Chart:
    """How sizes are spread, with the limits that policies set."""
    known = [image.profile.size for image in images if image.profile is not None]
    sizes = [size.pull if id == "pull" else size.unpacked.value for size in known]
    lines = _lines(limit for limit in limits if limit.measure == id)
    if not sizes:
        return Chart(id, title, None, "No size is known.", (), ())
    found = columns(sizes, tuple(lines))
    told = [
        f"{line.name} ({', '.join(names)}): {counted(sum(s > line.at for s in sizes), 'image')}"
        for line, names in lines.items()
    ]
    limited = f" Above the limits: {'; '.join(told)}." if told else " No policy limits it."
    note = f"The middle image has {amount(int(median(sizes)))}.{limited}"
    places = tuple((place, amount(place)) for place in ticks(found))
    drawn = histogram(f"{title}, images by size. {note}", found, tuple(lines), places)
    rows = tuple(
        Row(f"{amount(column.low)} to {amount(column.high)}", (count(column.count),))
        for column in found
        if column.count
    )
    return Chart(id, title, drawn, note, ("size", "images"), rows)


def _lines(limits: Iterable[Limit]) -> dict[Line, list[str]]:
    """Equal limits as one line, the smallest first, with the policies that set it."""
    lines: dict[Line, list[str]] = {}
    for limit in sorted(limits, key=lambda each: each.size):
        action = limit.action.value
        line = Line(action, limit.size, f"{action} above {amount(limit.size)}")
        lines.setdefault(line, []).append(plain(limit.policy, 60))
    return lines


def _pulls(images: Sequence[ImageView]) -> Chart:
    """How long a first pull takes, against what the guide says of each step."""
    sizes: dict[str, list[int]] = {}
    for image in images:
        if image.profile is not None:
            sizes.setdefault(image.step, []).append(image.profile.size.pull)
    marks = dict(zip(STEPS, (float(taken) for _, taken in GUIDE), strict=False))
    drawn, rows = [], []
    for step in (step for step in STEPS if step in sizes):
        middle, mark = int(median(sizes[step])), marks.get(step)
        guide = duration(mark) if mark else "none"
        note = f"{duration(seconds(middle))}; guide {guide}" if mark else duration(seconds(middle))
        drawn.append(Bar(STEPS[step], (("pull", seconds(middle)),), note, mark))
        others = (duration(middle / rate) for rate in RATES.values())
        cells = (amount(middle), guide, duration(seconds(middle)), *others)
        rows.append(Row(STEPS[step], cells, f"step={step}"))
    head = ("step", "middle", "guide", "here", *RATES)
    title = "Time of a first pull"
    svg = bars(title, drawn) if drawn else None
    return Chart(
        "time", title, svg, _PULL_NOTE if drawn else "No size is known.", head, tuple(rows)
    )


_PULL_NOTE = (
    "The middle image of each step, by the guide's table: 100 MB take 20 s, 150 MB 35 s, 400 MB "
    "1 min 30 s, 1 GB 4 min, straight lines between. Assumed: sizes are bytes to transfer, over a "
    "link of 4 to 5 MB/s, and the node has none of the layers. The line across a bar is the time "
    "that the guide gives for its step."
)
