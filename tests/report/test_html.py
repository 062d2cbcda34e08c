"""The HTML report, as text: what is in it, and that nothing in it is taken for markup."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.profile import Evidence, Source
from webhook.report.about import About, Limit
from webhook.report.html import page
from webhook.report.page.pulltime import GUIDE, seconds
from webhook.report.page.words import amount, code, duration, token
from webhook.services.judged import Judged, Named
from webhook.services.overview import overview

API = "registry.test/shop/api:1"
WEB = Named("Deployment", "shop", "web")
AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ABOUT = About("1.2.3", AT, "2 files", ("team", "other"), "abc123def456", ())
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def finding(
    rule: str = "run-as-root", action: Action = Action.DENY, outcome: Outcome = Outcome.FAIL
) -> Finding:
    evidence = (Evidence(Source.CONFIG, "root", 90, "User is unset"),)
    message, remedy = f"{rule} is broken", "Add USER 10001"
    return Finding(("team",), rule, action, outcome, Severity.HIGH, 90, message, remedy, evidence)


def judged(
    *findings: Finding, owner: Named | None = WEB, image: str = API, pods: int = 1
) -> Judged:
    result = Result("web", image, "sha256:1", "linux/amd64", findings)
    return Judged("x", owner, (result,), pods=pods)


def written(*subjects: Judged, about: About = ABOUT) -> str:
    return page(overview(subjects), about)


def words(text: str) -> str:
    """What is to be read, without markup, style and scripts."""
    text = re.sub(r"<(style|script)\b.*?</\1>", "", text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


def test_the_head_says_what_when_by_what_and_with_which_version():
    text = words(written(judged(finding())))
    for said in ("2 files", "2026-11-21 09:30 UTC", "team, other", "abc123def456", "1.2.3"):
        assert said in text
    assert "Preview" not in text
    preview = About("1.2.3", AT, "2 files", ("team",), "abc", (), preview=True)
    assert "Preview: every policy counts as enforced" in words(written(about=preview))


def test_a_finding_is_told_with_evidence_remedy_and_where_it_holds():
    text = words(written(judged(finding(), pods=3)))
    assert "run-as-root is broken." in text
    assert "Do this Add USER 10001." in text
    assert "config User is unset" in text
    assert "web; 3 of 3 Pods; team; confidence 90" in text
    assert "slimgate inspect registry.test/shop/api:1" in text


def test_the_numbers_at_the_top():
    other = judged(finding("floating-tag", Action.WARN), image="registry.test/b:1", pods=5)
    text = words(written(judged(finding(), pods=3), other, judged(image="registry.test/c:1")))
    assert "1 deny 1 warn 0 audit 1 nothing to say" in text
    assert (
        "3 images 0 with Python 9 Pods 1 workload in 1 namespace 3 Pods denied 33 % of all" in text
    )


def test_a_rule_has_its_page_of_the_catalogue():
    text = written(judged(finding()))
    assert 'id="rule-run-as-root"' in text
    assert "The container runs as root" in text
    assert "<code>USER 10001</code>" in text


def test_an_empty_report_says_so():
    text = words(page(overview([]), ABOUT))
    for said in ("nothing to say", "No image was found.", "No rule has anything to say."):
        assert said in text


def test_images_by_themselves_have_no_Pods_and_no_namespace():
    text = words(written(judged(finding(), owner=None)))
    assert "Images were judged by themselves, so no namespace is known." in text
    assert "Pods denied" not in text
    assert "Who runs it" not in text


def test_an_image_about_which_there_is_nothing_to_say():
    text = words(written(judged(finding(outcome=Outcome.PASS))))
    assert "Nothing denies or warns." in text
    assert "No rule has anything to say." in text
    assert "Everything that the policies asked for could be known." in text


def test_what_could_not_be_known_is_told_at_the_top_and_at_the_image():
    unread = finding("image-unverified", Action.WARN, Outcome.UNKNOWN)
    text = written(judged(unread), judged(finding("image-age", Action.WARN, Outcome.UNKNOWN)))
    told = words(text)
    assert "image-unverified is broken 1 image" in told
    assert "image-age could not be answered 1 image" in told
    assert "This image could not be read" in told
    assert 'data-state="unread open"' in text
    assert "image-age:unknown" in text


def test_what_is_recorded_and_what_is_left_out_stands_apart():
    recorded = finding("image-age", Action.AUDIT)
    left = finding("pip-cache", Action.DENY, Outcome.SKIP)
    text = words(written(judged(recorded, left)))
    assert "1 recorded (audit)" in text
    assert "1 left out pip-cache" in text
    assert "0 deny 0 warn 1 audit" in text


def test_drift_is_told_with_both_digests():
    seen = overview([judged(finding())], [(API, "sha256:a", "sha256:b", 4)])
    assert "4 sha256:a sha256:b" in words(page(seen, ABOUT))


class Skeleton(HTMLParser):
    """The tags of a page with the names of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, ...]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # Where a name may be broken depends on the name.
        if tag != "wbr":
            self.tags.append((tag, *(name for name, _ in attrs)))


