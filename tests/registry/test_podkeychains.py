"""Whose credentials pull the images of which Pods."""

import base64
import json
from collections.abc import Sequence

import pytest

from webhook.kube.workload import PodSpec, SecretName
from webhook.registry.dockerconfig import parse_docker_config
from webhook.registry.keychain import ANONYMOUS, DockerKeychain
from webhook.registry.podkeychains import OneKeychain, PodKeychains
from webhook.services.ports import PullSecret

HOST = "registry.example.com"
APP = f"{HOST}/team/app"
KEY = b"k" * 32


def config(password: str, **more: object) -> bytes:
    auth = base64.b64encode(f"ada:{password}".encode()).decode()
    return json.dumps({"auths": {HOST: {"auth": auth}}} | more).encode()


OPERATOR = DockerKeychain((parse_docker_config(config("of-operator"), "docker config"),), KEY)


class Secrets:
    """Secrets by namespace and name, as watches know them."""

    def __init__(self, **known: dict[str, bytes]) -> None:
        self.known = known
        self.asked: list[tuple[str, str, list[str]]] = []

    def secrets_for(
        self, namespace: str, service_account: str, image_pull_secrets: Sequence[str]
    ) -> Sequence[PullSecret]:
        self.asked.append((namespace, service_account, list(image_pull_secrets)))
        found = self.known.get(namespace, {})
        return [
            PullSecret(n, found.get(n), "" if n in found else "gone") for n in image_pull_secrets
        ]


def spec(*names: str) -> PodSpec:
    return PodSpec(image_pull_secrets=tuple(map(SecretName, names)), service_account_name="robot")


async def passwords(keychains: PodKeychains, namespace: str, *names: str) -> list[str]:
    found = await keychains.of(namespace, spec(*names)).credentials(APP)
    return [each.password for each in found]


async def test_the_pod_s_own_come_before_the_operator_s():
    secrets = Secrets(team={"one": config("1"), "two": config("2")})
    keychains = PodKeychains(OPERATOR, secrets, KEY)
    assert await passwords(keychains, "team", "two", "one") == ["2", "1", "of-operator"]
    assert secrets.asked == [("team", "robot", ["two", "one"])]


async def test_a_pod_without_secrets_has_the_operator_s():
    assert PodKeychains(OPERATOR, Secrets(), KEY).of("team", PodSpec()) is OPERATOR
    assert OneKeychain(OPERATOR).of("team", spec("one")) is OPERATOR


async def test_the_same_name_elsewhere_is_another_secret():
    secrets = Secrets(team={"pull": config("1")}, other={"pull": config("2")})
    keychains = PodKeychains(OPERATOR, secrets, KEY)
    assert (await passwords(keychains, "team", "pull"))[0] == "1"
    assert (await passwords(keychains, "other", "pull"))[0] == "2"
    scopes = {keychains.of(namespace, spec("pull")).scope(APP) for namespace in ("team", "other")}
    assert len(scopes | {OPERATOR.scope(APP), ANONYMOUS}) == 4


async def test_the_same_credentials_share_what_was_fetched_with_them():
    secrets = Secrets(team={"a": config("1")}, other={"b": config("1")})
    keychains = PodKeychains(OPERATOR, secrets, KEY)
    one, two = keychains.of("team", spec("a")), keychains.of("other", spec("b"))
    assert one.scope(APP) == two.scope(APP)
    assert (one.told(APP), two.told(APP)) == (
        "Secret team/a, docker config",
        "Secret other/b, docker config",
    )


async def test_a_changed_secret_is_used_at_once():
    secrets = Secrets(team={"pull": config("1")})
    keychains = PodKeychains(OPERATOR, secrets, KEY)
    before = keychains.of("team", spec("pull"))
    assert keychains.of("team", spec("pull")) is before
    secrets.known["team"]["pull"] = config("2")
    assert (await passwords(keychains, "team", "pull"))[0] == "2"
    assert keychains.of("team", spec("pull")).scope(APP) != before.scope(APP)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "Secret team/pull (gone)"),
        (b"nonsense", "Secret team/pull (not a Docker configuration"),
    ],
)
async def test_what_could_not_be_had_is_told_and_opens_nothing(content: bytes | None, why: str):
    secrets = Secrets(team={} if content is None else {"pull": content})
    keychain = PodKeychains(OPERATOR, secrets, KEY).of("team", spec("pull"))
    assert keychain.told(APP).startswith(why)
    assert keychain.scope(APP) == OPERATOR.scope(APP)
    assert [each.password for each in await keychain.credentials(APP)] == ["of-operator"]


async def test_helpers_that_a_secret_names_are_never_run():
    named = config("1", credHelpers={HOST: "evil"}, credsStore="evil")
    keychain = PodKeychains(OPERATOR, Secrets(team={"pull": named}), KEY).of("team", spec("pull"))
    assert "evil" not in keychain.told(APP)
    assert [each.password for each in await keychain.credentials(APP)] == ["1", "of-operator"]


async def test_nothing_that_is_told_is_a_secret():
    secrets = Secrets(team={"pull": config("s3cret")})
    keychain = PodKeychains(OPERATOR, secrets, KEY).of("team", spec("pull"))
    assert "s3cret" not in keychain.told(APP) + keychain.scope(APP) + repr(
        secrets.secrets_for("team", "", ["pull"])
    )
