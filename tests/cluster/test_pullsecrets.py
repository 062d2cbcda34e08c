import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.cluster.apiserver import Api
from tests.cluster.world import until
from webhook.cluster.pullsecrets import MAX_CONFIG, PullSecrets
from webhook.cluster.reflector import Surroundings
from webhook.registry.dockerconfig import parse_docker_config
from webhook.services.ports import PullSecret

AUTHS = {"registry.example.com": {"username": "ada", "password": "s3cret"}}


def keep(api: Api, name: str, content: object = AUTHS, *, legacy: bool = False, **more) -> None:
    """A Secret of ``team`` with credentials in it."""
    key, document = (".dockercfg", content) if legacy else (".dockerconfigjson", {"auths": content})
    raw = base64.b64encode(json.dumps(document).encode()).decode()
    kind = f"kubernetes.io/{'dockercfg' if legacy else 'dockerconfigjson'}"
    api.put(f"/api/v1/namespaces/team/secrets/{name}", **{"type": kind, "data": {key: raw}} | more)


def account(api: Api, name: str, *secrets: str) -> None:
    """A ServiceAccount of ``team``."""
    told = [{"name": secret} for secret in secrets]
    api.put(f"/api/v1/namespaces/team/serviceaccounts/{name}", imagePullSecrets=told)


@pytest.fixture
async def read(api: Api, around: Surroundings) -> AsyncIterator:
    """Runs ``PullSecrets``: ``secrets = await read(["team"])``, when everything is read."""
    tasks = []

    async def start(namespaces: list[str] | None = None) -> PullSecrets:
        secrets = PullSecrets(around, namespaces)
        tasks.append(asyncio.create_task(secrets.run()))
        await secrets.settle()
        return secrets

    yield start
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("namespaces", [None, ["team"], ["other", "team"]])
@pytest.mark.parametrize("legacy", [False, True])
async def test_secrets_of_both_types_are_docker_configurations(
    api: Api, read, namespaces: list[str] | None, legacy: bool
):
    keep(api, "pull", legacy=legacy)
    (found,) = (await read(namespaces)).secrets_for("team", "", ["pull"])
    assert found.name == "pull"
    assert found.data is not None
    ((where, credential),) = parse_docker_config(found.data, "pull").auths
    assert (where, credential.username) == ("registry.example.com", "ada")
    assert json.loads(found.data) == {"auths": AUTHS}


async def test_what_a_pod_names_comes_in_its_order_and_once(api: Api, read):
    for name in ("a", "b", "c"):
        keep(api, name, legacy=name == "a")
    account(api, "default", "c")
    found = (await read()).secrets_for("team", "", ["b", "", "a", "b"])
    assert [secret.name for secret in found] == ["b", "a"]


@pytest.mark.parametrize(
    ("service_account", "names"), [("", ["a"]), ("default", ["a"]), ("builder", ["b", "a"])]
)
async def test_a_pod_that_names_none_is_given_those_of_its_service_account(
    api: Api, read, service_account: str, names: list[str]
):
    keep(api, "a")
    keep(api, "b")
    account(api, "default", "a")
    account(api, "builder", "b", "a")
    found = (await read()).secrets_for("team", service_account, [])
    assert [secret.name for secret in found] == names


async def test_a_service_account_that_is_not_there_gives_none(read):
    assert (await read()).secrets_for("team", "nobody", []) == ()


async def test_secrets_of_another_namespace_are_never_found(api: Api, read):
    keep(api, "pull")
    (found,) = (await read()).secrets_for("other", "", ["pull"])
    assert found.data is None


async def test_a_secret_that_is_not_there_or_of_another_type_is_named(api: Api, read):
    keep(api, "tls", type="Opaque")
    found = (await read()).secrets_for("team", "", ["none", "tls"])
    assert [(secret.name, secret.data) for secret in found] == [("none", None), ("tls", None)]
    assert all("no such Secret" in secret.reason for secret in found)


async def test_a_secret_that_holds_nothing_or_too_much_is_named(api: Api, read):
    keep(api, "empty", data=None)
    keep(api, "large", {"x": "y" * MAX_CONFIG})
    empty, large = (await read()).secrets_for("team", "", ["empty", "large"])
    assert (empty.data, empty.reason) == (None, "the Secret holds no Docker configuration")
    assert (large.data, large.reason) == (None, "the Secret is larger than 64 KiB")


async def test_changes_are_followed_and_nothing_is_asked_for(api: Api, read):
    secrets = await read()
    await until(lambda: len(api.watchers) == 3)
    asked = len(api.seen)
    keep(api, "pull")
    account(api, "default", "pull")
    await until(
        lambda: [each.data for each in secrets.secrets_for("team", "", [])] not in ([], [None])
    )
    assert len(api.seen) == asked


def test_before_anything_is_read_it_says_so(around: Surroundings):
    secrets = PullSecrets(around, ["team"])
    (named,) = secrets.secrets_for("team", "", ["pull"])
    assert named == PullSecret("pull", None, "Secrets of namespace team have not been read yet")
    (unnamed,) = secrets.secrets_for("team", "", [])
    assert unnamed.name == ""
    assert unnamed.reason == "ServiceAccounts of namespace team have not been read yet"


async def test_what_may_not_be_read_is_told_of_its_namespace_and_not_of_others(
    api: Api, around: Surroundings
):
    keep(api, "pull")
    api.fail("/api/v1/namespaces/closed/secrets", 403, "Forbidden")
    secrets = PullSecrets(around, ["closed", "team"])
    task = asyncio.create_task(secrets.run())
    await until(lambda: secrets.secrets_for("team", "", ["pull"])[0].data)
    await until(lambda: "forbidden" in secrets.secrets_for("closed", "", ["pull"])[0].reason)
    assert not secrets.ready
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_a_namespace_that_is_not_watched_is_told(around: Surroundings):
    secrets = PullSecrets(around, ["team"])
    for names in ([], ["pull"]):
        (found,) = secrets.secrets_for("other", "", names)
        assert (found.name, found.data) == ("".join(names), None)
        assert "other is not among" in found.reason


def test_what_a_secret_holds_is_never_printed():
    secret = PullSecret("pull", b"s3cret")
    assert "s3cret" not in f"{secret} {secret!r}"
