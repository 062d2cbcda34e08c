"""``slimgate demo``: the whole main job on an embedded registry."""

from typing import Annotated

import typer

from webhook.cli.options import Color, ColorOption, console
from webhook.wiring import run


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave registry and webhook running until Ctrl-C.")
    ] = False,
    color: ColorOption = Color.AUTO,
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

    run(perform(console(color), keep=keep))
