"""``slimgate check``: verdicts for images and manifests."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from webhook import __version__
from webhook.cli.options import (
    ColorOption,
    DataOption,
    PoliciesOption,
    TimeoutOption,
    VerdictOutputOption,
    console,
    with_registries,
    working,
    write_pieces,
)
from webhook.cli.subjects import exit_code, in_words, subjects
from webhook.errors import UsageError
from webhook.policy.law import PolicySet
from webhook.policy.plan import skipped, skipped_unlabelled
from webhook.report import text
from webhook.report.about import About
from webhook.report.formats import Report, written
from webhook.services.check import Subjects
from webhook.services.judged import Judged
from webhook.settings import FailOn, Settings, from_process
from webhook.wiring import COMMAND_SECONDS, check_subjects, clock, load_policies, run


@with_registries
def check(
    ctx: typer.Context,
    images: Annotated[
        list[str] | None, typer.Argument(metavar="[IMAGE]...", help="Images, as for inspect.")
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", "-f", metavar="FILE", help="Manifests; '-' is stdin; repeatable."),
    ] = None,
    files: Annotated[
        bool,
        typer.Option("--files", help="IMAGEs are FILEs, as commit hooks name them."),
    ] = False,
    policies: PoliciesOption = None,
    data: DataOption = None,
    namespace: Annotated[
        str | None,
        typer.Option("--namespace", "-n", help="Namespace of images and of manifests without one."),
    ] = None,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="The least action that fails. [default: deny]")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Show what passed or did not apply, too.")
    ] = False,
    timeout: TimeoutOption = None,
    output: VerdictOutputOption = None,
    color: ColorOption = None,
) -> None:
    """Verdicts for images, or for the Pods that manifests would make.

    \b
    Exit codes: 2 usage, 1 findings at or above --fail-on, 3 something could not be known, 0.

    \b
    Examples:
      slimgate check ghcr.io/acme/api:1.4.2 --policies python-recommended
      slimgate check oci:build/image --policies restricted --fail-on warn
      helm template charts/api | slimgate check -f - -n shop
      kustomize build overlays/prod | slimgate check -f - -o json
      slimgate check oci-archive:api.tar -o sarif > slimgate.sarif
    """
    settings = from_process(ctx.params, ctx.params["config"])
    named, manifests = _named(images or [], file or [], are_files=files)
    found = subjects(named, manifests, settings.namespace)
    what = in_words(named, manifests)
    if files and not found.all:
        typer.echo(f"no workload in {what}", err=True)  # a hook names whatever was changed
        raise typer.Exit
    began, law = clock(), load_policies(settings)
    judged = _judged(settings, law, found, everything=everything)
    code = exit_code(judged, settings.fail_on)
    if settings.output == "text":
        text.write_verdicts(console(settings.color), judged, everything=everything)
    else:
        report = Report(judged, About.of(law, __version__, began, what), law.tables, code)
        write_pieces(written(settings.output, report))
    for note in _notes(law, settings.namespace) if named else ():
        typer.echo(note, err=settings.output != "text")
    raise typer.Exit(code)


def _named(
    images: list[str], files: list[Path], *, are_files: bool
) -> tuple[list[str], list[Path]]:
    """Images, and files of manifests."""
    if not images and not files:
        raise UsageError("name an image, or manifests with -f FILE; see: slimgate check --help")
    return ([], [*files, *map(Path, images)]) if are_files else (images, files)


def _judged(
    settings: Settings, law: PolicySet, found: Subjects, *, everything: bool
) -> tuple[Judged, ...]:
    if not (count := len(found.all)):
        raise UsageError("no workload found in the manifests: nothing was checked")
    seconds = settings.timeout or COMMAND_SECONDS
    keeps = everything or settings.output == "junit"  # a test is followed by its name: passes too
    work = check_subjects(settings, law, found, settings.namespace, seconds, keep_passes=keeps)
    with working(f"checking {count} {'subject' if count == 1 else 'subjects'}"):
        return run(work)


def _notes(law: PolicySet, namespace: str | None) -> Iterator[str]:
    """Which policies say nothing of images by themselves."""
    if namespace is None and (names := skipped(law)):
        yield text.skipped(names)
    if names := skipped_unlabelled(law, namespace):
        yield text.skipped_unlabelled(names)
