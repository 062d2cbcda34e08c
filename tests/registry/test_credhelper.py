"""Running Docker's credential helpers."""

import logging
import stat
from pathlib import Path

import pytest

from tests.registry.world import Clock
from webhook.registry.credhelper import CredentialHelpers
from webhook.services.ports import Credential


@pytest.fixture
def helpers(tmp_path: Path, clock: Clock) -> CredentialHelpers:
    return CredentialHelpers(path=str(tmp_path), clock=clock)


@pytest.fixture
def install(tmp_path: Path):
    def write(body: str, name: str = "test") -> None:
        file = tmp_path / f"docker-credential-{name}"
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    return write


async def test_a_helper_is_asked_on_standard_input(helpers, install):
    install('read server; printf \'{"Username": "%s", "Secret": "%s"}\' "$1" "$server"')
    assert await helpers.get("test", "r.io") == Credential(
        "get", "r.io", origin="docker-credential-test"
    )


async def test_a_token_is_an_identity_token(helpers, install):
    install('echo \'{"ServerURL": "r.io", "Username": "<token>", "Secret": "id"}\'')
    assert await helpers.get("test", "r.io") == Credential(
        identity_token="id", origin="docker-credential-test"
    )


async def test_a_helper_that_knows_nobody_has_not_failed(helpers, install, caplog):
    install('echo "credentials not found in native keychain"; exit 1')
    assert await helpers.get("test", "r.io") is None
    assert caplog.records == []


@pytest.mark.parametrize(
    "body",
    [
        'echo "s3cret: the vault is sealed"; exit 1',
        'echo "s3cret"',
        'echo \'{"Username": ["s3cret"]}\'',
        "head -c 200000 /dev/zero",
        "kill -9 $$",
    ],
)
async def test_a_helper_that_fails_is_told_of_without_its_words(helpers, install, caplog, body):
    install(body)
    with caplog.at_level(logging.WARNING):
        assert await helpers.get("test", "r.io") is None
    (record,) = caplog.records
    assert "'test'" in record.getMessage()
    assert "s3cret" not in record.getMessage()


@pytest.mark.timeout(20)
async def test_a_helper_that_hangs_is_killed(tmp_path, install, caplog):
    install("sleep 30")
    assert await CredentialHelpers(path=str(tmp_path), seconds=0.1).get("test", "r.io") is None
    assert "TimeoutError" in caplog.text


@pytest.mark.parametrize("name", ["missing", "../test", "test;id", "Test", "", "a" * 5000])
async def test_a_helper_by_another_name_is_not_run(helpers, install, name):
    install("exit 0")
    assert await helpers.get(name, "r.io") is None


async def test_an_answer_is_kept_for_a_minute(helpers, install, tmp_path, clock):
    install(f'echo asked >> {tmp_path}/log; echo \'{{"Username": "a", "Secret": "b"}}\'')
    log = tmp_path / "log"
    for _ in range(3):
        await helpers.get("test", "r.io")
    assert log.read_text().splitlines() == ["asked"]
    clock.seconds += 60
    await helpers.get("test", "r.io")
    await helpers.get("test", "other.io")
    assert len(log.read_text().splitlines()) == 3
