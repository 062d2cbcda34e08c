"""Options that several commands share, declared once."""

import functools
import inspect
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, get_args

import typer
from rich.console import Console
from rich.text import Text

from webhook.errors import UsageError
from webhook.policy.text import shown
from webhook.report.stream import json_pieces, yaml_pieces
from webhook.settings import Color, Output, VerdictOutput

OutputOption = Annotated[
    Output | None,
    typer.Option("--output", "-o", help="How to print results. [default: text]"),
]
VerdictOutputOption = Annotated[
    VerdictOutput | None,
    typer.Option("--output", "-o", help="How to print verdicts. [default: text]"),
]
ColorOption = Annotated[
    Color | None, typer.Option("--color", help="When to use colour. [default: auto]")
]
TimeoutOption = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="How long to try each image. [default: 30]"),
]
PoliciesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--policies",
        "-p",
        metavar="NAME|FILE|DIR",
        help="Policies to apply: a shipped name, a file or a folder; repeatable. [default: baseline]",
    ),
]
DataOption = Annotated[
    list[str] | None,
    typer.Option(
        "--data",
        metavar="FILE|DIR",
        help="Data tables in place of the shipped ones (releases and their ends ...); repeatable.",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file of settings, named as the flags are."),
]
PIPE_WIDTH = 100
"""Columns of what is not printed on a terminal."""


def console(color: Color) -> Console:
    """Where results go; ``NO_COLOR`` in the environment counts unless a flag says otherwise."""
    forced = {"auto": None, "always": True, "never": False}[color]
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else PIPE_WIDTH,
        force_terminal=forced,
        no_color=None if forced is None else not forced,
        highlight=False,
        emoji=False,
    )


def write_data(value: object, output: VerdictOutput) -> None:
    """Print results for programs; iterators in ``value`` are lists. Raises ``UsageError``."""
    if output not in get_args(Output):
        known = ", ".join(get_args(Output))
        raise UsageError(f"--output: {output} is for verdicts; this command knows {known}")
    write_pieces(json_pieces(value) if output == "json" else yaml_pieces(value))


def write_pieces(pieces: Iterable[str]) -> None:
    """Print what is for programs: in UTF-8, whatever the locale, and line ends as they are."""
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def working(what: str) -> AbstractContextManager[Any]:
    """Says on stderr what takes its time, while the block runs; on a terminal only."""
    if not sys.stderr.isatty():
        return nullcontext()
    return Console(stderr=True).status(Text(shown(what, PIPE_WIDTH)))


def _registries(
    docker_config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Docker config with credentials. [default: docker's own]"
        ),
    ] = None,
    insecure_registry: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST[:PORT]", help="Registry that speaks plain HTTP; repeatable."),
    ] = None,
    registry_ca: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST=FILE", help="CA to trust for a registry; repeatable."),
    ] = None,
    mirror: Annotated[
        list[str] | None,
        typer.Option(metavar="FROM=TO", help="Read FROM at TO first; repeatable."),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="Private host that registries may point to; repeatable."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """The signature of every command that talks to registries."""


def _webhook(
    webhook_configuration: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Webhook configuration that is to trust what is served."),
    ] = None,
    tls_secret: Annotated[
        str | None,
        typer.Option(metavar="NAMESPACE/NAME", help="Issue certificates, and keep them here."),
    ] = None,
    tls_host: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="What the API server calls; repeatable, that one first."),
    ] = None,
    pod: Annotated[
        str | None,
        typer.Option(metavar="NAMESPACE/NAME/UID", help="Pod that Events are about: this one."),
    ] = None,
) -> None:
    """The signature of a webhook that belongs to a cluster."""


def _cluster(
    pull_secrets: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMESPACE", help="Use its Pods' pull secrets; repeatable, * is all."),
    ] = None,
    namespace_labels: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMESPACE", help="Know its labels; repeatable, * is all."),
    ] = None,
    kubeconfig: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Of the cluster. [default: kubectl's own, or the Pod's]"),
    ] = None,
    context: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Of the kubeconfig. [default: its current one]"),
    ] = None,
) -> None:
    """The signature of every command that asks a cluster."""


def _telling(
    report_objects: Annotated[
        bool,
        typer.Option("--report-objects", help="Write PolicyReports (or Reports), and tidy up."),
    ] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Write Events about workloads that break policies.")
    ] = False,
    webhook_configuration: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Webhook configuration that is to own the reports."),
    ] = None,
) -> None:
    """The signature of a command that writes into the cluster what it found."""


def _sharing(signature: Callable[..., None]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Gives a command the options of ``signature``; it finds them in its context's ``params``."""
    shared = inspect.signature(signature).parameters

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        own = inspect.signature(command)

        @functools.wraps(command)
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            return command(*args, **{k: v for k, v in kwargs.items() if k not in shared})

        parameters = [
            item.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for item in (*own.parameters.values(), *shared.values())
        ]
        wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        return wrapped

    return decorate


with_registries = _sharing(_registries)
"""For every command that talks to registries."""
with_cluster = _sharing(_cluster)
"""For every command that asks a cluster."""
with_telling = _sharing(_telling)
"""For audits, which may write into the cluster what they found."""
with_webhook = _sharing(_webhook)
"""For the webhook itself."""
