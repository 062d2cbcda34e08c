"""Image references: what people write in ``image:``, and what it canonically means.

The grammar is that of distribution/reference::

    reference  := name [":" tag] ["@" digest]
    name       := [domain "/"] path
    domain     := host [":" port]
    path       := component ("/" component)*
    component  := [a-z0-9]+ (("." | "_" | "__" | "-"+) [a-z0-9]+)*
    tag        := [A-Za-z0-9_] [A-Za-z0-9_.-]{0,127}

with Docker's defaulting: a first component is a domain only when it holds a ``.`` or ``:``, is
``localhost``, or has an upper-case letter; no domain means ``docker.io``; a single component on
``docker.io`` lives under ``library/``. Tag and digest are kept apart, as written: a reference
without a tag has ``tag is None``, which is not the same as having said ``latest``.
"""

import re
from dataclasses import dataclass, field
from typing import Self

from webhook.errors import InvalidDigest, InvalidReference
from webhook.oci.digest import Digest

DOCKER_HUB = "docker.io"
"""Docker Hub, as references name it."""
HUB_ALIAS = "index.docker.io"
"""Docker Hub, as it was once named; read as ``docker.io``."""
_MAX_NAME = 255
_MAX_TEXT = 1024

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_PATH = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*", re.ASCII)
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?", re.ASCII)
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", re.ASCII)
_BARE_DIGEST = re.compile(r"[a-f0-9]{64}", re.ASCII)


@dataclass(frozen=True)
class Reference:
    """An image reference, normalised, with the text it was written as."""

    domain: str
    """Registry host with its port if one was written; ``docker.io`` for Docker Hub."""
    path: str
    """Repository path inside the registry, ``library/nginx`` for ``nginx``."""
    tag: str | None
    """The tag as written; None when none was."""
    digest: Digest | None
    """The digest as written; None when none was. It identifies the image when there is one."""
    written: str
    """The text as the author wrote it."""
    canonical: str = field(init=False)
    """Canonical text: nothing is added but the defaulted domain and ``library/``."""

    def __post_init__(self) -> None:
        tag = f":{self.tag}" if self.tag is not None else ""
        digest = f"@{self.digest}" if self.digest is not None else ""
        object.__setattr__(self, "canonical", f"{self.domain}/{self.path}{tag}{digest}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``text`` with Docker's defaulting. Raises ``InvalidReference``."""
        if not text:
            raise InvalidReference("the image reference is empty")
        if len(text) > _MAX_TEXT:
            raise InvalidReference(f"the image reference is longer than {_MAX_TEXT} characters")
        if _BARE_DIGEST.fullmatch(text):
            raise InvalidReference(_say(text, "64 hexadecimal digits are an id, not a name"))
        rest, at, digest_text = text.partition("@")
        digest = _digest(text, digest_text) if at else None
        name, tag = _split_tag(rest)
        if tag is not None and not _TAG.fullmatch(tag):
            raise InvalidReference(_say(text, f"{tag[:40]!r} is not a tag"))
        domain, path = _split_domain(name)
        _check_name(text, domain, path)
        return cls(domain, path, tag, digest, text)

    @property
    def repository(self) -> str:
        """Canonical repository: ``docker.io/library/nginx``."""
        return f"{self.domain}/{self.path}"

    @property
    def identifier(self) -> str:
        """What a registry is asked for: the digest, else the tag, else ``latest``."""
        return str(self.digest) if self.digest is not None else self.tag or "latest"

    @property
    def effective_tag(self) -> str | None:
        """The tag that decides what is pulled: none beside a digest, ``latest`` when unwritten."""
        return None if self.digest is not None else self.tag or "latest"

    def __str__(self) -> str:
        return self.written

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.canonical == other.canonical

    def __hash__(self) -> int:
        return hash(self.canonical)


def _say(text: str, why: str) -> str:
    return f"not an image reference: {text[:80]!r} ({why})"


def _digest(text: str, digest: str) -> Digest:
    try:
        return Digest.parse(digest)
    except InvalidDigest as error:
        raise InvalidReference(_say(text, str(error))) from None


def _split_tag(text: str) -> tuple[str, str | None]:
    name, colon, tag = text.rpartition(":")
    if not colon or "/" in tag:
        return text, None
    return name, tag


def _split_domain(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    is_domain = bool(slash) and (
        "." in first or ":" in first or first == "localhost" or first != first.lower()
    )
    domain, path = (first, rest) if is_domain else (DOCKER_HUB, name)
    if domain == HUB_ALIAS:
        domain = DOCKER_HUB
    if domain == DOCKER_HUB and "/" not in path:
        path = f"library/{path}"
    return domain, path


def _check_name(text: str, domain: str, path: str) -> None:
    if not _DOMAIN.fullmatch(domain):
        raise InvalidReference(_say(text, f"{domain[:40]!r} is not a registry host"))
    if path != path.lower():
        raise InvalidReference(_say(text, "a repository name is lower case"))
    if not _PATH.fullmatch(path):
        raise InvalidReference(_say(text, f"{path[:40]!r} is not a repository name"))
    if len(path) > _MAX_NAME:
        raise InvalidReference(_say(text, f"the repository is longer than {_MAX_NAME}"))
