"""History: every builder's dialect read into one kind of instruction.

The OCI ``history`` is free text. What builders write there, and what is undone here:

============  =====================================================================================
classic       ``/bin/sh -c #(nop)  CMD ["a"]``, ``/bin/sh -c pip …``, ``|1 FOO=1 /bin/sh -c pip …``
BuildKit      ``RUN |1 A=b /bin/sh -c … # buildkit``, ``COPY a b # buildkit``, ``ENV A=b``
buildah       classic with one space; comment ``FROM <ref>``; flags after the shell; ``|unsetLabel=…``
kaniko        the Dockerfile's line as it stands, flags included; author ``kaniko``
other tools   one line that names the tool (:class:`Builder`) and no Dockerfile instruction
============  =====================================================================================

``SHELL`` changes what stands in front of a ``RUN``: the shells an image names are looked for too.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from webhook.oci import History
from webhook.profile.command import programs
from webhook.profile.shell import Command, split

MAX_SCRIPT = 256 * 1024
"""Characters of all ``RUN`` scripts together that are taken apart; real images stay far below."""


class Builder(StrEnum):
    """Who wrote an entry, as far as the entry tells."""

    CLASSIC = "classic"
    BUILDKIT = "buildkit"
    BUILDAH = "buildah"
    KANIKO = "kaniko"
    DEBUERREOTYPE = "debuerreotype"
    BUILDPACKS = "buildpacks"
    BAZEL = "bazel"
    NIX = "nix"
    APKO = "apko"
    KO = "ko"
    JIB = "jib"
    UMOCI = "umoci"
    KIWI = "kiwi"
    IMPORT = "import"
    WINDOWS = "windows"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step of the build, whoever wrote it down."""

    verb: str
    """A Dockerfile instruction in capitals; empty for a step of another kind of builder."""
    text: str
    """What follows the verb, without shell, build arguments and the builder's decoration."""
    raw: str
    """``created_by`` as written."""
    comment: str
    """``comment`` as written."""
    empty: bool
    """Whether it made no layer."""
    builder: Builder
    flags: tuple[str, ...] = ()
    """``--mount=…``, ``--from=…``: what the builder kept of them, which is not always all."""
    build_args: str = ""
    """Build arguments as recorded before a ``RUN``: ``A=b C=d``. They may hold secrets."""
    programs: tuple[Command, ...] = ()
    """The programs that a ``RUN`` starts, in order, wrappers before what they run."""


def read_history(entries: Iterable[History]) -> tuple[Instruction, ...]:
    """Every entry as an instruction, oldest first; as many as there are entries."""
    shells = ["/bin/sh -c"]
    steps: list[Instruction] = []
    budget = MAX_SCRIPT
    for entry in entries:
        step = _read(entry, shells)
        budget -= len(step.text) if step.verb == "RUN" else 0
        if step.verb == "RUN" and budget >= 0:
            step = replace(step, programs=_programs(step))
        steps.append(step)
        if step.verb == "SHELL" and len(shells) < _MAX_SHELLS:
            shells.append(" ".join(words_of(step.text)))
    return tuple(steps)


def words_of(text: str) -> tuple[str, ...]:
    """The words of ``["a", "b"]``, Go's ``["a" "b"]`` and ``[a b]``, or plain ``a b``.

    For recognising a step only: what is in force stands in the image config.
    """
    return tuple(_QUOTED.findall(text)) if '"' in text else tuple(text.strip("[] ").split())


_MAX_SHELLS = 16
_MAX_SHELL = 512
"""Characters within which a shell and ``#(nop)`` are looked for."""
_MAX_PROGRAMS = 2000
"""Programs of one ``RUN``; real ones start some dozens."""
_VERB = re.compile(
    r"(ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL"
    r"|STOPSIGNAL|USER|VOLUME|WORKDIR)(?:\s+|$)"
)
_NOP = re.compile(r"#\(nop\)\s*")
_BUILDKIT_END = re.compile(r"\s*# buildkit\s*\Z")
_BUILDAH_END = re.compile(
    r"\|(?:unsetLabel|inheritLabels|unsetAnnotation|inheritAnnotations|force-mtime|clamp-mtime)=\S*"
)
_FLAG = re.compile(r"--[a-z][a-z-]*(?:=\S+)?\s+")
_BUILD_ARGS = re.compile(r"\|\d+\s")
_ARGUMENT = re.compile(r"(?<!\S)([A-Za-z_]\w*)=((?:python)?[23](?:\.\d{1,2}){0,2})(?!\S)")
"""A build argument that is a version of Python; others may be secrets, and are never filled in."""
_SHELL = re.compile(
    r"(?:/\S*/)?(?:ba|da|a|z|k)?sh(?:\s+-[A-Za-z]+(?:\s+[a-z]+)?)*?\s+-[a-z]*c(?=\s)"
    r"|(?i:(?:\S*[/\\])?(?:cmd(?:\.exe)?\s+/s\s+/c|powershell(?:\.exe)?\s+-command))(?=\s)"
)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
_MARKS = (
    ("# debian.sh ", Builder.DEBUERREOTYPE),
    ("Layer: '", Builder.BUILDPACKS),
    ("Application Layer", Builder.BUILDPACKS),
    ("Application Slice", Builder.BUILDPACKS),
    ("Software Bill-of-Materials", Builder.BUILDPACKS),
    ("Buildpacks ", Builder.BUILDPACKS),
    ("bazel build", Builder.BAZEL),
    ("apko", Builder.APKO),
    ("ko build ", Builder.KO),
    ("ko publish ", Builder.KO),
    ("jib-", Builder.JIB),
    ("umoci ", Builder.UMOCI),
    ("KIWI ", Builder.KIWI),
    ("Apply image ", Builder.WINDOWS),
    ("Install update ", Builder.WINDOWS),
    ("BusyBox ", Builder.UNKNOWN),
)
"""Beginnings of a ``created_by`` that is no Dockerfile instruction."""
_COMMENTS = (
    ("buildkit.", Builder.BUILDKIT),
    ("FROM ", Builder.BUILDAH),
    ("debuerreotype", Builder.DEBUERREOTYPE),
    ("store paths:", Builder.NIX),
    ("Imported from", Builder.IMPORT),
)
"""Beginnings of a ``comment``."""


