"""``slimgate check``: verdicts for images and manifests."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from webhook.archive import is_archive
from webhook.cli.exits import FINDINGS, INCOMPLETE
from webhook.cli.options import (
    ColorOption,
    DataOption,
    OutputOption,
    PoliciesOption,
    TimeoutOption,
    console,
    with_registries,
    working,
    write_data,
)
from webhook.errors import UsageError
from webhook.oci import Reference
from webhook.policy.law import PolicySet
from webhook.policy.plan import skipped, skipped_unlabelled
from webhook.report import text
from webhook.report.data import verdicts
from webhook.services.check import Subject, Subjects, subjects_in
from webhook.services.judged import Judged
from webhook.settings import FailOn, from_process, read_text
from webhook.wiring import COMMAND_SECONDS, check_subjects, load_policies, run


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
    output: OutputOption = None,
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
    """
    if not images and not file:
        raise UsageError("name an image, or manifests with -f FILE; see: slimgate check --help")
    settings = from_process(ctx.params, ctx.params["config"])
    namespace = settings.namespace
    subjects = _subjects(images or [], file or [], namespace)
    if not (count := len(subjects.all)):
        raise UsageError("no workload found in the manifests: nothing was checked")
    law = load_policies(settings)
    seconds = settings.timeout or COMMAND_SECONDS
    work = check_subjects(settings, law, subjects, namespace, seconds, keep_passes=everything)
    with working(f"checking {count} {'subject' if count == 1 else 'subjects'}"):
        judged = run(work)
    if settings.output == "text":
        text.write_verdicts(console(settings.color), judged, everything=everything)
    else:
        write_data(verdicts(judged), settings.output)
    for note in _notes(law, namespace) if images else ():
        typer.echo(note, err=settings.output != "text")
    raise typer.Exit(_code(judged, settings.fail_on))


def _subjects(images: list[str], files: list[Path], namespace: str | None) -> Subjects:
    """Everything that was named; a Namespace counts for the workloads of all files."""
    found = [_manifests(path, namespace) for path in files]
    workloads = (subject for each in found for subject in each.all)
    namespaces = {name: labels for each in found for name, labels in each.namespaces.items()}
    return Subjects((*map(_image, images), *workloads), namespaces)


def _image(text: str) -> Subject:
    if not is_archive(text):
        Reference.parse(text)  # what a person typed wrongly is no finding
    return Subject(text, None, text)


def _manifests(path: Path, namespace: str | None) -> Subjects:
    if str(path) == "-":
        return subjects_in(_stdin(), "stdin", namespace)
    return subjects_in(read_text(path), str(path), namespace)


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise UsageError("cannot read stdin: not UTF-8 text") from None


def _notes(law: PolicySet, namespace: str | None) -> Iterator[str]:
    """Which policies say nothing of images by themselves."""
    if namespace is None and (names := skipped(law)):
        yield text.skipped(names)
    if names := skipped_unlabelled(law, namespace):
        yield text.skipped_unlabelled(names)


def _code(judged: tuple[Judged, ...], fail_on: FailOn) -> int:
    denied = any(not item.allowed for item in judged)
    warned = any(item.warns for item in judged)
    if (fail_on != "never" and denied) or (fail_on == "warn" and warned):
        return FINDINGS
    return INCOMPLETE if any(item.is_incomplete for item in judged) else 0
