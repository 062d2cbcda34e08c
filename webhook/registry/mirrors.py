"""Where a repository can be read: its mirrors in order, and last the registry itself."""

from dataclasses import dataclass
from functools import lru_cache

from yarl import URL

from webhook.errors import FailureKind, FetchError, InvalidReference, UsageError
from webhook.oci import Reference
from webhook.registry.hosts import Hosts
from webhook.registry.options import Mirror

_MEMO = 4096


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One repository on one host."""

    domain: str
    """The registry as references name it: ``docker.io``, whatever host that lives on."""
    path: str
    origin: str
    """``scheme://host[:port]`` to talk to."""

    @property
    def repository(self) -> str:
        """``domain/path``: what credentials are looked up by."""
        return f"{self.domain}/{self.path}"

    @property
    def host(self) -> str:
        """``host[:port]`` that is talked to."""
        return self.origin.partition("://")[2]

    def url(self, kind: str, identifier: str) -> URL:
        """Where a manifest or blob is; ``kind`` is ``manifests`` or ``blobs``.

        Raises ``FetchError``: refused, for a host that the grammar allows but that cannot be.
        """
        try:
            # The grammars of paths, tags and digests leave nothing to encode.
            url = URL(f"{self.origin}/v2/{self.path}/{kind}/{identifier}", encoded=True)
            can_be = bool(url.raw_host and url.port)
        except ValueError:
            can_be = False
        if not can_be:
            raise FetchError(FailureKind.REFUSED, f"{self.host[:80]}: not a host to connect to")
        return url


class Mirrors:
    """Maps repositories to endpoints. Raises ``UsageError`` for what is no place of images."""

    def __init__(self, mirrors: tuple[Mirror, ...], hosts: Hosts) -> None:
        for mirror in mirrors:
            _check_place(mirror.source)
            _check_place(mirror.target)
        self._mirrors = mirrors
        self._hosts = hosts
        self._memo = lru_cache(_MEMO)(self._endpoints)

    def endpoints(self, reference: Reference) -> tuple[Endpoint, ...]:
        """Where to ask for ``reference``, in order; never empty."""
        return self._memo(reference.domain, reference.path)

    def _endpoints(self, domain: str, path: str) -> tuple[Endpoint, ...]:
        repository = f"{domain}/{path}"
        targets = [
            mirror.target + repository.removeprefix(mirror.source)
            for mirror in self._mirrors
            if f"{repository}/".startswith(f"{mirror.source}/")
        ]
        return tuple(map(self._endpoint, [*targets, repository]))

    def _endpoint(self, repository: str) -> Endpoint:
        domain, _, path = repository.partition("/")
        return Endpoint(domain, path, self._hosts.origin(domain))


def _check_place(place: str) -> None:
    """Refuse what no repository begins with: a mirror that is never asked would not be noticed."""
    inside = f"{place}/x/y"
    try:
        is_place = Reference.parse(inside).repository == inside
    except InvalidReference:
        is_place = False
    if not is_place:
        raise UsageError(f"not a place of images: {place[:80]!r} (write host or host/path)")
