"""One browser for all tests, and reports for it to open."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import chromium, screen
from tests.browser.estate import estate
from tests.parts import made_by, require
from webhook.report.html import page

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a report, by keyboard."""

    chrome: Chrome

    def open(self, file: Path, place: str = "") -> None:
        """Open a report as if for the first time."""
        self.chrome.get("about:blank")
        self.chrome.get(f"{file.as_uri()}{place}")

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is, and let the page answer."""
        ActionChains(self.chrome).send_keys(*keys).perform()
        self.chrome.execute_async_script(_ANSWERED)

    def click(self, css: str) -> None:
        """Click an element, and let the page answer."""
        self.script("document.querySelector(arguments[0]).click()", css)
        self.chrome.execute_async_script(_ANSWERED)

    def focus(self, css: str) -> None:
        """Go on with Tab until the element has the focus."""
        for _ in range(200):
            if self.script("return document.activeElement.matches(arguments[0])", css):
                return
            self.press(Keys.TAB)
        pytest.fail(f"{css} cannot be reached by Tab")

    def script(self, text: str, *arguments: object) -> Any:
        """What a script in the page returns."""
        return self.chrome.execute_script(text, *arguments)

    def text(self, css: str) -> str:
        """What is to be read of one element."""
        return self.chrome.find_element(By.CSS_SELECTOR, css).text

    @property
    def images(self) -> list[str]:
        """Names of the images that the table shows."""
        found: list[str] = self.script(_SHOWN)
        return found

    def complaints(self) -> list[str]:
        """What the browser wrote on its console since the last time."""
        return [entry["message"] for entry in self.chrome.get_log("browser")]

    def requests(self) -> list[str]:
        """Addresses that were asked for since the last time."""
        entries = [
            json.loads(entry["message"])["message"] for entry in self.chrome.get_log("performance")
        ]
        sent = (entry for entry in entries if entry["method"] == "Network.requestWillBeSent")
        asked = [entry["params"]["request"]["url"] for entry in sent]
        return [url for url in asked if url != "about:blank"]


_ANSWERED = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(done))"
_SHOWN = "return [...document.querySelectorAll('#images-table tbody th')].map((e) => e.innerText)"


@pytest.fixture(scope="session")
def chrome(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    browser, driver = require("chromium"), require("chromedriver")
    with chromium(browser, driver, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def reader(chrome: Chrome) -> Reader:
    screen(chrome, 1280)
    chrome.get_log("browser")
    chrome.get_log("performance")
    return Reader(chrome)


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for what keeps people from using a page."""
    return (made_by(FOLDER / "axe.sh", "axe-core") / "axe.min.js").read_text()


Write = Callable[[int], Path]


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Write:
    """Writes a report on so many images."""

    def written(images: int) -> Path:
        folder = tmp_path_factory.mktemp("report")
        file = folder / "report.html"
        file.write_text(page(*estate(folder, images)), encoding="utf-8")
        return file

    return written


@pytest.fixture(scope="session")
def report(write: Write) -> Path:
    """A report on 60 images."""
    return write(60)
