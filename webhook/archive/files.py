"""Files of an image on disk, by name, wherever they lie."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from webhook.errors import FailureKind, FetchError
from webhook.oci import Descriptor
from webhook.policy.text import shown

_SHOWN = 120
"""Characters of a name in a message."""


class Files(Protocol):
    """Reads single files, blocking. Names are relative, with ``/`` between components."""

    def read(self, name: str, limit: int) -> bytes:
        """A whole file of at most ``limit`` bytes.

        Raises ``FetchError``: notFound, tooLarge, malformed (not a regular file, or cut short) or
        unreachable.
        """

    def part(self, name: str, window: range, size: int) -> bytes:
        """What lies in ``window`` of a file of ``size`` bytes.

        Raises ``FetchError``: notFound, malformed, unreachable, or digestMismatch for a file of
        another size.
        """


@dataclass(frozen=True, slots=True)
class Folder:
    """Files in a folder."""

    path: Path

    def read(self, name: str, limit: int) -> bytes:
        """See ``Files.read``."""
        with self._opened(name) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise too_large(name, limit)
        return data

    def part(self, name: str, window: range, size: int) -> bytes:
        """See ``Files.part``."""
        with self._opened(name) as file:
            if file.seek(0, io.SEEK_END) != size:
                raise mismatched(name)
            file.seek(window.start)
            return file.read(len(window))

    @contextmanager
    def _opened(self, name: str) -> Iterator[BinaryIO]:
        path = self.path / name
        try:
            if path.exists() and not path.is_file():
                raise malformed(name, "is not a regular file")
            with path.open("rb") as file:
                yield file
        except FileNotFoundError:
            raise missing(name) from None
        except OSError as error:
            raise unreadable(name, error) from None


def layer_part(files: Files, name: str, descriptor: Descriptor, window: range) -> bytes:
    """What lies in ``window`` of the layer that ``descriptor`` describes, in the file ``name``.

    Checked when that is all of it. Raises ``FetchError`` as ``Files.part`` does.
    """
    data = files.part(name, window, descriptor.size)
    if len(window) == descriptor.size and not descriptor.digest.matches(data):
        raise mismatched(name)
    return data


def missing(name: str) -> FetchError:
    """The error for a file that ought to be there."""
    return FetchError(FailureKind.NOT_FOUND, f"there is no {shown(name, _SHOWN)}")


def too_large(name: str, limit: int) -> FetchError:
    """The error for a file beyond its limit."""
    return FetchError(FailureKind.TOO_LARGE, f"{shown(name, _SHOWN)} is larger than {limit} bytes")


def malformed(name: str, problem: str) -> FetchError:
    """The error for a file that is not what it ought to be."""
    return FetchError(FailureKind.MALFORMED, f"{shown(name, _SHOWN)} {problem}")


def mismatched(name: str) -> FetchError:
    """The error for content that is not what its digest promised."""
    detail = f"the content of {shown(name, _SHOWN)} is something else"
    return FetchError(FailureKind.DIGEST_MISMATCH, detail)


def unreadable(name: str, error: OSError) -> FetchError:
    """The error for a file that the system refuses to read."""
    detail = f"cannot read {shown(name, _SHOWN)}: {error.strerror}"
    return FetchError(FailureKind.UNREACHABLE, detail)
