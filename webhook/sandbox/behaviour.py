"""What the sandbox registry can be told to do, who it knows, and what it remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class User:
    """Someone the sandbox registry knows."""

    password: str
    identity_token: str = ""
    """Accepted as ``refresh_token``; empty: none is."""
    repositories: tuple[str, ...] = ("*",)
    """Paths that may be pulled; ``*`` is every one."""

    def may_pull(self, repository: str) -> bool:
        """Whether this user may read ``repository``."""
        return "*" in self.repositories or repository in self.repositories


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the registry behaves. The default is an open, honest and prompt one."""

    authentication: Literal["none", "basic", "bearer"] = "none"
    users: Mapping[str, User] = field(default_factory=dict)
    """Name → user, for both ways to authenticate."""
    anonymous: tuple[str, ...] = ()
    """Repositories that a token without a user opens; ``*`` is every one."""
    realm: str | None = None
    """URL told in the challenge; None: the registry's own ``/token``."""
    scope: str | None = None
    """Scope told in the challenge; None: that of the repository asked for."""
    token_seconds: int | None = 300
    """``expires_in`` of tokens; None: not said, which means 60."""
    failures: tuple[int, ...] = ()
    """Statuses of the first answers under ``/v2/``, one each; after them it works."""
    retry_after: str | None = None
    """``Retry-After`` of those failures, as written."""
    latency: float = 0.0
    """Seconds before every answer."""
    ignore_range: bool = False
    """Answer 200 and the whole blob to a ranged request."""
    spoil_range: Literal["", "start", "total", "short", "multipart", "tail"] = ""
    """What is wrong with answers to ranges: ``Content-Range`` tells another start or total, the body
    lacks its last byte, it is multipart for a single range, or all but the first bytes get a 416."""
    truncate: bool = False
    """Announce the whole body, send half of it, hang up."""
    lie: bool = False
    """Serve bytes that are not those of the digest, of the same length."""
    digest_header: str | None = None
    """``Docker-Content-Digest`` told whatever is asked for; empty: none is told."""
    redirect_blobs: str | None = None
    """Origin that blobs are redirected to (307), path and all."""
    redirect_manifests: str | None = None
    """The same for manifests."""
    remaining: str | None = None
    """``ratelimit-remaining`` of answers to manifests, as ``76;w=21600``."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request and how it was answered."""

    method: str
    path: str
    status: int
    authorization: str
    """Scheme of the ``Authorization`` header, lower case; empty when there was none."""
    query: tuple[tuple[str, str], ...]
    """Query parameters; for a POST, those of the form."""
    headers: Mapping[str, str]
