"""Verdicts as Markdown, for a comment on a pull request and for the summary of a step.

GitHub takes 65,536 characters in a comment: the gravest images come first, and what does not fit is
counted. Names and messages hold strangers' text, which makes no markup, no link and calls nobody.
Source: GitHub Flavored Markdown, and the commands that its sites add (``@name``, ``#1``).
"""

import re
from collections.abc import Collection, Iterator

from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action
from webhook.policy.text import counted
from webhook.profile.printable import cut
from webhook.report.about import About
from webhook.report.data import summary
from webhook.report.said import verdict_counts
from webhook.services.judged import Judged
from webhook.services.overview import ImageSummary, Overview, Told

MAX_BYTES = 60_000
_FOR_ROWS = MAX_BYTES // 3
"""Bytes of the table; the details have the rest."""
_FOR_THE_END = 200
_MAX_TEXT = 512
_MAX_OWNERS = 5
_MARKUP = re.compile(r"[^A-Za-z0-9 ,.;:/()=+%?'-]")
_CALLS = re.compile(r"&#64;|&#35;|:(?=//)|www(?=\.)", re.IGNORECASE)
_HEAD = "\n| image | verdict | findings | used by |\n| --- | --- | --: | --- |\n"


def markdown(judged: Collection[Judged], seen: Overview, about: About) -> Iterator[str]:
    """The document in pieces."""
    head = f"## Slimgate: {_headline(judged, about)}\n\n{_sentence(judged, about)}\n{_HEAD}"
    yield head
    room = MAX_BYTES - _FOR_THE_END - len(head)
    rows = _fitting(map(_row, seen.images), min(room, _FOR_ROWS))
    yield from rows
    room -= sum(map(len, rows))
    loud = [image for image in seen.images if image.told]
    details = _fitting(map(_details, loud), room)
    yield from details
    left = max(len(seen.images) - len(rows), len(loud) - len(details))
    if left:
        yield f"\nWhat is said of {counted(left, 'image')} does not fit here: `-o html` has it.\n"


def _fitting(texts: Iterator[str], room: int) -> list[str]:
    """As many as fit from the first on."""
    kept = []
    for text in texts:
        room -= len(text)
        if room < 0:
            break
        kept.append(text)
    return kept


def _headline(judged: Collection[Judged], about: About) -> str:
    counts = summary(judged)
    noun = "image" if all(item.workload is None for item in judged) else "workload"
    denied, whole = counts["denied"], counted(counts["workloads"], noun)
    if denied:
        return f"{denied:,} of {whole} {'would be denied' if about.preview else 'denied'}"
    return f"{whole}, none {'would be denied' if about.preview else 'denied'}"


def _sentence(judged: Collection[Judged], about: About) -> str:
    policies = ", ".join(map(_code, about.policies))
    return f"{verdict_counts(judged)}. Judged {_text(about.what)} by {policies}."


def _row(image: ImageSummary) -> str:
    told = sum(1 for each in image.told if each.finding.is_problem)
    verdict = _verdict(image)
    loud = f"**{verdict}**" if image.action is Action.DENY else verdict
    cells = (_code(image.image), loud, str(told), _used_by(image))
    return f"| {' | '.join(cells)} |\n"


def _verdict(image: ImageSummary) -> str:
    if image.action is None:
        return "allowed"
    words = {Action.DENY: "denied", Action.WARN: "warnings", Action.AUDIT: "recorded"}
    is_read = all(each.finding.rule != UNVERIFIED for each in image.told)
    return words[image.action] + ("" if is_read else ", not read")


def _used_by(image: ImageSummary) -> str:
    if not image.owners:
        return "-"
    return counted(image.workloads, "workload")


def _details(image: ImageSummary) -> str:
    """One image, closed until somebody opens it; its list is Markdown after an empty line."""
    lines = "".join(_line(each) for each in image.told)
    return (
        f"\n<details><summary>{_code(image.image)}: {_verdict(image)}</summary>\n\n"
        f"{lines}{_owners(image)}\n</details>\n"
    )


def _line(told: Told) -> str:
    finding = told.finding
    where = f" {_text(', '.join(told.containers))}:" if told.containers else ""
    fix = f" {finding.remedy}." if finding.remedy else ""
    text = _text(f"{finding.message}.{fix}")
    return f"- **{finding.word}**{where} {_code(finding.rule)}: {text}\n"


def _owners(image: ImageSummary) -> str:
    if not image.owners:
        return ""
    shown = [
        _code(f"{owner.kind} {owner.namespace}/{owner.name}")
        for owner, _ in image.owners[:_MAX_OWNERS]
    ]
    more = image.workloads - len(shown)
    return f"\nUsed by {', '.join(shown)}{f' and {more:,} more' if more > 0 else ''}.\n"


def _code(text: str) -> str:
    """``text`` as code: an element, since a backtick in a table ends at the next bar."""
    return f"<code>{_text(text)}</code>"


def _text(text: str) -> str:
    """``text`` as itself; an empty comment keeps a site from seeing a name or a link in it."""
    plain = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", cut(text, _MAX_TEXT))
    return _CALLS.sub(lambda found: f"{found[0]}<!-- -->", plain)
