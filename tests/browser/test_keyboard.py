"""Everything a report does, by keyboard alone."""

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Reader

STATUS = ".status[data-for='images-table']"
SORTED = "return document.querySelector('#images-table [aria-sort]').innerText"
FOCUSED = "return document.activeElement.textContent"
COLUMN = """
return [...document.querySelector("#images-table").tBodies[0].rows]
  .map((row) => Number(row.cells[arguments[0]].innerText.replaceAll(",", "")));
"""


def test_a_search_leaves_what_has_all_its_words(reader: Reader, report: Path):
    reader.open(report)
    reader.focus("#q-images")
    reader.press("SHOP Unbuffered")
    assert 0 < len(reader.images) < 60
    assert all("/shop/" in name for name in reader.images)
    assert reader.text(STATUS).partition(" ")[0] == str(len(reader.images))
    reader.press(" no such image")
    assert reader.images == []
    assert reader.text(STATUS) == "No image matches; all 60 are left out."
    assert reader.complaints() == []


def test_filters_say_how_many_they_leave_and_can_be_cleared(reader: Reader, report: Path):
    reader.open(report)
    reader.focus("#f-variant")
    reader.press("A")
    chosen = reader.script("return document.activeElement.selectedOptions[0].text")
    assert chosen == f"Alpine ({len(reader.images)})"
    assert reader.chrome.current_url.endswith("#images?variant=alpine")
    reader.focus("button[type=reset]")
    reader.press(Keys.ENTER)
    assert len(reader.images) == 60
    assert reader.chrome.current_url.endswith("#images")


def test_a_column_sorts_one_way_and_then_the_other(reader: Reader, report: Path):
    reader.open(report)
    reader.focus("th:nth-child(3) button")
    reader.press(Keys.ENTER)
    assert reader.script(COLUMN, 2) == sorted(reader.script(COLUMN, 2), reverse=True)
    assert reader.script("return document.activeElement.parentElement.ariaSort") == "descending"
    reader.press(Keys.ENTER)
    assert reader.script(COLUMN, 2) == sorted(reader.script(COLUMN, 2))
    assert reader.script("return document.activeElement.parentElement.ariaSort") == "ascending"
    assert reader.script(SORTED) == "Pods"


def test_an_image_is_opened_and_left_to_where_one_was(reader: Reader, report: Path):
    reader.open(report, "#images?verdict=warn")
    names = reader.images
    reader.focus("#images-table tbody tr:nth-child(2) a")
    reader.press(Keys.ENTER)
    assert reader.text(".image.current h2") == names[1]
    assert not reader.script("return document.querySelector('#whole').checkVisibility()")
    reader.focus(".image.current .after")
    reader.press(Keys.ENTER)
    assert reader.text(".image.current h2") == names[2]
    reader.focus(".image.current .back a")
    reader.press(Keys.ENTER)
    assert reader.images == names
    assert reader.script(FOCUSED) == names[2]
    assert reader.script("return document.querySelectorAll('.image.current').length") == 0


def test_an_address_leads_to_an_image_with_all_that_is_said_of_it(reader: Reader, report: Path):
    reader.open(report)
    anchor = reader.script("return document.querySelector('#images-table tbody a').hash")
    name = reader.images[0]
    reader.open(report, anchor)
    assert reader.text(".image.current h2") == name
    assert reader.text(".image.current .findings .remedy").startswith("Do this")
    assert reader.script("return document.activeElement.id") == anchor.removeprefix("#")


@pytest.mark.parametrize(
    ("address", "most"), [("#images?state=drift", 2), ("#images?verdict=deny&step=1", 20)]
)
def test_an_address_may_filter(reader: Reader, report: Path, address: str, most: int):
    reader.open(report, address)
    assert 0 < len(reader.images) <= most


def test_the_address_of_a_rule_opens_what_there_is_to_know_of_it(reader: Reader, report: Path):
    reader.open(report, "#rule-run-as-root")
    assert "Remedy." in reader.text("#rule-run-as-root details[open]")
    reader.focus("#rule-run-as-root details a")
    reader.press(Keys.ENTER)
    assert reader.chrome.current_url.endswith("#images?rule=run-as-root")
    assert 0 < len(reader.images) < 60


def test_the_theme_is_switched_and_remembered(reader: Reader, report: Path):
    reader.open(report)
    ground = "return getComputedStyle(document.body).backgroundColor"
    light = reader.script(ground)
    reader.focus("#theme")
    reader.press(Keys.ENTER)
    dark = reader.script(ground)
    assert dark != light
    reader.open(report)
    assert reader.script(ground) == dark
    assert reader.script("return document.querySelector('#theme').ariaPressed") == "true"
    reader.focus("#theme")
    reader.press(Keys.ENTER)
    assert reader.script(ground) == light


def test_the_first_tab_offers_to_skip_to_the_report(reader: Reader, report: Path):
    reader.open(report)
    reader.press(Keys.TAB)
    assert reader.script(FOCUSED) == "Skip to the report"
    reader.press(Keys.ENTER)
    assert reader.script("return document.activeElement.id") == "overview"


def test_on_paper_everything_is_open_that_the_filters_leave(reader: Reader, report: Path):
    reader.open(report, "#images?verdict=deny&step=1")
    shown = len(reader.images)
    reader.script("dispatchEvent(new Event('beforeprint'))")
    assert reader.script("return document.querySelectorAll('.image.printed').length") == shown
    assert (
        reader.script("return document.querySelectorAll('.printed details:not([open])').length")
        == 0
    )
    reader.script("dispatchEvent(new Event('afterprint'))")
    assert reader.script("return document.querySelectorAll('.printed').length") == 0
