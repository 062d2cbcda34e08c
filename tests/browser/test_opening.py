"""A report from a disk, as somebody opens it who was sent it."""

from pathlib import Path

from tests.browser.chromium import screen
from tests.browser.conftest import Reader

CHARTS = """
return [...document.querySelectorAll("#overview svg.chart")].map((svg) => ({
  name: svg.getAttribute("aria-label"),
  sizes: [...svg.querySelectorAll("rect:not(.track)")].map((rect) => rect.getBoundingClientRect())
    .map(({ width, height }) => Math.min(width, height)),
}));
"""
NUMBERS = "return [...document.querySelectorAll('.charts figure table')].length"
WIDTH = "return document.documentElement.scrollWidth"


def test_it_opens_without_a_complaint_and_asks_for_nothing_else(reader: Reader, report: Path):
    reader.open(report)
    assert reader.text("h1") == "all namespaces of context prod-eu-1"
    assert reader.complaints() == []
    assert reader.requests() == [report.as_uri()]


def test_every_chart_is_drawn_and_says_in_words_what_it_shows(reader: Reader, report: Path):
    reader.open(report)
    charts = reader.script(CHARTS)
    assert len(charts) == 7
    for chart in charts:
        assert chart["sizes"], chart["name"]
        assert min(chart["sizes"]) > 0.5, chart["name"]
        assert any(letter.isdigit() for letter in chart["name"])
    assert reader.script(NUMBERS) == 6


def test_it_fits_a_narrow_screen(reader: Reader, report: Path):
    screen(reader.chrome, 400)
    reader.open(report)
    assert reader.script(WIDTH) == 400
    reader.click("#images-table a")
    assert reader.script(WIDTH) == 400


def test_it_can_be_read_without_scripts(reader: Reader, report: Path):
    reader.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        reader.open(report)
    finally:
        reader.chrome.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert len(reader.images) == 60
    assert reader.script("return document.querySelectorAll('.image .finding .message').length") > 60
    assert reader.script("return document.querySelector('.image details').open") is False
    assert not reader.script("return document.querySelector('.filters').checkVisibility()")
