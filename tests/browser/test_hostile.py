"""Names and messages of strangers, which would like to run."""

from datetime import UTC, datetime
from pathlib import Path

from tests.browser.conftest import Reader
from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.profile import Evidence, Source
from webhook.report.about import About
from webhook.report.html import page
from webhook.services.judged import Judged, Named
from webhook.services.overview import overview

AT = datetime(2026, 11, 21, tzinfo=UTC)
HOSTILE = (
    "<script>ran = 1</script>",
    "</script><script>ran = 1</script>",
    "</noscript><script>ran = 1</script>",
    "</title></style></select><img src=x onerror='ran = 1'>",
    '" onmouseover="ran = 1" autofocus onfocus="ran = 1" x="',
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\u2066\x1b[31m\x00",
    "&lt;img src=x onerror=ran=1&gt;",
    "javascript:ran=1//`${ran=1}`",
)


def written(folder: Path) -> Path:
    subjects = []
    for text in HOSTILE:
        finding = Finding(
            (text,),
            text,
            Action.DENY,
            Outcome.FAIL,
            Severity.HIGH,
            90,
            text,
            text,
            (Evidence(Source.LAYER, text, 90, text),),
        )
        result = Result(text, text, text, text, (finding,))
        subjects.append(Judged(text, Named(text, text, text), (result,)))
    about = About(text, AT, "".join(HOSTILE), HOSTILE, text, ())
    drift = [(text, text, text, 1) for text in HOSTILE]
    file = folder / "hostile.html"
    file.write_text(page(overview(subjects, drift), about), encoding="utf-8")
    return file


def test_nothing_that_a_stranger_wrote_does_anything(reader: Reader, tmp_path: Path):
    file = written(tmp_path)
    reader.open(file)
    assert len(reader.images) == len(HOSTILE)
    for anchor in reader.script(
        "return [...document.querySelectorAll('#images a')].map((a) => a.hash)"
    ):
        reader.script("location.hash = arguments[0]", anchor)
        reader.script(
            "for (const each of document.querySelectorAll('*')) each.dispatchEvent(new Event('mouseover'))"
        )
    reader.script("location.hash = 'rules'")
    assert reader.script("return typeof ran") == "undefined"
    assert reader.script("return document.querySelectorAll('script').length") == 2
    assert (
        reader.script(
            "return document.querySelectorAll('img, [onerror], [onmouseover], [autofocus]').length"
        )
        == 0
    )
    assert reader.complaints() == []
    assert reader.requests() == [file.as_uri()]


def test_what_a_stranger_wrote_is_shown_as_it_is_but_for_what_cannot_be_printed(
    reader: Reader, tmp_path: Path
):
    reader.open(written(tmp_path))
    text = reader.script("return document.body.innerText")
    assert HOSTILE[0] in text
    assert "?gnp.exe" in text
    assert not any(letter in text for letter in "\u202e\u2066\x1b\x00")
