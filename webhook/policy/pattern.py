"""Patterns over image references and namespaces.

An image pattern is a repository glob, then optionally ``:`` and a tag glob, then optionally ``@``
and a digest glob, over the canonical reference: ``nginx`` is ``docker.io/library/nginx``. ``*``
stays within a path segment, ``**`` crosses them. Without a tag part any tag or digest matches;
``:*`` needs a tag, for which the implied ``latest`` counts.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from webhook.errors import UsageError
from webhook.oci import Reference
from webhook.oci.reference import DOCKER_HUB, HUB_ALIAS

_MAX_PATTERN = 512
_ALLOWED = re.compile(r"(?:\[[0-9A-Fa-f:]+\])?[A-Za-z0-9._:/@*?-]+", re.ASCII)
"""Characters of a pattern; brackets only around an IPv6 address."""
_STARS = re.compile(r"(\*\*|\*)")
_REGEX = {"**": ".", "*": "[^/]"}


def _compile(glob: str) -> re.Pattern[str]:
    """A glob as a regular expression; everything but the wildcards is literal.

    Names are chosen by strangers, so a star does not give back what it took (an atomic group)
    wherever the first place that fits is as good as any: always, but for a ``**`` before a ``*``.
    """
    first, *rest = _STARS.split(glob)
    stars, texts = rest[::2], rest[1::2]
    parts = [_literal(first)]
    for star, text, following in zip(stars, texts, [*stars[1:], None], strict=False):
        if following is None:
            parts.append(f"{_REGEX[star]}*{_literal(text)}")
        elif (star, following) == ("**", "*"):
            parts.append(f"{_REGEX[star]}*?{_literal(text)}")
        else:
            parts.append(f"(?>{_REGEX[star]}*?{_literal(text)})")
    return re.compile("".join(parts), re.ASCII)


def _literal(text: str) -> str:
    return "[^/]".join(map(re.escape, text.split("?")))


@dataclass(frozen=True)
class ImagePattern:
    """A compiled image pattern."""

    written: str
    repository: str
    """Glob over the canonical repository."""
    tag: str | None
    digest: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern. Raises ``UsageError``."""
        if not text or len(text) > _MAX_PATTERN or not _ALLOWED.fullmatch(text):
            raise UsageError(f"not an image pattern: {text[:60]!r}")
        if "***" in text:
            raise UsageError(f"not an image pattern: {text[:60]!r} (wildcards are *, ** and ?)")
        rest, at, digest = text.partition("@")
        name, colon, tag = rest.rpartition(":")
        if not colon or "/" in tag:
            name, colon, tag = rest, "", ""
        if not name or (colon and not tag) or (at and not digest):
            raise UsageError(f"not an image pattern: {text[:60]!r} (a part of it is empty)")
        repository = _canonical(name)
        path = repository.partition("/")[2]
        if path != path.lower():
            raise UsageError(f"not an image pattern: {text[:60]!r} (repositories are lower case)")
        return cls(text, repository, tag if colon else None, digest if at else None)

    @cached_property
    def _regexes(self) -> tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None]:
        tag = _compile(self.tag) if self.tag is not None else None
        digest = _compile(self.digest) if self.digest is not None else None
        return _compile(self.repository), tag, digest

    def matches(self, reference: Reference) -> bool:
        """Whether ``reference`` is meant."""
        repository, tag, digest = self._regexes
        if not repository.fullmatch(reference.repository):
            return False
        if tag is not None:
            written = reference.tag or reference.effective_tag
            if written is None or not tag.fullmatch(written):
                return False
        if digest is None:
            return True
        return reference.digest is not None and bool(digest.fullmatch(str(reference.digest)))


def _canonical(name: str) -> str:
    """The repository glob with Docker Hub's defaults, where no registry was written.

    A first segment is a registry when it would be one in a reference, or when it is all wildcard.
    """
    first, slash, path = name.partition("/")
    if first.startswith("**"):
        return name
    is_host = "." in first or ":" in first or first != first.lower()
    if slash and (is_host or first in {"localhost", "*"}):
        if first not in {DOCKER_HUB, HUB_ALIAS}:
            return name
        name = path
    under = "" if "/" in name or name.startswith("**") else "library/"
    return f"{DOCKER_HUB}/{under}{name}"


@dataclass(frozen=True)
class NamespacePattern:
    """A glob over namespace names."""

    written: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a pattern. Raises ``UsageError``."""
        if not re.fullmatch(r"[a-z0-9*?-]{1,63}", text, re.ASCII):
            raise UsageError(f"not a namespace pattern: {text[:60]!r}")
        return cls(text)

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return _compile(self.written)

    def matches(self, namespace: str) -> bool:
        """Whether ``namespace`` is meant."""
        return bool(self._regex.fullmatch(namespace))
