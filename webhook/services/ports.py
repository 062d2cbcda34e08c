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

MAX_PART = 1024 * 1024
"""Bytes of a layer that may be asked for at once."""


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

    Documents and configs that are returned are verified: they have the digest and size they were
    promised. Only ``part`` may return what is not.
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

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """``length`` bytes of a layer from ``start`` on, or as many as there are.

        A blob that is read whole is checked against its digest; a part cannot be, and is worth no
        more than the word of the registry it came from. ``UNSUPPORTED`` when the source can serve
        the first bytes of a blob only and others are asked for.

        At most ``MAX_PART`` at once: see ``window``.
        """

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """The digest ``reference`` names, if that needs no I/O to say; None otherwise.

        A digest is returned only if this scope has itself been given the content before.
        """


def window(descriptor: Descriptor, start: int, length: int) -> range:
    """Where the bytes lie that ``ImageSource.part`` is asked for, as far as there are any.

    Raises ``ValueError`` for what nobody may ask: nothing, more than ``MAX_PART``, or what would
    lie before the blob.
    """
    if start < 0 or not 0 < length <= MAX_PART:
        raise ValueError(f"{length} bytes from {start} on are no part of a layer")
    return range(min(start, descriptor.size), min(start + length, descriptor.size))
