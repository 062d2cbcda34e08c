"""Dockerfile instructions as values: what each one changes, and what it was written as.

Those that change the file system carry the files that running them would have left behind.
"""

from dataclasses import dataclass

from webhook.sandbox.layers import Entry

SHELL = ("/bin/sh", "-c")
"""What the shell form is run with."""


@dataclass(frozen=True, slots=True)
class Run:
    """``RUN command``, in shell form."""

    command: str
    files: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """``COPY [--from=…] [--chown=…] source target``; no builder here records ``--from``."""

    source: str
    target: str
    files: tuple[Entry, ...]
    owner: str = ""
    """The value of ``--chown``."""


@dataclass(frozen=True, slots=True)
class Add:
    """``ADD source /`` of a root file system."""

    source: str
    files: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Workdir:
    """``WORKDIR path``, absolute."""

    path: str


@dataclass(frozen=True, slots=True)
class Env:
    """``ENV name=value …``, with every value already expanded."""

    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Label:
    """``LABEL name=value``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class User:
    """``USER name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Expose:
    """``EXPOSE port``, TCP."""

    port: int


@dataclass(frozen=True, slots=True)
class Healthcheck:
    """``HEALTHCHECK --interval=30s CMD command``."""

    command: str


@dataclass(frozen=True, slots=True)
class StopSignal:
    """``STOPSIGNAL name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Entrypoint:
    """``ENTRYPOINT ["…"]``, in exec form."""

    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cmd:
    """``CMD ["…"]`` in exec form, or ``CMD …`` in shell form when it is a text."""

    command: tuple[str, ...] | str

    @property
    def argv(self) -> tuple[str, ...]:
        """What the image config says."""
        return (*SHELL, self.command) if isinstance(self.command, str) else self.command


Metadata = Env | Label | User | Expose | Healthcheck | StopSignal | Entrypoint | Cmd
"""What changes the image config only."""

Instruction = Run | Copy | Add | Workdir | Metadata


def env(**values: str) -> Env:
    """``ENV`` of the names and values given."""
    return Env(tuple(values.items()))
