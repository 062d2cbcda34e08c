"""A report on 2,000 images."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Reader, Write

IMAGES = 2000
TIMED = """
const field = document.querySelector(arguments[0]);
field.value = arguments[1];
const began = performance.now();
field.dispatchEvent(new Event("input", { bubbles: true }));
return performance.now() - began;
"""


@pytest.fixture(scope="module")
def large(write: Write) -> Path:
    return write(IMAGES)


def test_it_opens_filters_and_shows_an_image(
    reader: Reader, large: Path, record_property: Callable[[str, object], None]
):
    reader.open(large)
    assert reader.text(".status[data-for='images-table']") == "2,000 images, the first 100 shown"
    assert len(reader.images) == 100
    for field, value in (("#q-images", "shop"), ("#f-verdict", "deny"), ("#f-rule", "run-as-root")):
        record_property(f"milliseconds {field}", reader.script(TIMED, field, value))
    assert 0 < len(reader.images) <= 100
    assert all("/shop/" in name for name in reader.images)
    reader.click("#images-table tbody a")
    assert reader.text(".image.current .finding .message")
    assert reader.complaints() == []
