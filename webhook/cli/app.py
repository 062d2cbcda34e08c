"""The command itself: its subcommands, and the last resort for every error."""

import sys

import click
import typer

from webhook import __version__
from webhook.cli import check, demo, inspect, policy, rules, serve
from webhook.cli.exits import INCOMPLETE, USAGE
from webhook.errors import FetchError, InvalidFile, UsageError


def build() -> typer.Typer:
    """The command line application."""
    app = typer.Typer(
        name="slimgate",
        help="A Kubernetes admission webhook that knows what your Python images are.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_version)
    app.command("serve")(serve.serve)
    app.command("inspect")(inspect.inspect)
    app.command("check")(check.check)
    app.add_typer(policy.build(), name="policy")
    app.command("rules")(rules.rules)
    app.command("demo")(demo.demo)
    return app


def _version(
    version: bool = typer.Option(False, "--version", help="Print the version.", is_eager=True),
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


def main() -> None:
    """Run ``slimgate``; never shows a traceback for what a person can mend."""
    try:
        code = build()(standalone_mode=False)
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = USAGE
    except InvalidFile as error:
        _say(*map(str, error.problems))
        code = USAGE
    except UsageError as error:
        _say(str(error))
        code = USAGE
    except FetchError as error:
        _say(f"could not be read: {error.detail} ({error.kind})")
        code = INCOMPLETE
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code or 0)


def _say(*lines: str) -> None:
    for line in lines:
        typer.echo(f"slimgate: {line}", err=True)
