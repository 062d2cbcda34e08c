"""``slimgate audit``: verdicts on what a cluster runs, without touching it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from webhook import __version__
from webhook.cli.options import (
    ColorOption,
    DataOption,
    PoliciesOption,
    TimeoutOption,
    VerdictOutputOption,
    console,
    with_cluster,
    with_registries,
    with_telling,
    write_pieces,
)
from webhook.cli.subjects import exit_code, in_words, subjects
from webhook.errors import UsageError
from webhook.policy.law import PolicySet
from webhook.report.about import About
from webhook.report.audited import write_audit
from webhook.report.formats import Report, written
from webhook.services.audit import Audited
from webhook.services.audit import Progress as Reached
from webhook.services.overview import overview
from webhook.settings import FailOn, Settings, from_process
from webhook.wiring import (
    COMMAND_SECONDS,
    audit_cluster,
    audited_namespaces,
    check_subjects,
    clock,
    load_policies,
    run,
    tell_cluster,
)


@with_registries
@with_cluster
@with_telling
def audit(
    ctx: typer.Context,
    namespaces: Annotated[
        list[str] | None,
        typer.Option(
            "--namespace", "-n", metavar="NAME", help="Namespace; repeatable. [default: kubectl's]"
        ),
    ] = None,
    all_namespaces: Annotated[
        bool, typer.Option("--all-namespaces", "-A", help="All namespaces.")
    ] = False,
    file: Annotated[
        list[Path] | None,
        typer.Option("--file", "-f", metavar="FILE", help="Manifests instead; '-' is stdin."),
    ] = None,
    policies: PoliciesOption = None,
    data: DataOption = None,
    enforce_preview: Annotated[
        bool, typer.Option("--enforce-preview", help="As if every policy were enforced.")
    ] = False,
    fail_on: Annotated[
        FailOn | None, typer.Option(help="The least action that fails. [default: deny]")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every row and finding.")] = False,
    timeout: TimeoutOption = None,
    output: VerdictOutputOption = None,
    color: ColorOption = None,
) -> None:
    """Verdicts on everything that a cluster runs: a dry run, nothing that runs is touched.

    \b
    Every image is fetched once, registries are asked a few things at a time, and an image that
    cannot be read is a finding. Controllers count where they have no Pods. Exit codes: 2 usage,
    1 findings at or above --fail-on, 3 something could not be known, 0.

    \b
    Examples:
      slimgate audit -A --policies python-recommended
      slimgate audit -n shop --enforce-preview -o html > report.html
      slimgate audit -A --report-objects --webhook-configuration slimgate.guard
      helm template charts/api | slimgate audit -f -
    """
    settings = from_process(ctx.params, ctx.params["config"])
    tells = settings.report_objects or settings.events
    if tells and (file or settings.enforce_preview):
        raise UsageError("--report-objects and --events tell of what runs, by policies as they are")
    law = load_policies(settings)
    law = law.enforced() if settings.enforce_preview else law
    began = clock()
    found, what = _from_files(settings, law, file) if file else _from_cluster(settings, law)
    if tells:
        for line in run(tell_cluster(settings, law, found.judged, began)):
            typer.echo(f"slimgate: {line}", err=True)
    elif not found.judged:
        raise UsageError(f"there is nothing to judge in {what}")
    about = About.of(law, __version__, began, what, preview=settings.enforce_preview)
    raise typer.Exit(_write(settings, law, found, about, everything=everything))


def _write(
    settings: Settings, law: PolicySet, found: Audited, about: About, *, everything: bool
) -> int:
    """Print what was found; returns the exit code."""
    code = exit_code(found.judged, settings.fail_on)
    if settings.output == "text":
        seen = overview(found.judged, found.drift)
        write_audit(console(settings.color), found.judged, seen, about, everything=everything)
    else:
        report = Report(found.judged, about, law.tables, code, found.drift, by_image=True)
        write_pieces(written(settings.output, report))
    return code


def _from_files(settings: Settings, law: PolicySet, files: list[Path]) -> tuple[Audited, str]:
    if len(settings.namespaces) > 1 or settings.all_namespaces:
        raise UsageError("manifests that name no namespace are in one: name it with -n")
    found = subjects([], files, next(iter(settings.namespaces), None))
    seconds = settings.timeout or COMMAND_SECONDS
    judged = run(check_subjects(settings, law, found, None, seconds, keep_passes=False))
    return Audited(judged, (), len(judged)), in_words([], files)


def _from_cluster(settings: Settings, law: PolicySet) -> tuple[Audited, str]:
    names = audited_namespaces(settings)
    seconds = settings.timeout or COMMAND_SECONDS
    with _progress() as tell:
        found = run(audit_cluster(settings, law, seconds, tell))
    if names is None:
        what = "all namespaces"
    else:
        what = f"namespace{'' if len(names) == 1 else 's'} {', '.join(names)}"
    return found, f"{what} of context {settings.context}" if settings.context else what


@contextmanager
def _progress() -> Iterator[Callable[[Reached], None]]:
    """Says on stderr how far it is, how fast, and how long it will take; on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} Pods"),
        BarColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("audit", total=None, rate="")

        def tell(reached: Reached) -> None:
            speed = bar.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed else ""
            bar.update(task, completed=reached.pods, total=reached.total, rate=rate)

        yield tell
