"""One place that knows every format of verdicts but text, which each command says in its own words."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import msgspec

from webhook.policy.tables import Tables
from webhook.report.about import About
from webhook.report.auditdata import audited
from webhook.report.data import verdicts
from webhook.report.github import github
from webhook.report.junit import junit
from webhook.report.markdown import markdown
from webhook.report.sarif import sarif
from webhook.report.stream import json_pieces, yaml_pieces
from webhook.services.judged import Judged
from webhook.services.overview import Overview, overview


class Report(msgspec.Struct, frozen=True):
    """Verdicts, with what a format may say beside them."""

    judged: Collection[Judged]
    about: About
    tables: Tables
    """What the rules read, for their pages."""
    code: int
    """Exit code of the command."""
    drift: tuple[tuple[str, str, str, int], ...] = ()
    """As ``overview`` takes it."""
    by_image: bool = False
    """Whether programs are told what is seen from above, too."""

    @property
    def overview(self) -> Overview:
        """The verdicts from above."""
        return overview(self.judged, self.drift)


def _data(report: Report) -> dict[str, Any]:
    if report.by_image:
        return audited(report.judged, report.overview)
    return verdicts(report.judged)


def _html(report: Report) -> Iterator[str]:
    from webhook.report.html import page  # brings jinja2, which nothing else needs

    yield f"{page(report.overview, report.about)}\n"


FORMATS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "json": lambda report: json_pieces(_data(report)),
    "yaml": lambda report: yaml_pieces(_data(report)),
    "sarif": lambda report: sarif(report.judged, report.about, report.tables, report.code),
    "junit": lambda report: junit(report.judged, report.about),
    "github": lambda report: github(report.judged),
    "html": _html,
    "markdown": lambda report: markdown(report.judged, report.overview, report.about),
}
"""Writers by the name of their format: text in pieces, the last of which ends its line."""


def written(output: str, report: Report) -> Iterator[str]:
    """The report in one of ``FORMATS``, in pieces; nothing large is held as a whole."""
    return FORMATS[output](report)
