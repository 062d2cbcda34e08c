"""Verdicts finding by finding, as reports tell them: what holds on several platforms is told once."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence

import msgspec

from webhook.policy.finding import Finding, Result
from webhook.policy.text import shown
from webhook.report.data import summary
from webhook.services.judged import Judged

_MAX_TITLE = 256


class Said(msgspec.Struct, frozen=True):
    """One finding on the image of one container, and where it holds."""

    item: Judged
    result: Result
    """The first that it was made on."""
    finding: Finding
    platforms: tuple[str, ...]
    """All that it holds on; empty where nothing of a platform was looked at."""
    nth: int
    """How many findings of its rule come before it on this container."""


def said(item: Judged) -> Iterator[Said]:
    """Every finding on one subject, container by container."""
    for results in _by_use(item.results):
        found: dict[Hashable, tuple[Result, Finding, dict[str, None]]] = {}
        for result in results:
            for one in result.findings:
                _, _, platforms = found.setdefault(one.words, (result, one, {}))
                if result.platform is not None:
                    platforms[result.platform] = None
        before: Counter[str] = Counter()
        for result, finding, platforms in found.values():
            yield Said(item, result, finding, tuple(platforms), before[finding.rule])
            before[finding.rule] += 1


def _by_use(results: Sequence[Result]) -> Iterator[list[Result]]:
    """The results of each use of an image, which differ by platform."""
    uses: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        uses.setdefault((result.container, result.image), []).append(result)
    yield from uses.values()


def subject(item: Judged) -> str:
    """What was judged, fit to print: ``Deployment shop/web``, or the image as it was typed."""
    workload = item.workload
    if workload is None:
        return shown(item.target, _MAX_TITLE)
    return shown(f"{workload.kind} {workload.namespace}/{workload.name}", _MAX_TITLE)


def verdict_counts(judged: Collection[Judged]) -> str:
    """How many were allowed and denied, in words without a full stop."""
    counts = summary(judged)
    noun = "image" if all(item.workload is None for item in judged) else "workload"
    plural = "" if counts["workloads"] == 1 else "s"
    return (
        f"{counts['workloads']} {noun}{plural}: {counts['denied']} denied, "
        f"{counts['warned']} allowed with warnings, "
        f"{counts['allowed'] - counts['warned']} allowed; {counts['incomplete']} incomplete"
    )
