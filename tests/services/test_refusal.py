"""Whose credentials were turned down is told to who brought them."""

import pytest

from webhook.errors import FailureKind
from webhook.oci.image import Unavailable
from webhook.services.ports import Credential
from webhook.services.refusal import with_credentials


class Told:
    def __init__(self, told: str) -> None:
        self._told = told

    def scope(self, repository: str) -> str:
        return ""

    async def credentials(self, repository: str) -> tuple[Credential, ...]:
        return ()

    def told(self, repository: str) -> str:
        return self._told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Secret team/pull", "401 for app; credentials: Secret team/pull"),
        (
            "",
            "401 for app; no credentials for it: imagePullSecrets or --docker-config can give some",
        ),
    ],
)
def test_a_refusal_says_with_whose(told: str, said: str):
    lost = Unavailable(FailureKind.UNAUTHORIZED, "401 for app")
    assert with_credentials(lost, "registry/app", Told(told)).detail == said


def test_other_failures_are_as_they_were():
    lost = Unavailable(FailureKind.TIMEOUT, "slow")
    assert with_credentials(lost, "registry/app", Told("Secret team/pull")) is lost
