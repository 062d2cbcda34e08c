"""What axe-core says of a report: nothing that is serious or critical."""

from pathlib import Path

import pytest

from tests.browser.chromium import screen
from tests.browser.conftest import Reader

RUN = """
const done = arguments[arguments.length - 1];
axe.run().then(({ violations }) => done(violations
  .map(({ id, impact, nodes }) => [impact, id, nodes.slice(0, 3).map(({ html }) => html)])));
"""
GRAVE = ("serious", "critical")


@pytest.mark.parametrize("place", ["", "#image"])
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (400, False)])
def test_nothing_keeps_anybody_out(
    reader: Reader, report: Path, axe: str, place: str, width: int, *, dark: bool
):
    screen(reader.chrome, width, dark=dark)
    reader.open(report)
    if place:
        reader.click("#images-table tbody a")
    reader.script("for (const each of document.querySelectorAll('details')) each.open = true")
    reader.script(axe)
    found = reader.chrome.execute_async_script(RUN)
    assert [each for each in found if each[0] in GRAVE] == []
