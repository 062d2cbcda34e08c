"""Whose credentials a registry turned down: told to who brought them, and to nobody else.

What a flight learns is shared by all who hold the same credentials; where these came from differs.
"""

from dataclasses import replace

from webhook.errors import FailureKind
from webhook.oci.image import Unavailable
from webhook.services.ports import Keychain

_NONE = "no credentials for it: imagePullSecrets or --docker-config can give some"


def with_credentials(lost: Unavailable, repository: str, keychain: Keychain) -> Unavailable:
    """The same failure; where it is one of credentials, with where those came from."""
    if lost.kind is not FailureKind.UNAUTHORIZED:
        return lost
    told = keychain.told(repository)
    return replace(lost, detail=f"{lost.detail}; {f'credentials: {told}' if told else _NONE}")
