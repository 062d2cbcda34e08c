"""What a command was told to judge: images by themselves, and the workloads in manifests."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from webhook.archive import is_archive
from webhook.cli.exits import FINDINGS, INCOMPLETE
from webhook.errors import UsageError
from webhook.oci import Reference
from webhook.policy.text import counted
from webhook.services.check import Subject, Subjects, subjects_in
from webhook.services.judged import Judged
from webhook.settings import FailOn, read_text

_STDIN = "stdin"


def subjects(images: Sequence[str], files: Sequence[Path], namespace: str | None) -> Subjects:
    """Everything that was named; a Namespace counts for the workloads of all files.

    ``namespace`` is for workloads that name none. Raises ``UsageError``.
    """
    found = [_manifests(path, namespace) for path in files]
    workloads = (subject for each in found for subject in each.all)
    namespaces = {name: labels for each in found for name, labels in each.namespaces.items()}
    return Subjects((*map(_image, images), *workloads), namespaces)


def in_words(images: Sequence[str], files: Sequence[Path]) -> str:
    """``2 files, 1 image``."""
    counts = ((len(files), "file"), (len(images), "image"))
    return ", ".join(counted(count, noun) for count, noun in counts if count)


def exit_code(judged: Sequence[Judged], fail_on: FailOn) -> int:
    """What the verdicts come to for the shell."""
    denied = any(not item.allowed for item in judged)
    warned = any(item.warns for item in judged)
    if (fail_on != "never" and denied) or (fail_on == "warn" and warned):
        return FINDINGS
    return INCOMPLETE if any(item.is_incomplete for item in judged) else 0


def _image(text: str) -> Subject:
    if not is_archive(text):
        Reference.parse(text)  # what a person typed wrongly is no finding
    return Subject(text, None, text)


def _manifests(path: Path, namespace: str | None) -> Subjects:
    if str(path) == "-":
        return _at(subjects_in(_stdin(), _STDIN, namespace), "")
    return _at(subjects_in(read_text(path), str(path), namespace), _place(path))


def _at(found: Subjects, file: str) -> Subjects:
    """The same in a file that others can find: what came through a pipe stands in none."""
    return replace(found, all=tuple(replace(subject, file=file) for subject in found.all))


def _place(path: Path) -> str:
    """Seen from the folder of this process, as CI systems name files; absolute outside of it."""
    whole, here = path.resolve(), Path.cwd().resolve()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise UsageError("cannot read stdin: not UTF-8 text") from None
