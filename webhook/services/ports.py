"""What the services ask of the world: Protocols that adapters satisfy by shape.

An *image source* is anything images can be read from: a registry, an OCI layout, an archive. A
*keychain* answers whose credentials may be used where; it is handed along with each question, so
that the credentials of one namespace can never serve the request of another.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, Reference

Clock = Callable[[], datetime]
"""Returns the present, aware, in UTC."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One way to authenticate. Which fields are set decides how; never printed."""

    username: str = ""
    password: str = ""
    identity_token: str = ""
    """An OAuth2 refresh token, exchanged at the token endpoint by POST."""
    registry_token: str = ""
    """A bearer token that is sent as it is."""
    origin: str = "docker config"
    """Where it came from, for messages: never its value."""

    def __repr__(self) -> str:
        return f"Credential(origin={self.origin!r})"

    @property
    def is_anonymous(self) -> bool:
        """Whether there is nothing to authenticate with."""
        return not (self.username or self.password or self.identity_token or self.registry_token)


class Keychain(Protocol):
    """Whose credentials may be used, by repository."""

    def scope(self, repository: str) -> str:
        """A key that two keychains share only if they hold the same credentials for it.

        Cached data belongs to the scope it was fetched under. Never reveals a secret.
        """

    async def credentials(self, repository: str) -> Sequence[Credential]:
        """Credentials for ``host/path``, most specific first; empty means anonymous."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reference names right now."""

    digest: Digest
    """Digest of the document, verified against its bytes."""
    document: Manifest | Index
    stale: bool = False
    """Whether the source could not be asked and an earlier answer was served."""


class ImageSource(Protocol):
    """Where images can be read from. Every method raises ``FetchError`` and nothing else.

    Everything returned is verified: a document or config has the digest and size it was promised.
    """

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """The manifest or index that ``reference`` names."""

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """A child of an index of the same repository."""

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """The config of a manifest of the same repository."""

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """The digest ``reference`` names, if that needs no I/O to say; None otherwise.

        A digest is returned only if this scope has itself been given the content before.
        """
