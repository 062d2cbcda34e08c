"""The command itself: its subcommands, and the last resort for every error."""

import sys
from typing import Annotated, NoReturn

import typer

from webhook import __version__
from webhook.cli import audit, check, demo, inspect, policy, rules, serve
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
    app.command("serve", short_help="The webhook over HTTPS.")(serve.serve)
    app.command("inspect", short_help="What an image is, and on what evidence.")(inspect.inspect)
    app.command(
        "check", short_help="Verdicts for images, or for the Pods that manifests would make."
    )(check.check)
    app.command("audit", short_help="Verdicts on everything that a cluster runs.")(audit.audit)
    app.add_typer(policy.build(), name="policy")
    app.command("rules", short_help="The catalogue of rules, or one rule's page.")(rules.rules)
    app.command("demo", short_help="The whole main job against an embedded registry.")(demo.demo)
    return app


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


def _version(
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    """The options of the command itself."""


def main() -> None:
    """Run ``slimgate``; never shows a traceback for what a person can mend."""
    try:
        build()()
    except InvalidFile as error:
        _fail(USAGE, *map(str, error.problems))
    except UsageError as error:
        _fail(USAGE, str(error))
    except FetchError as error:
        _fail(INCOMPLETE, f"could not be read: {error.detail} ({error.kind})")


def _fail(code: int, *lines: str) -> NoReturn:
    for line in lines:
        typer.echo(f"slimgate: {line}", err=True)
    sys.exit(code)
