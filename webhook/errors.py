"""The error tree: every error that slimgate raises on purpose.

::

    SlimgateError
    ├── UsageError                 what a person typed or wrote cannot be used (exit code 2)
    │   ├── InvalidReference       an image reference that no registry could be asked for
    │   ├── InvalidDigest          not ``algorithm:hex`` of an algorithm we can verify
    │   ├── InvalidQuantity        not a Kubernetes quantity
    │   └── InvalidFile            a policy, cases or manifest file, with every problem found in it
    ├── InvalidReview              an admission review that cannot be answered (HTTP 400 or 413)
    ├── FetchError                 an image that could not be read; becomes ``Unavailable``
    └── ClusterError               what the Kubernetes API was asked and did not do

Errors are data: they say what happened, never how to show it, and carry no secrets (no tokens, no
query strings, no response bodies). Errors of libraries are translated where the library is called.
"""

from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """Why an image could not be read: the keys of a policy's ``failureActions``."""

    NOT_FOUND = "notFound"
    UNAUTHORIZED = "unauthorized"
    RATE_LIMITED = "rateLimited"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    UNSUPPORTED = "unsupported"
    MALFORMED = "malformed"
    DIGEST_MISMATCH = "digestMismatch"
    TOO_LARGE = "tooLarge"
    REFUSED = "refused"


TEMPORARY = frozenset({FailureKind.RATE_LIMITED, FailureKind.TIMEOUT, FailureKind.UNREACHABLE})
"""Failures that the same request may not meet a moment later."""


class SlimgateError(Exception):
    """The root of the tree."""


class UsageError(SlimgateError, ValueError):
    """What a person typed or wrote cannot be used. A ``ValueError``, so that pydantic reports it."""


class InvalidReference(UsageError):
    """An image reference outside the grammar of distribution/reference."""


class InvalidDigest(UsageError):
    """A digest that is not ``sha256:<64 hex>`` or ``sha512:<128 hex>``."""


class InvalidQuantity(UsageError):
    """A text that Kubernetes' ``resource.ParseQuantity`` refuses."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file, where an editor can jump to it."""

    file: str
    """Path or name as the person gave it."""
    line: int
    """From 1; 0 when the problem is the file as a whole."""
    column: int
    """From 1; 0 when the problem is the file as a whole."""
    message: str
    """What is wrong and, where there is one, the nearest right word."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where}: {self.message}"


class InvalidFile(UsageError):
    """A file that people write, with all its problems at once."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class InvalidReview(SlimgateError):
    """An admission review that cannot be answered; ``status`` is the HTTP status to say so with."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class FetchError(SlimgateError):
    """An image, or a part of it, that could not be read from where it lives.

    ``detail`` is one line of printable text without secrets; ``retry_after`` is in seconds, where
    the registry said one.
    """

    def __init__(self, kind: FailureKind, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after

    @property
    def temporary(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.kind in TEMPORARY


class ClusterFailure(StrEnum):
    """Why the Kubernetes API did not do what it was asked."""

    CONFIGURATION = "configuration"
    """No cluster is known: neither a usable kubeconfig nor a Pod's service account."""
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "notFound"
    CONFLICT = "conflict"
    """Somebody else wrote first, or the object exists already."""
    EXPIRED = "expired"
    """The resource version or continue token is older than what the API server remembers."""
    REFUSED = "refused"
    """Not a request that the API server accepts."""
    UNREACHABLE = "unreachable"
    """No answer, or one that says to come back later."""
    MALFORMED = "malformed"
    TOO_LARGE = "tooLarge"


class ClusterError(SlimgateError):
    """What the Kubernetes API was asked and did not do.

    ``detail`` is one line of printable text without secrets; ``retry_after`` is in seconds, where
    the API server said one.
    """

    def __init__(self, kind: ClusterFailure, detail: str, retry_after: float | None = None) -> None:
        super().__init__(f"{kind.value}: {detail}")
        self.kind = kind
        self.detail = detail
        self.retry_after = retry_after

    @property
    def temporary(self) -> bool:
        """Whether the same request may succeed a moment later."""
        return self.kind is ClusterFailure.UNREACHABLE
