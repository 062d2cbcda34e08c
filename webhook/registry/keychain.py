"""Keychains: which credentials may be used for which repository.

Matching is that of Kubernetes (pkg/credentialprovider, keyring.go): a location is a host, whose
labels may be globs, a port that must be equal, and a path that must be a prefix. ``https://``,
``/v1/`` and ``/v2/`` say nothing. All that match are used, the most specific first.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from webhook.oci.reference import DOCKER_HUB
from webhook.registry.credhelper import CredentialHelpers, program
from webhook.registry.dockerconfig import DockerConfig
from webhook.services.ports import Credential, Keychain

ANONYMOUS = "anonymous"
"""The scope of whoever has no credential: shared by everyone."""

_HUB_ALIASES = frozenset({DOCKER_HUB, "index.docker.io", "registry-1.docker.io"})
_HUB_SERVER = "https://index.docker.io/v1/"
"""What Docker Hub is called when a helper is asked about it."""
_MEMO = 1024
"""Repositories of which a keychain remembers the scope."""


@dataclass(frozen=True, slots=True, order=True)
class _Location:
    """Where a credential is good. Greater is more specific, and globs are less than letters."""

    host: str
    """With its port, if one was written; labels may be globs."""
    path: str
    """Empty, or with its leading slash."""

    @classmethod
    def parse(cls, written: str) -> "_Location":
        text = written.partition("://")[2] or written
        host, slash, path = text.partition("/")
        path = slash + path
        if path in ("/v1", "/v2") or path.startswith(("/v1/", "/v2/")):
            path = path[3:]
        return cls(_canonical(host), path if path != "/" else "")

    def matches(self, host: str, path: str) -> bool:
        if not path.startswith(self.path):
            return False
        if self.host == host:
            return True
        name, _, port = self.host.partition(":")
        other_name, _, other_port = host.partition(":")
        labels, other_labels = name.split("."), other_name.split(".")
        return (
            port == other_port
            and len(labels) == len(other_labels)
            and all(map(fnmatchcase, other_labels, labels))
        )


class DockerKeychain:
    """The credentials of Docker configurations, as one.

    ``key`` is random bytes, the same for all keychains of a process: it keeps secrets out of the
    scopes made of them. Helpers run only where ``helpers`` is given, which is for the operator's
    own configuration and never for one that came out of the cluster.
    """

    def __init__(
        self, configs: Sequence[DockerConfig], key: bytes, helpers: CredentialHelpers | None = None
    ) -> None:
        auths = [
            (_Location.parse(where), credential)
            for config in configs
            for where, credential in config.auths
        ]
        # A stable sort: of equal locations, the one that was given first stays first.
        self._auths = sorted(auths, key=lambda each: each[0], reverse=True)
        self._configs = configs
        self._key = key
        self._helpers = helpers
        self._memo = lru_cache(_MEMO)(self._scope)

    def scope(self, repository: str) -> str:
        """See ``Keychain.scope``."""
        return self._memo(repository)

    async def credentials(self, repository: str) -> Sequence[Credential]:
        """See ``Keychain.credentials``. A helper of its own for a host comes first."""
        told = list(self._matching(repository))
        if self._helpers is not None:
            for name, server in self._asked(repository):
                credential = await self._helpers.get(name, server)
                if credential is not None:
                    told.insert(0, credential)
        return _distinct(told)

    def told(self, repository: str) -> str:
        """See ``Keychain.told``."""
        asked = self._asked(repository) if self._helpers is not None else ()
        origins = [program(name) for name, _ in asked]
        origins += [credential.origin for credential in self._matching(repository)]
        return ", ".join(dict.fromkeys(origins))

    def _scope(self, repository: str) -> str:
        secrets = [_values(credential) for credential in _distinct(self._matching(repository))]
        helpers = list(self._asked(repository)) if self._helpers is not None else []
        if not secrets and not helpers:
            return ANONYMOUS
        text = repr((secrets, helpers)).encode(errors="surrogateescape")
        return hashlib.blake2b(text, key=self._key, digest_size=16).hexdigest()

    def _matching(self, repository: str) -> Iterable[Credential]:
        host, path = _split(repository)
        return (credential for where, credential in self._auths if where.matches(host, path))

    def _asked(self, repository: str) -> Iterable[tuple[str, str]]:
        """Names of the helpers for ``repository``, and what each is asked."""
        host, _ = _split(repository)
        server = _HUB_SERVER if host == DOCKER_HUB else host
        for config in self._configs:
            by_host = {_Location.parse(where).host: name for where, name in config.helpers.items()}
            name = by_host.get(host) or config.store
            if name:
                yield name, server


class JoinedKeychain:
    """Several keychains as one: those given first are tried first. None at all is anonymous."""

    def __init__(self, *keychains: Keychain) -> None:
        self._keychains = keychains

    def scope(self, repository: str) -> str:
        """See ``Keychain.scope``."""
        scopes = dict.fromkeys(keychain.scope(repository) for keychain in self._keychains)
        scopes.pop(ANONYMOUS, None)
        return "+".join(scopes) or ANONYMOUS

    async def credentials(self, repository: str) -> Sequence[Credential]:
        """See ``Keychain.credentials``."""
        found = [await keychain.credentials(repository) for keychain in self._keychains]
        return _distinct(credential for credentials in found for credential in credentials)

    def told(self, repository: str) -> str:
        """See ``Keychain.told``."""
        told = (keychain.told(repository) for keychain in self._keychains)
        return ", ".join(filter(None, told))


def _distinct(credentials: Iterable[Credential]) -> Sequence[Credential]:
    """Without those that would only repeat an earlier one, wherever they came from."""
    kept: dict[tuple[str, ...], Credential] = {}
    for credential in credentials:
        kept.setdefault(_values(credential), credential)
    return tuple(kept.values())


def _values(credential: Credential) -> tuple[str, ...]:
    """What makes two credentials the same: everything but where they came from."""
    return (
        credential.username,
        credential.password,
        credential.identity_token,
        credential.registry_token,
    )


def _split(repository: str) -> tuple[str, str]:
    host, slash, path = repository.partition("/")
    return _canonical(host), slash + path


def _canonical(host: str) -> str:
    lower = host.lower()
    return DOCKER_HUB if lower in _HUB_ALIASES else lower
