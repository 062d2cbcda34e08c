"""Options that several commands share, declared once."""

import functools
import inspect
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console


class Output(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


class Color(StrEnum):
    """When colour is used."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


OutputOption = Annotated[Output, typer.Option("--output", "-o", help="How to print results.")]
ColorOption = Annotated[Color, typer.Option("--color", help="When to use colour.")]
PoliciesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--policies",
        "-p",
        metavar="NAME|FILE|DIR",
        help="Policies to apply: a shipped name, a file or a folder; repeatable. [default: baseline]",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file of settings, named as the flags are."),
]


PIPE_WIDTH = 100
"""Columns of what is not printed on a terminal."""


def console(color: Color) -> Console:
    """Where results go."""
    forced = {Color.AUTO: None, Color.ALWAYS: True, Color.NEVER: False}[color]
    return Console(
        file=sys.stdout,
        width=None if sys.stdout.isatty() else PIPE_WIDTH,
        force_terminal=forced,
        no_color=color is Color.NEVER,
        highlight=False,
        emoji=False,
    )


def working(what: str) -> AbstractContextManager[Any]:
    """Says on stderr what takes its time, while the block runs; on a terminal only."""
    if not sys.stderr.isatty():
        return nullcontext()
    return Console(stderr=True).status(what)


def _shared(
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


def with_registries(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the registry options; it finds them all in its context's ``params``."""
    own = inspect.signature(command)
    shared = inspect.signature(_shared).parameters

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return command(*args, **{k: v for k, v in kwargs.items() if k not in shared})

    parameters = [
        item.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for item in (*own.parameters.values(), *shared.values())
    ]
    wrapped.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    return wrapped
