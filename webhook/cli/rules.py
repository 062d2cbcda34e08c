"""``slimgate rules``: the catalogue, or one rule's page."""

from typing import Annotated

import typer

from webhook.cli.options import ColorOption, OutputOption, console, write_data
from webhook.errors import UsageError
from webhook.policy.loader import nearest
from webhook.report.rulepage import entry, listing, page
from webhook.rules import CATALOGUE
from webhook.settings import from_process
from webhook.wiring import shipped_tables


def rules(
    ctx: typer.Context,
    rule: Annotated[str | None, typer.Argument(metavar="[ID]", help="One rule's id.")] = None,
    output: OutputOption = None,
    color: ColorOption = None,
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
    settings = from_process(ctx.params, None)
    if settings.output != "text":
        write_data(
            listing(CATALOGUE) if rule is None else [entry(CATALOGUE[rule])], settings.output
        )
    elif rule is not None:
        typer.echo(page(CATALOGUE[rule], shipped_tables()))
    else:
        out = console(settings.color)
        for item in CATALOGUE.values():
            out.print(f"{item.id:28} {item.action.value:6} {item.title}", soft_wrap=True)
