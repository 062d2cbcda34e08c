"""``slimgate demo``: the whole main job on an embedded registry."""

from typing import Annotated

import typer

from webhook.cli.options import ColorOption, console
from webhook.settings import from_process
from webhook.wiring import run


def demo(
    ctx: typer.Context,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave registry and webhook running until Ctrl-C.")
    ] = False,
    color: ColorOption = None,
) -> None:
    """The whole main job against an embedded registry: no cluster, no network.

    \b
    Starts a registry with sample images and the webhook over TLS, sends the admission
    reviews that an API server would send, and shows what a developer would be told.

    \b
    Examples:
      slimgate demo
      slimgate demo --keep
    """
    from webhook.cli.stage import perform  # server and registry: no other command starts both

    run(perform(console(from_process(ctx.params, None).color), keep=keep))
