"""Verdicts as JUnit XML, which test viewers of CI systems read.

A suite for each subject, a case for each rule on each of its containers: viewers group by suite and
follow a case by its name from run to run, so that a mended finding is shown as mended, provided that
passes were kept. A denial is a failure, and not knowing what would deny is an error; a warning
passes and is in the output of its case. Source: "Unit test reports" of GitLab's documentation, and
XML 1.0, section 2.2, on characters.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from webhook.policy.finding import Outcome
from webhook.policy.message import sentence
from webhook.policy.rule import Action
from webhook.report.about import About
from webhook.report.said import Said, said, subject
from webhook.services.judged import Judged

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)
_FAILURE, _ERROR, _OUTPUT, _SKIPPED = "failure", "error", "system-out", "skipped"
_KINDS = (_FAILURE, _ERROR, _OUTPUT, _SKIPPED)
"""What a case may have in it, gravest first."""


def junit(judged: Collection[Judged], about: About) -> Iterator[str]:
    """The document in pieces."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(name='slimgate')}>\n"
    for item in judged:
        yield from _suite(item, about)
    yield "</testsuites>\n"


def _suite(item: Judged, about: About) -> Iterator[str]:
    cases = list(_cases(item))
    kinds = [kind for _, kind, _ in cases]
    yield (
        "  <testsuite"
        + _attributes(
            name=subject(item),
            tests=str(len(cases)),
            failures=str(kinds.count(_FAILURE)),
            errors=str(kinds.count(_ERROR)),
            skipped=str(kinds.count(_SKIPPED)),
            time="0",
            timestamp=about.at.strftime("%Y-%m-%dT%H:%M:%S"),
        )
        + ">\n"
    )
    for name, kind, lines in cases:
        yield from _case(item, name, kind, lines)
    yield "  </testsuite>\n"


def _cases(item: Judged) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Name, what is in it, and its lines, gravest first; no two have the same name."""
    cases: dict[str, list[Said]] = {}
    for result in item.results:
        if not result.findings:
            cases.setdefault(_name(result.container, "nothing found"), [])
    for one in said(item):
        cases.setdefault(_name(one.result.container, one.finding.rule), []).append(one)
    for name, all_of_it in cases.items():
        kinds = {kind for one in all_of_it if (kind := _kind(one))}
        gravest = next((kind for kind in _KINDS if kind in kinds), "")
        ranked = sorted((one for one in all_of_it if _kind(one)), key=lambda one: _rank(one))
        yield name, gravest, tuple(sentence(one.finding) for one in ranked)


def _name(container: str, what: str) -> str:
    return f"[{container}] {what}" if container else what


def _kind(one: Said) -> str:
    """What a finding makes of its case; empty for a pass."""
    finding = one.finding
    if finding.outcome is Outcome.PASS:
        return ""
    if finding.outcome is Outcome.SKIP:
        return _SKIPPED
    if finding.outcome is Outcome.FAIL:
        return _FAILURE if finding.action is Action.DENY else _OUTPUT
    return _ERROR if finding.action is Action.DENY else _SKIPPED


def _rank(one: Said) -> tuple[int, int]:
    return _KINDS.index(_kind(one)), -one.finding.action.weight


def _case(item: Judged, name: str, kind: str, lines: Sequence[str]) -> Iterator[str]:
    place = {"file": item.file, "line": str(item.line)} if item.file else {}
    yield f"    <testcase{_attributes(classname=subject(item), name=name, time='0', **place)}"
    if not kind:
        yield "/>\n"
        return
    text = _escaped("\n".join(lines))
    about = _attributes(message=lines[0]) if kind != _OUTPUT else ""
    yield f">\n      <{kind}{about}>{text}</{kind}>\n    </testcase>\n"


def _attributes(**values: str) -> str:
    return "".join(f' {name}="{_escaped(value)}"' for name, value in values.items())


def _escaped(text: str) -> str:
    """Text that comes out of a parser as it went in; what XML cannot say is a question mark."""
    return _FORBIDDEN.sub("?", text).translate(_ESCAPES)
