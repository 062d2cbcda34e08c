"""Verdicts as workflow commands of GitHub Actions: annotations in the log and beside the lines.

Source: "Workflow commands for GitHub Actions", and ``@actions/core`` for how text is escaped. Ten
annotations of each kind are shown for a step, so that only the gravest ten are written.
"""

import heapq
from collections.abc import Collection, Iterator

from webhook.policy.message import sentence
from webhook.policy.rule import Action
from webhook.policy.text import shown
from webhook.report.said import Said, said, subject, verdict_counts
from webhook.services.judged import Judged

MAX_OF_A_KIND = 10
_COMMANDS = {Action.DENY: "error", Action.WARN: "warning", Action.AUDIT: "notice"}
_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_DATA = str.maketrans(_DATA)
_IN_PROPERTY = str.maketrans(_DATA | {":": "%3A", ",": "%2C"})
_MAX_NAME = 63


def github(judged: Collection[Judged]) -> Iterator[str]:
    """Commands, gravest first, and a line with the counts at the end."""
    left = 0
    for action, command in _COMMANDS.items():
        found = (one for item in judged for one in said(item) if _tells(one, action))
        kept = heapq.nsmallest(MAX_OF_A_KIND, found, key=lambda one: -one.finding.confidence)
        yield from (_line(command, one) for one in kept)
        left += sum(_tells(one, action) for item in judged for one in said(item)) - len(kept)
    more = f"; {left} more findings are not shown here: -o markdown has them" if left else ""
    yield f"{verdict_counts(judged)}{more}\n"


def _tells(one: Said, action: Action) -> bool:
    return one.finding.action is action and (one.finding.is_problem or one.finding.is_exempt)


def _line(command: str, one: Said) -> str:
    item, container = one.item, one.result.container
    properties = {"title": f"{one.finding.rule}: {subject(item)}"}
    if item.file:
        properties = {"file": item.file, "line": str(item.line)} | properties
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    where = f"[{shown(container, _MAX_NAME)}] " if container else ""
    return f"::{command} {told}::{_data(sentence(one.finding, where))}\n"


def _data(text: str) -> str:
    return _printable(text).translate(_IN_DATA)


def _property(text: str) -> str:
    return _printable(text).translate(_IN_PROPERTY)


def _printable(text: str) -> str:
    """Nothing but a line's end may end a line, whoever reads the log."""
    return "".join(char if char.isprintable() or char in "\r\n" else "?" for char in text)