def _read(entry: History, shells: list[str]) -> Instruction:
    raw = entry.created_by or ""
    comment = entry.comment or ""
    text = _BUILDAH_END.sub("", raw).strip()
    builder = _builder(text, comment, entry.author or "")
    empty = bool(entry.empty_layer)
    if not text or text.startswith(tuple(mark for mark, _ in _MARKS)):
        return Instruction("", text, raw, comment, empty, builder)
    text = _BUILDKIT_END.sub("", text)
    nop = _NOP.search(text, 0, _MAX_SHELL)
    if nop is not None:
        verb, rest = _verb(text[nop.end() :])
        return _instruction(verb, rest, raw, comment, empty, builder)
    verb, rest = _verb(text)
    if verb not in ("", "RUN"):
        return _instruction(verb, rest, raw, comment, empty, builder)
    flags, rest = _flags(rest)
    build_args, rest = _without_shell(rest, shells)
    later_flags, script = _flags(rest)
    flags += later_flags
    return Instruction("RUN", script, raw, comment, empty, builder, flags, build_args)


def _instruction(
    verb: str, rest: str, raw: str, comment: str, empty: bool, builder: Builder
) -> Instruction:
    flags, text = _flags(rest) if verb in ("COPY", "ADD") else ((), rest)
    return Instruction(verb, text.strip(), raw, comment, empty, builder, flags)


def _verb(text: str) -> tuple[str, str]:
    match = _VERB.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


def _flags(text: str) -> tuple[tuple[str, ...], str]:
    flags: list[str] = []
    position = 0
    while match := _FLAG.match(text, position):
        flags.append(match[0].strip())
        position = match.end()
    return tuple(flags), text[position:]


def _without_shell(text: str, shells: list[str]) -> tuple[str, str]:
    """Build arguments, and the script that was given to the shell."""
    prefix = _BUILD_ARGS.match(text)
    if prefix is None:
        return "", text[_shell_end(text, shells) :].lstrip()
    rest = text[prefix.end() :]
    start, end = _shell_within(rest, shells)
    return rest[:start].strip(), rest[end:].lstrip()


def _shell_end(text: str, shells: list[str]) -> int:
    for shell in reversed(shells):
        if text.startswith(f"{shell} "):
            return len(shell)
    match = _SHELL.match(text, 0, _MAX_SHELL)
    return match.end() if match else 0


def _shell_within(text: str, shells: list[str]) -> tuple[int, int]:
    """Where the shell stands behind build arguments, whose values may hold blanks."""
    found = [(text.find(f" {shell} "), shell) for shell in shells]
    known = [(at, at + 1 + len(shell)) for at, shell in found if at >= 0]
    if text.startswith(f"{shells[0]} "):
        known.append((0, len(shells[0])))
    return min(known, default=(0, 0))


def _programs(step: Instruction) -> tuple[Command, ...]:
    arguments = dict(_ARGUMENT.findall(step.build_args))
    found = (program for command in split(step.text, arguments) for program in programs(command))
    return tuple(islice(found, _MAX_PROGRAMS))


def _builder(text: str, comment: str, author: str) -> Builder:
    for mark, builder in _COMMENTS:
        if comment.startswith(mark):
            return builder
    for mark, builder in _MARKS:
        if text.startswith(mark):
            return builder
    if author == "kaniko":
        return Builder.KANIKO
    is_classic = text.startswith(("/bin/sh -c", "|")) or "#(nop)" in text[:_MAX_SHELL]
    return Builder.CLASSIC if is_classic else Builder.UNKNOWN
