"""Files of an image on disk, by name, wherever they lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from webhook.errors import FailureKind, FetchError


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
                raise FetchError(FailureKind.MALFORMED, f"{name} is not a regular file")
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
    return FetchError(FailureKind.NOT_FOUND, f"there is no {name[:120]}")


def too_large(name: str, limit: int) -> FetchError:
    """The error for a file beyond its limit."""
    return FetchError(FailureKind.TOO_LARGE, f"{name[:120]} is larger than {limit} bytes")


def unreadable(name: str, error: OSError) -> FetchError:
    """The error for a file that the system refuses to read."""
    return FetchError(FailureKind.UNREACHABLE, f"cannot read {name[:120]}: {error.strerror}")
