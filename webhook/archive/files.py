"""Files of an image on disk, by name, wherever they lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from webhook.errors import FailureKind, FetchError
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


@dataclass(frozen=True, slots=True)
class Folder:
    """Files in a folder."""

    path: Path

    def read(self, name: str, limit: int) -> bytes:
        """See ``Files.read``."""
        path = self.path / name
        try:
            if path.exists() and not path.is_file():
                raise malformed(name, "is not a regular file")
            with path.open("rb") as file:
                data = file.read(limit + 1)
        except FileNotFoundError:
            raise missing(name) from None
        except OSError as error:
            raise unreadable(name, error) from None
        if len(data) > limit:
            raise too_large(name, limit)
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