def everywhere(text: str) -> str:
    """A report in which ``text`` stands in the place of every text that may be a stranger's."""
    evidence = (Evidence(Source.LAYER, text, 90, text),)
    said = Finding(
        (text,), text, Action.DENY, Outcome.FAIL, Severity.HIGH, 90, text, text, evidence
    )
    subject = Judged(text, Named(text, text, text), (Result(text, text, text, text, (said,)),))
    limits = (Limit(text, Action.DENY, "pull", 5),)
    about = About(text, AT, text, (text,), text, limits)
    return page(overview([subject], [(text, text, text, 1)]), about)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>ran()</script>",
        "</script></noscript></style></title>",
        "'\" onmouseover=ran() x='",
        "\u202ereversed\u2066 \x1b[31m\x00 line\r\nline\u2028",
        "\ud800",
    ],
)
def test_nothing_that_strangers_write_is_markup(hostile: str):
    text = everywhere(hostile)
    assert Skeleton(text).tags == Skeleton(everywhere("no image!")).tags
    assert hostile not in text
    assert not CONTROL.search(text)
    assert text.isascii()


def test_nothing_that_strangers_write_is_a_template():
    assert "{{ 1 / 0 }}{# gone #}" in everywhere("{{ 1 / 0 }}{# gone #}")


def test_only_its_own_style_and_scripts_are_allowed():
    text = written(judged(finding()))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    inside = re.findall(r"<(?:style|script)[^>]*>(.*?)</(?:style|script)>", text, re.DOTALL)
    assert policy.startswith("default-src 'none'; ")
    assert len(inside) == 3
    for part in inside:
        assert base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert " style=" not in text


def test_nothing_outside_of_the_file_is_named():
    text = written(judged(finding()))
    assert set(re.findall(r"(?:src|href)=\"([^#\"]{5})", text)) <= {"data:"}
    assert "@import" not in text
    assert not re.search(r"url\(\"?[^\"#]", text)


def test_a_first_pull_takes_what_the_guide_says():
    for size, taken in GUIDE:
        assert seconds(size) == taken
    assert seconds(0) == 0
    assert seconds(50_000_000) == 10
    assert seconds(275_000_000) == 62.5
    assert seconds(2_000_000_000) == 490


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (320_000, "320 kB"),
        (4_100_000, "4.1 MB"),
        (461_000_000, "461 MB"),
        (999_600_000, "1 GB"),
        (1_114_000_000, "1.11 GB"),
    ],
)
def test_sizes_in_words(size: int, said: str):
    assert amount(size) == said


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (0.04, "0.0 s"),
        (9.96, "10 s"),
        (59.9, "1 min"),
        (94, "1 min 34 s"),
        (240, "4 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_times_in_words(taken: float, said: str):
    assert duration(taken) == said


def test_what_stands_between_backticks_is_code_and_nothing_is_markup():
    assert code("a `<b>` c <i>") == "a <code>&lt;b&gt;</code> c &lt;i&gt;"


def test_a_token_is_one_word():
    assert token('a b"c') == "a_b_c"
    assert token("") == "_"
