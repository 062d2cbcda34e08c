"""Markdown: what is rendered is what was said, and no text makes markup."""

import re
from html.parser import HTMLParser

from hypothesis import given
from markdown_it import MarkdownIt

from tests.report.verdicts import (
    ABOUT,
    DENIED,
    EXEMPT,
    PASSED,
    RECORDED,
    UNREAD,
    WARNED,
    WEB,
    finding,
    judged,
    subjects,
)
from webhook.policy.rule import Action
from webhook.report.markdown import MAX_BYTES, markdown
from webhook.services.judged import Judged, Named
from webhook.services.overview import overview

OURS = {
    *("h2", "p", "code", "table", "thead", "tbody", "tr", "th", "td", "strong"),
    *("details", "summary", "ul", "li"),
}


def text_of(*items: Judged) -> str:
    return "".join(markdown(items, overview(items), ABOUT))


class Rendered(HTMLParser):
    """The page that Markdown makes: which elements, with which attributes, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(MarkdownIt("gfm-like", {"linkify": False}).render(source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_headline_a_table_and_the_details_of_each_image():
    pod = judged(DENIED, WARNED, PASSED, workload=WEB)
    page = Rendered(text_of(pod, judged(image="ghcr.io/acme/good:1")))
    assert "Slimgate: 1 of 2 workloads denied" in page.words
    assert page.tags.count("tr") == 3
    assert page.tags.count("details") == 1
    assert "deny web: musl-python-base: it is so. Do so." in page.words
    assert "Used by Deployment shop/web." in page.words
    assert "Judged 2 files by team." in page.words
    assert "run-as-root" not in page.words


def test_nothing_denied_is_said_too():
    assert "Slimgate: 1 image, none denied" in Rendered(text_of(judged(WARNED))).words


def test_an_image_that_could_not_be_read_is_no_silent_pass():
    assert "denied, not read" in Rendered(text_of(judged(UNREAD))).words


def test_what_is_exempt_is_told_and_not_counted():
    page = Rendered(text_of(judged(EXEMPT)))
    assert "skip run-as-root: exempt: drops privileges" in page.words
    assert page.tags.count("tr") == 2


def test_owners_are_named_up_to_a_bound():
    items = [judged(RECORDED, workload=Named("Deployment", "shop", f"w{n}")) for n in range(7)]
    assert "w4 and 2 more." in Rendered(text_of(*items)).words


def test_a_large_report_is_cut_and_says_so():
    items = [
        judged(finding(Action.DENY, message="x" * 200), image=f"ghcr.io/acme/api{n}:1")
        for n in range(1000)
    ]
    text = text_of(*items)
    assert 0.8 * MAX_BYTES < len(text.encode()) <= MAX_BYTES
    assert "What is said of 8" in text
    assert text.endswith(" images does not fit here: `-o html` has it.\n")
    assert Rendered(text).tags.count("details") == text.count("</details>")


@given(item=subjects)
def test_no_text_makes_markup(item: Judged):
    text = text_of(item)
    page = Rendered(text)
    assert set(page.tags) <= OURS
    assert all(name == "style" for name, _ in page.attributes)
    assert page.tags.count("tr") == 2
    assert page.tags.count("details") == (1 if "details" in page.tags else 0)
    assert text.isascii()


@given(item=subjects)
def test_no_text_calls_somebody_or_links(item: Judged):
    text = text_of(item).lower()
    assert "@" not in text
    assert not re.search(r"&#(64|35);(?!<!-- -->)", text)
    assert "://" not in text
    assert "www." not in text
