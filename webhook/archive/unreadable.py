"""An image in a file that is broken."""

from dataclasses import dataclass
from typing import NoReturn

from webhook.errors import FailureKind, FetchError
from webhook.oci import Descriptor, Digest, Reference
from webhook.services.ports import Keychain


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An image source that has found out already why it cannot give its image."""

    kind: FailureKind
    detail: str
    """See ``FetchError``."""

    async def resolve(self, reference: Reference, keychain: Keychain) -> NoReturn:
        """See ``ImageSource.resolve``."""
        raise FetchError(self.kind, self.detail)

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> NoReturn:
        """See ``ImageSource.manifest``."""
        raise FetchError(self.kind, self.detail)

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> NoReturn:
        """See ``ImageSource.config``."""
        raise FetchError(self.kind, self.detail)

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> NoReturn:
        """See ``ImageSource.part``."""
        raise FetchError(self.kind, self.detail)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ``ImageSource.known``."""
        return None
