from collections.abc import Sequence

import pytest

from webhook.services.ports import Credential, Keychain


class Nobody:
    """A keychain without keys: files need none."""

    def scope(self, repository: str) -> str:
        return ""

    async def credentials(self, repository: str) -> Sequence[Credential]:
        return ()

    def told(self, repository: str) -> str:
        return ""


@pytest.fixture
def keychain() -> Keychain:
    return Nobody()
