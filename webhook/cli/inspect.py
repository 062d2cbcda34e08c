"""``slimgate inspect``: what an image is."""

from typing import Annotated

import typer

from webhook.cli.options import (
    ColorOption,
    OutputOption,
    TimeoutOption,
    console,
    with_registries,
    working,
    write_data,
)
from webhook.oci import Platform
from webhook.report import data
from webhook.report.inspected import write_inspected
from webhook.settings import from_process
from webhook.wiring import COMMAND_SECONDS, inspect_image, run


@with_registries
def inspect(
    ctx: typer.Context,
    image: Annotated[str, typer.Argument(metavar="IMAGE", help="What to look at.")],
    platform: Annotated[
        str | None,
        typer.Option(
            metavar="OS/ARCH", help="Platform, or 'all'. [default: this machine's, linux]"
        ),
    ] = None,
    no_peek: Annotated[
        bool | None,
        typer.Option("--no-peek", help="Do not look into the layers: metadata only."),
    ] = None,
    explain: Annotated[
        bool | None,
        typer.Option("--explain", help="Show all evidence for Python and libc, with weights."),
    ] = None,
    timeout: TimeoutOption = None,
    output: OutputOption = None,
    color: ColorOption = None,
) -> None:
    """What an image is: Python or not, libc, base, user, size, and on what evidence.

    \b
    IMAGE is one of
      a registry reference          python:3.13-slim, ghcr.io/acme/api@sha256:...
      oci:DIR[:TAG]                 an OCI layout
      oci-archive:FILE[:TAG]        the same in a tar file
      docker-archive:FILE[:TAG]     what docker save writes

    \b
    Examples:
      slimgate inspect python:3.13-slim
      slimgate inspect python:3.13-slim --explain
      slimgate inspect ghcr.io/acme/api:1.4.2 --platform all -o json
      docker save api | gzip > api.tgz && slimgate inspect docker-archive:api.tgz
    """
    settings = from_process(ctx.params, ctx.params["config"])
    everything = settings.platform == "all"
    wanted = None if settings.platform is None or everything else Platform.parse(settings.platform)
    seconds = settings.timeout or COMMAND_SECONDS
    with working(f"reading {image}"):
        found = run(inspect_image(settings, image, wanted, seconds, everything=everything))
    if settings.output == "text":
        write_inspected(console(settings.color), found, explain=settings.explain)
    else:
        write_data(data.inspected(found), settings.output)
