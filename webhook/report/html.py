"""The HTML report: one file that needs nothing else, for people who have to act on it.

Names, messages and evidence come from strangers: whatever a template says is cut to printable text
and escaped, and the page's own policy lets nothing run or load but the script and style that are
in it, known by their hashes.
"""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from webhook.policy.text import counted
from webhook.report.about import About
from webhook.report.page import totals, words
from webhook.report.page.figures import charts
from webhook.report.page.images import FACETS, STATES, STEPS, VARIANTS, VERDICTS, ImageView
from webhook.rules import CATALOGUE
from webhook.services.overview import Overview

_STYLES = ("colours", "layout", "tables", "image", "print")
_SCRIPTS = ("switch", "sections", "table", "filters", "route")
_HEAD = ("theme",)
"""What runs before anything is shown."""
_LONGEST = 800
"""Characters of any text; messages and evidence have limits of their own."""


def page(overview: Overview, about: About) -> str:
    """The report as the text of one file."""
    images = [ImageView(summary) for summary in overview.images]
    found = totals.verdicts(images)
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            about=about,
            images=images,
            verdicts=found,
            strip=totals.verdict_strip(found),
            numbers=list(totals.numbers(overview, images)),
            gaps=totals.gaps(overview, images),
            savings=totals.largest_savings(images),
            charts=charts(images, overview.rules, about),
            rules=totals.rule_views(overview, CATALOGUE),
            namespaces=overview.namespaces,
            **_own(),
        )
    )


def _environment() -> Environment:
    """Templates that escape and clean all they are given."""
    environment = Environment(
        loader=PackageLoader("webhook.report", "page/templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        extensions=[_Dense],
    )
    filters = (
        *(words.amount, words.code, words.count, words.duration, words.plain, words.token),
        counted,
    )
    environment.filters |= {each.__name__: each for each in filters}
    environment.globals |= {"VERDICTS": VERDICTS, "VARIANTS": VARIANTS, "STEPS": STEPS}
    environment.globals |= {"STATES": STATES, "FACETS": FACETS}
    return environment


class _Dense(Extension):
    """Templates are indented to be read; what a page repeats for each image is not."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template without blanks at the beginnings of its lines."""
        return "\n".join(line.lstrip() for line in source.split("\n"))


def _finalized(value: object) -> object:
    """What a template shows: our own markup as it is, any other text made printable."""
    return (
        words.plain(value, _LONGEST)
        if isinstance(value, str) and not isinstance(value, Markup)
        else value
    )


def _own() -> dict[str, Markup]:
    """Our own style and scripts, and the policy that allows no others."""
    style = _joined("style", _STYLES, "css")
    head, script = _joined("script", _HEAD, "js"), _joined("script", _SCRIPTS, "js")
    allowed = (
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(head)} {_hash(script)}",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    csp = Markup("; ".join(allowed))  # noqa: S704
    return {"style": style, "head_script": head, "script": script, "csp": csp}


def _joined(folder: str, names: tuple[str, ...], suffix: str) -> Markup:
    """Some of our own files as one text."""
    inside = files("webhook.report.page") / folder
    texts = ((inside / f"{name}.{suffix}").read_text(encoding="utf-8") for name in names)
    return Markup("\n".join(texts))  # noqa: S704


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
