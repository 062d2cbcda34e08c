"""Charts: what is drawn where, and what is said of it."""

import re
from itertools import pairwise

import pytest

from webhook.report.charts import Bar, Column, Line, bars, columns, histogram, strip, ticks

MB = 1_000_000
WIDTHS = re.compile(r'<rect class="(\w+)" x="([\d.]+)%" y="\d+" width="([\d.]+)%"')


def test_bars_are_as_long_as_their_parts_and_say_their_numbers():
    drawn = bars(
        "Images", [Bar("slim", (("deny", 3), ("warn", 1)), "4"), Bar("full", (("ok", 2),), "2")]
    )
    assert WIDTHS.findall(drawn) == [
        ("deny", "0.00", "75.00"),
        ("warn", "75.00", "25.00"),
        ("ok", "0.00", "50.00"),
    ]
    assert 'aria-label="Images. slim: 4; full: 2"' in drawn


def test_a_mark_beyond_all_bars_is_inside_the_chart():
    drawn = bars("Time", [Bar("1 full", (("pull", 60),), "1 min", mark=240)])
    assert WIDTHS.findall(drawn) == [("pull", "0.00", "25.00")]
    assert 'x1="100.00%"' in drawn


def test_what_is_nothing_is_not_drawn():
    assert WIDTHS.findall(strip("None", [("deny", 0), ("warn", 0)], 8)) == []
    assert bars("Images", [Bar("slim", (("deny", 0),), "0")])


def test_names_in_a_chart_are_escaped():
    drawn = bars('<b> "', [Bar("<script>", (("deny", 1),), "</svg>")])
    assert "<script>" not in drawn
    assert drawn.count("</svg>") == 1
    assert 'aria-label="&lt;b&gt; &#34;.' in drawn


@pytest.mark.parametrize(
    ("sizes", "limits"),
    [
        ([1], []),
        ([43 * MB, 44 * MB, 900 * MB], [1_000 * MB]),
        ([10 * MB, 100 * MB, 1_000 * MB], []),
        ([3], [7_000_000 * MB]),
    ],
)
def test_every_size_is_in_one_column_and_every_limit_on_the_axis(
    sizes: list[int], limits: list[int]
):
    found = columns(sizes, [Line("deny", limit, "limit") for limit in limits])
    assert sum(column.count for column in found) == len(sizes)
    assert found[0].low <= min(sizes)
    assert found[-1].high > max(sizes + limits)
    assert all(left.high == right.low for left, right in pairwise(found))
    assert 1 <= len(tuple(ticks(found))) <= 20


def test_without_a_size_there_is_no_column():
    assert columns([]) == ()
    assert columns([0]) == ()


def test_limits_stand_where_they_are_on_the_axis():
    found = (Column(1 * MB, 10 * MB, 1), Column(10 * MB, 100 * MB, 3))
    lines = [Line("warn", 10 * MB, "warn above 10 MB"), Line("deny", 50 * MB, "deny above 50 MB")]
    drawn = histogram("Sizes", found, lines, [(10 * MB, "10 MB")])
    assert '<line class="limit warn" x1="50.00%"' in drawn
    assert '<line class="limit deny" x1="84.95%"' in drawn
    assert ">warn above 10 MB</text>" in drawn
