"""``slimgate rules``: the catalogue, or one rule's page."""

from typing import Annotated

import typer

from webhook.cli.options import Color, ColorOption, Output, OutputOption, console
from webhook.errors import UsageError
from webhook.policy.loader import nearest
from webhook.report.data import as_json, as_yaml
from webhook.report.rulepage import entry, listing, page
from webhook.rules import CATALOGUE


def rules(
    rule: Annotated[str | None, typer.Argument(metavar="[ID]", help="One rule's id.")] = None,
    output: OutputOption = Output.TEXT,
    color: ColorOption = Color.AUTO,
) -> None:
    """The catalogue of rules, or one rule's page.

    \b
    Examples:
      slimgate rules
      slimgate rules run-as-root
      slimgate rules -o json
    """
    if rule is not None and rule not in CATALOGUE:
        raise UsageError(f"unknown rule {rule!r}{nearest(rule, CATALOGUE)}; see: slimgate rules")
    if output is not Output.TEXT:
        found = listing(CATALOGUE) if rule is None else [entry(CATALOGUE[rule])]
        typer.echo(as_json(found) if output is Output.JSON else as_yaml(found))
    elif rule is not None:
        typer.echo(page(CATALOGUE[rule]))
    else:
        out = console(color)
        for item in CATALOGUE.values():
            out.print(f"{item.id:28} {item.action.value:6} {item.title}", soft_wrap=True)
