"""Pictures of a report, to be looked at: ``python -m tests.browser.shots REPORT FOLDER``."""

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from selenium.webdriver import Chrome

from tests.browser.chromium import chromium, screen

_WIDTHS = {"light": (1280, False), "dark": (1280, True), "narrow": (400, False)}
_MOST = """
const rules = (row) => row.dataset.rule.split(" ").length;
const rows = [...document.querySelector("#images-table").tBodies[0].rows];
location.hash = rows.sort((a, b) => rules(b) - rules(a))[0].querySelector("a").hash;
"""
"""Shows the image that most rules have something to say about."""
_HEIGHT = 1200
_PIECES = 4
"""Pictures of one page, each so many pixels high."""


def shoot(chrome: Chrome, report: str, folder: Path) -> None:
    """The whole page and the page of its first image, in each way; and the page on paper."""
    for name, (width, dark) in _WIDTHS.items():
        screen(chrome, width, dark=dark)
        chrome.get(report)
        _shot(chrome, folder, name, width)
        chrome.execute_script("document.querySelector('#images').remove()")
        _shot(chrome, folder, f"{name}-rules", width)
        chrome.refresh()
        chrome.execute_script(_MOST)
        _shot(chrome, folder, f"{name}-image", width)
    screen(chrome, 1280)
    chrome.get(f"{report}#images")
    chrome.refresh()
    paper = chrome.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False}
    )
    (folder / "paper.pdf").write_bytes(base64.b64decode(paper["data"]))


def _shot(chrome: Chrome, folder: Path, name: str, width: int) -> None:
    """The page from its top, a piece at a time."""
    height = chrome.execute_script("return document.documentElement.scrollHeight")
    for at in range(min(_PIECES, -(-height // _HEIGHT))):
        clip = {"x": 0, "y": at * _HEIGHT, "width": width, "height": _HEIGHT, "scale": 1}
        asked = {"clip": clip, "captureBeyondViewport": True}
        shot = chrome.execute_cdp_cmd("Page.captureScreenshot", asked)
        (folder / f"{name}-{at + 1}.png").write_bytes(base64.b64decode(shot["data"]))


if __name__ == "__main__":
    source, target = Path(sys.argv[1]).resolve(), Path(sys.argv[2])
    target.mkdir(exist_ok=True)
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert browser, "chromium is not installed: make parts"
    assert driver, "chromedriver is not installed: make parts"
    with (
        tempfile.TemporaryDirectory() as profile,
        chromium(browser, driver, Path(profile)) as chrome,
    ):
        shoot(chrome, source.as_uri(), target)
