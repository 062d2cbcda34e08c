"""Charts as SVG text, drawn here so that a page needs neither script nor library to show them.

Horizontal places are percentages and vertical ones pixels: a chart is as wide as its column, and
its words keep their size. Colours are classes, and every number stands beside its bar as text. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import log10

from markupsafe import Markup

Part = tuple[str, float]
"""What it is (its CSS class) and how much."""

_ROW = 36
"""Pixels of a bar with the words above it."""
_PLOT = 120
"""Pixels of the highest column of a histogram."""
_LABEL = 16
"""Pixels of the name of a limit."""
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
"""Edges of a histogram's columns within a power of ten."""
_TICKS = (1.0, 2.0, 5.0)
_FEW = 9
"""Ticks that have room on a narrow screen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in parts."""

    name: str
    parts: tuple[Part, ...]
    note: str
    """The numbers in words: what the bar shows without its colours."""
    mark: float | None = None
    """Something to compare with: a line across the bar."""


@dataclass(frozen=True, slots=True)
class Line:
    """A limit to be drawn across a histogram."""

    kind: str
    """Its CSS class."""
    at: int
    """Bytes."""
    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a histogram: sizes from ``low``, below ``high``."""

    low: int
    high: int
    count: int


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars, each with its name and its numbers above it."""
    most = max((_length(row) for row in rows), default=0) or 1
    drawn = Markup().join(_bar(row, at * _ROW, most) for at, row in enumerate(rows))
    told = "; ".join(f"{row.name}: {row.note}" for row in rows)
    return _svg(f"{title}. {told}", len(rows) * _ROW, drawn)


def _length(row: Bar) -> float:
    return max(sum(value for _, value in row.parts), row.mark or 0)


def _bar(row: Bar, top: int, most: float) -> Markup:
    mark = Markup("")
    if row.mark is not None:
        mark = Markup('<line class="mark" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(
            _percent(row.mark, most), top + 17, top + 33
        )
    return Markup(
        '<text x="0" y="{0}">{1}</text><text class="note" x="100%" y="{0}">{2}</text>'
        '<rect class="track" y="{3}" width="100%" height="10" rx="2"/>{4}{5}'
    ).format(top + 14, row.name, row.note, top + 20, _parts(row.parts, top + 20, 10, most), mark)


def strip(title: str, parts: Sequence[Part], height: int) -> Markup:
    """One bar as wide as its column, divided into its parts."""
    whole = sum(value for _, value in parts) or 1
    return _svg(title, height, _parts(parts, 0, height, whole))


def _parts(parts: Sequence[Part], top: int, height: int, most: float) -> Markup:
    places = accumulate((value for _, value in parts), initial=0.0)
    return Markup().join(
        Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
            kind, _percent(place, most), top, _percent(value, most), height
        )
        for place, (kind, value) in zip(places, parts, strict=False)
        if value
    )


def columns(sizes: Sequence[int], lines: Sequence[Line] = ()) -> tuple[Column, ...]:
    """How many sizes lie between round edges, from the smallest to the largest and every limit."""
    seen = [size for size in (*sizes, *(line.at for line in lines)) if size > 0]
    if not seen:
        return ()
    return tuple(
        Column(low, high, sum(low <= size < high for size in sizes))
        for low, high in pairwise(_edges(min(seen), max(seen)))
    )


def _edges(low: int, high: int) -> list[int]:
    """Round edges around all from ``low`` to ``high``, with a column of air on either side."""
    powers = range(int(log10(low)) - 1, int(log10(high)) + 2)
    edges = [round(step * 10**power) for power in powers for step in _STEPS]
    first = max(at for at, edge in enumerate(edges) if edge <= low)
    last = min(at for at, edge in enumerate(edges) if edge > high)
    return edges[max(0, first - 1) : last + 2]


def histogram(
    title: str, found: Sequence[Column], lines: Sequence[Line], ticks: Iterable[tuple[int, str]]
) -> Markup:
    """Columns over a logarithmic axis of bytes; ``ticks`` are places on it and their names."""
    top = _LABEL * len(lines) + 16
    scale = _Scale(found[0].low, found[-1].high)
    most = max(column.count for column in found) or 1
    parts = [_column(column, scale, top, most) for column in found if column.count]
    # The line of the largest limit is the longest: none crosses the name of another.
    parts += [_line(line, scale, at, top) for at, line in enumerate(reversed(lines))]
    parts.append(Markup('<line class="axis" x2="100%" y1="{0}" y2="{0}"/>').format(top + _PLOT))
    parts += [
        Markup('<text class="tick" x="{}" y="{}">{}</text>').format(
            scale.at(place), top + _PLOT + 16, name
        )
        for place, name in ticks
    ]
    inner = Markup('<svg x="3%" width="94%" height="{}" overflow="visible">{}</svg>').format(
        top + _PLOT + 24, Markup().join(parts)
    )
    return _svg(title, top + _PLOT + 24, inner)


def ticks(found: Sequence[Column]) -> Iterator[int]:
    """Round places on the axis under ``found``: fewer where there is less room for each."""
    for steps in (_TICKS, _TICKS[::2], _TICKS[:1]):
        places = [
            round(step * 10**power)
            for power in range(int(log10(found[0].low)), int(log10(found[-1].high)) + 1)
            for step in steps
        ]
        within = [place for place in places if found[0].low <= place <= found[-1].high]
        if len(within) <= _FEW:
            break
    yield from within


@dataclass(frozen=True, slots=True)
class _Scale:
    """A logarithmic axis."""

    low: int
    high: int

    def at(self, size: float) -> str:
        """Where ``size`` is on it."""
        return _percent(log10(size / self.low), log10(self.high / self.low))


def _column(column: Column, scale: _Scale, top: int, most: int) -> Markup:
    height = max(2.0, _PLOT * column.count / most)
    width = log10(column.high / column.low) / log10(scale.high / scale.low)
    middle = (column.low * column.high) ** 0.5
    return Markup(
        '<rect class="column" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>'
        '<text class="tick" x="{}" y="{:.1f}">{}</text>'
    ).format(
        scale.at(column.low),
        top + _PLOT - height,
        _percent(width, 1),
        height,
        scale.at(middle),
        top + _PLOT - height - 4,
        column.count,
    )


def _line(line: Line, scale: _Scale, row: int, top: int) -> Markup:
    place = scale.at(line.at)
    # A name stands on the side of its line where there is room for it.
    side, shift = ("before", -5) if float(place[:-1]) > 30 else ("after", 5)
    return Markup(
        '<line class="limit {kind}" x1="{at}" x2="{at}" y1="{top}" y2="{foot}"/>'
        '<text class="name {kind} {side}" x="{at}" dx="{shift}" y="{text}">{name}</text>'
    ).format(
        kind=line.kind,
        at=place,
        top=row * _LABEL + 2,
        foot=top + _PLOT,
        side=side,
        shift=shift,
        text=row * _LABEL + 12,
        name=line.name,
    )


def _percent(value: float, whole: float) -> str:
    return f"{100 * value / whole:.2f}%"


def _svg(title: str, height: int, inner: Markup) -> Markup:
    return Markup(
        '<svg class="chart" role="img" aria-label="{}" width="100%" height="{}">{}</svg>'
    ).format(title, height, inner)
