"""What is kept of what registries said: content, tags, failures. All in memory, bounded in bytes.

Content is shared by digest, but a credential scope is given only what it was itself given before:
one tenant's access never becomes another's.
"""

import zlib
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from webhook.errors import FailureKind, FetchError
from webhook.oci import Digest
from webhook.registry.lru import Lru
from webhook.registry.options import CacheOptions

_ENTRY = 1024
"""Bytes that keeping something takes beside its content, roughly."""
_SCOPE = 128
"""Bytes for each scope that may read a content."""
_SHARE = 16
"""Tags and failures each get one part in so many of the whole."""
_SMALL = 8 * 1024
"""Bytes up to which a small window sees everything."""
_LONGEST = 3600.0
"""Seconds that a failure is kept whatever the registry asks for: dates can be wrong."""
_LASTING = frozenset(
    {
        FailureKind.NOT_FOUND,
        FailureKind.UNAUTHORIZED,
        FailureKind.UNSUPPORTED,
        FailureKind.MALFORMED,
        FailureKind.TOO_LARGE,
    }
)
"""Failures that the same question meets again a moment later."""


@dataclass(frozen=True, slots=True)
class Content:
    """A document or config as it came, verified."""

    raw: bytes
    media_type: str | None
    """``Content-Type`` it came with."""


@dataclass(frozen=True, slots=True)
class _Kept:
    packed: bytes
    media_type: str | None
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tagged:
    """What a tag named when its registry last said so."""

    digest: Digest
    checked: float
    """On the monotonic clock."""


@dataclass(frozen=True, slots=True)
class _Failed:
    error: FetchError
    until: float


class Cache:
    """Contents by digest and scope; tags and failures by what was asked and scope."""

    def __init__(self, options: CacheOptions, clock: Callable[[], float]) -> None:
        share = options.size // _SHARE
        self._options = options
        self._clock = clock
        self._contents: Lru[Digest, _Kept] = Lru(options.size - 2 * share)
        self._tags: Lru[tuple[str, str, str], Tagged] = Lru(share)
        self._failures: Lru[Hashable, _Failed] = Lru(share)

    @property
    def weight(self) -> int:
        """Bytes of everything that is kept."""
        return self._contents.weight + self._tags.weight + self._failures.weight

    def has(self, scope: str, digest: Digest) -> bool:
        """Whether ``scope`` was given this content before, and it is still here."""
        kept = self._contents.get(digest)
        return kept is not None and scope in kept.scopes

    def content(self, scope: str, digest: Digest) -> Content | None:
        """The content of ``digest``, if ``scope`` was given it before."""
        kept = self._contents.get(digest)
        if kept is None or scope not in kept.scopes:
            return None
        return Content(zlib.decompress(kept.packed, -zlib.MAX_WBITS), kept.media_type)

    def keep(self, scope: str, digest: Digest, content: Content) -> None:
        """Keep what ``scope`` was given.

        It must have been verified and parsed: what one carrier says of the media type would spoil
        the content for everyone else if it were wrong.
        """
        kept = self._contents.get(digest)
        scopes = frozenset({scope}) if kept is None else kept.scopes | {scope}
        packed = _packed(content.raw) if kept is None else kept.packed
        weight = _ENTRY + len(packed) + _SCOPE * len(scopes)
        self._contents.put(digest, _Kept(packed, content.media_type, scopes), weight)

    def tag(self, scope: str, repository: str, tag: str) -> Tagged | None:
        """What the tag named, as long as its content is here too; ask ``is_fresh`` of it."""
        tagged = self._tags.get((scope, repository, tag))
        return tagged if tagged is not None and self.has(scope, tagged.digest) else None

    def keep_tag(self, scope: str, repository: str, tag: str, digest: Digest) -> None:
        """Keep what the tag names now."""
        tagged = Tagged(digest, self._clock())
        self._tags.put((scope, repository, tag), tagged, _ENTRY + len(repository) + len(tag))

    def is_fresh(self, tagged: Tagged) -> bool:
        """Whether the tag may be taken for what it was without asking."""
        return self._clock() - tagged.checked < self._options.tag

    def may_serve(self, tagged: Tagged) -> bool:
        """Whether the tag may be taken for what it was while its registry cannot be asked."""
        return self._clock() - tagged.checked < self._options.stale

    def failure(self, question: Hashable) -> FetchError | None:
        """The failure that ``question`` met, while it is taken to last."""
        failed = self._failures.get(question)
        return failed.error if failed is not None and self._clock() < failed.until else None

    def keep_failure(self, question: Hashable, error: FetchError, *, has_stale: bool) -> None:
        """Keep a failure, if it is of a kind that lasts.

        A registry that cannot be asked is left alone for a moment only where ``has_stale``: who has
        nothing to go by may ask again at once.
        """
        options = self._options
        if error.kind in _LASTING:
            seconds = options.negative
        elif error.kind is FailureKind.RATE_LIMITED:
            asked = error.retry_after
            seconds = options.rate_limited if asked is None else min(asked, _LONGEST)
        elif error.temporary and has_stale:
            seconds = options.stale_hold
        else:
            return
        self._failures.put(question, _Failed(error, self._clock() + seconds), _ENTRY)


def _packed(raw: bytes) -> bytes:
    # Clearing a window of the usual size takes four times as long as packing what fits this one.
    window = 13 if len(raw) <= _SMALL else zlib.MAX_WBITS
    packer = zlib.compressobj(1, zlib.DEFLATED, -window, window - 7)
    return packer.compress(raw) + packer.flush()
