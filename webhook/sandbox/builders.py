"""Builders: how BuildKit, the classic builder and buildah write history.

Every builder has a dialect of its own for ``created_by``, and readers of images must know them all.
Sources: moby/buildkit dockerfile2llb, moby/moby builder/dockerfile, containers/buildah
imagebuildah; none of them records ``COPY --from``.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from webhook.sandbox.dockerfile import (
    Add,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Instruction,
    Label,
    Metadata,
    Run,
    StopSignal,
    User,
    Workdir,
)
from webhook.sandbox.layers import tarball

_NOP = "/bin/sh -c #(nop) "


class Builder(Protocol):
    """Writes history in one dialect."""

    @property
    def created(self) -> str:
        """When everything it builds was built, RFC 3339."""

    def created_by(self, instruction: Instruction) -> str:
        """The line of history for ``instruction``."""

    def comment(self, position: int) -> str:
        """The comment on the instruction at ``position``, from 0; may be empty."""

    def makes_layer(self, instruction: Instruction) -> bool:
        """Whether ``instruction`` gets a layer of its own."""


@dataclass(frozen=True, slots=True)
class BuildKit:
    """``docker buildx build``, and ``docker build`` since Docker 23."""

    created: str

    def created_by(self, instruction: Instruction) -> str:
        """See ``Builder.created_by``."""
        match instruction:
            case Run(command=command):
                return f"RUN /bin/sh -c {command} # buildkit"
            case Copy(source=source, target=target, owner=owner):
                flag = f"--chown={owner} " if owner else ""
                return f"COPY {flag}{source} {target} # buildkit"
            case Add(source=source):
                return f"ADD {source} / # buildkit"
            case Expose(port=port):
                return f"EXPOSE map[{port}/tcp:{{}}]"
            case _:
                return _metadata(instruction)

    def comment(self, position: int) -> str:
        """See ``Builder.comment``."""
        return "buildkit.dockerfile.v0"

    def makes_layer(self, instruction: Instruction) -> bool:
        """See ``Builder.makes_layer``. The folder of a ``WORKDIR`` is one."""
        return isinstance(instruction, Run | Copy | Add | Workdir)


@dataclass(frozen=True, slots=True)
class Classic:
    """``docker build`` before Docker 23, and ``DOCKER_BUILDKIT=0`` since."""

    created: str

    def created_by(self, instruction: Instruction) -> str:
        """See ``Builder.created_by``. Two spaces, but one before COPY, ADD and WORKDIR."""
        match instruction:
            case Run(command=command):
                return f"/bin/sh -c {command}"
            case Copy(target=target, owner=owner):
                # The flag and the hash run into each other.
                flag = f"--chown={owner}" if owner else ""
                return f"{_NOP}COPY {flag}{_content(instruction)} in {target} "
            case Add():
                return f"{_NOP}ADD {_content(instruction)} in / "
            case Workdir():
                return _NOP + _metadata(instruction)
            case _:
                return f"{_NOP} {_metadata(instruction)}"

    def comment(self, position: int) -> str:
        """See ``Builder.comment``. There are none."""
        return ""

    def makes_layer(self, instruction: Instruction) -> bool:
        """See ``Builder.makes_layer``."""
        return isinstance(instruction, Run | Copy | Add | Workdir)


@dataclass(frozen=True, slots=True)
class Buildah:
    """``podman build`` and ``buildah build --layers``."""

    created: str
    base: str
    """The reference in ``FROM``, with its registry."""

    def created_by(self, instruction: Instruction) -> str:
        """See ``Builder.created_by``. Metadata stands as in the Dockerfile."""
        match instruction:
            case Run(command=command):
                return f"/bin/sh -c {command}"
            case Copy(target=target):
                return f"{_NOP}COPY {_content(instruction)} in {target} "
            case Add():
                return f"{_NOP}ADD {_content(instruction)} in / "
            case Entrypoint(argv=argv):
                return f"{_NOP}ENTRYPOINT {json.dumps(argv)}"
            case Cmd(command=command):
                return f"{_NOP}CMD {command if isinstance(command, str) else json.dumps(command)}"
            case _:
                return _NOP + _metadata(instruction)

    def comment(self, position: int) -> str:
        """See ``Builder.comment``. The first names the base, the others intermediate images."""
        if position == 0:
            return f"FROM {self.base}"
        return f"FROM {hashlib.sha256(f'{self.base} {position}'.encode()).hexdigest()[:12]}"

    def makes_layer(self, instruction: Instruction) -> bool:
        """See ``Builder.makes_layer``. A ``WORKDIR`` is metadata only."""
        return isinstance(instruction, Run | Copy | Add)


def _metadata(instruction: Metadata | Workdir) -> str:
    """The spelling that BuildKit and the classic builder share."""
    match instruction:
        case Env(values=values):
            return " ".join(["ENV", *(f"{name}={value}" for name, value in values)])
        case Label(name=name, value=value):
            return f"LABEL {name}={value}"
        case Workdir(path=path):
            return f"WORKDIR {path}"
        case User(name=name):
            return f"USER {name}"
        case Expose(port=port):
            return f"EXPOSE {port}/tcp"
        case Healthcheck(command=command):
            test = _go_strings(("CMD-SHELL", command))
            return f"""HEALTHCHECK &{{{test} "30s" "0s" "0s" "0s" '\\x00'}}"""
        case StopSignal(name=name):
            return f"STOPSIGNAL {name}"
        case Entrypoint(argv=argv):
            return f"ENTRYPOINT {_go_strings(argv)}"
        case Cmd():
            return f"CMD {_go_strings(instruction.argv)}"


def _go_strings(texts: Sequence[str]) -> str:
    """A Go slice of strings under ``%q``: quoted, without commas."""
    return "[" + " ".join(json.dumps(text, ensure_ascii=False) for text in texts) + "]"


def _content(instruction: Copy | Add) -> str:
    """What was copied: ``file:`` or ``dir:`` and a hash of it."""
    kind = "file" if len(instruction.files) == 1 else "dir"
    return f"{kind}:{hashlib.sha256(tarball(instruction.files)).hexdigest()}"
