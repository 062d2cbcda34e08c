"""Whose credentials may be used where."""

import base64
import json
import stat
from itertools import permutations
from pathlib import Path

import pytest

from tests.registry.world import KEY
from webhook.registry.credhelper import CredentialHelpers
from webhook.registry.dockerconfig import DockerConfig, parse_docker_config
from webhook.registry.keychain import ANONYMOUS, DockerKeychain, JoinedKeychain
from webhook.services.ports import Credential


def config(*locations: str, file: str = "file", **fields: str) -> DockerConfig:
    """Entries for some locations; the name is the location unless it is given."""
    auths = {where: {"username": where, "password": "x"} | fields for where in locations}
    return parse_docker_config(json.dumps({"auths": auths}).encode(), file)


async def names(repository: str, *configs: DockerConfig) -> list[str]:
    found = await DockerKeychain(configs, KEY).credentials(repository)
    return [credential.username for credential in found]


@pytest.mark.parametrize(
    ("location", "repository"),
    [
        ("registry.example.com", "registry.example.com/team/app"),
        ("registry.example.com", "registry.example.com"),
        ("https://registry.example.com", "registry.example.com/team/app"),
        ("http://registry.example.com/", "registry.example.com/team/app"),
        ("https://registry.example.com/v1/", "registry.example.com/team/app"),
        ("https://registry.example.com/v2/", "registry.example.com/team/app"),
        ("https://registry.example.com/v2", "registry.example.com/team/app"),
        ("registry.example.com/v2/team", "registry.example.com/team/app"),
        ("registry.example.com/team", "registry.example.com/team/app"),
        ("registry.example.com/team/app", "registry.example.com/team/app"),
        ("registry.example.com/te", "registry.example.com/team/app"),
        ("registry.example.com:5000", "registry.example.com:5000/team/app"),
        ("Registry.Example.com", "registry.example.com/team/app"),
        ("*.example.com", "registry.example.com/team/app"),
        ("reg*.example.com", "registry.example.com/team/app"),
        ("registry.*.com/team", "registry.example.com/team/app"),
        ("*.*.com", "registry.example.com/team/app"),
        ("*.example.com:5000", "registry.example.com:5000/team/app"),
        ("https://index.docker.io/v1/", "docker.io/library/nginx"),
        ("index.docker.io", "docker.io/library/nginx"),
        ("docker.io", "docker.io/library/nginx"),
        ("registry-1.docker.io", "docker.io/library/nginx"),
        ("docker.io/library", "docker.io/library/nginx"),
    ],
)
async def test_a_location_matches(location, repository):
    assert await names(repository, config(location)) == [location]


@pytest.mark.parametrize(
    ("location", "repository"),
    [
        ("registry.example.com", "registry.example.org/team/app"),
        ("registry.example.com", "registry.example.com:5000/team/app"),
        ("registry.example.com:5000", "registry.example.com/team/app"),
        ("*.example.com:5000", "registry.example.com:5001/team/app"),
        ("*.example.com", "a.registry.example.com/team/app"),
        ("*.example.com", "example.com/team/app"),
        ("*", "registry.example.com/team/app"),
        ("registry.example.com/other", "registry.example.com/team/app"),
        ("registry.example.com/team/app/more", "registry.example.com/team/app"),
        ("docker.io", "ghcr.io/library/nginx"),
        ("docker.io", "docker.io.example.com/library/nginx"),
    ],
)
async def test_a_location_does_not_match(location, repository):
    assert await names(repository, config(location)) == []


async def test_the_most_specific_comes_first_whatever_the_order_of_files():
    locations = ["*.example.com", "r.example.com", "r.example.com/team", "r.example.com/team/app"]
    for order in permutations(locations):
        told = await names("r.example.com/team/app", *map(config, order))
        assert told == list(reversed(locations))


async def test_of_equal_locations_the_first_file_comes_first():
    first, second = config("r.io", username="ada"), config("r.io", username="bob")
    assert await names("r.io/app", first, second) == ["ada", "bob"]
    assert await names("r.io/app", second, first) == ["bob", "ada"]


async def test_a_credential_that_repeats_another_is_left_out():
    twice = (config("r.io", file="a", username="ada"), config("r.io", file="b", username="ada"))
    (credential,) = await DockerKeychain(twice, KEY).credentials("r.io/app")
    assert credential.origin == "a"


def scope(repository: str, *configs: DockerConfig, key: bytes = KEY) -> str:
    return DockerKeychain(configs, key).scope(repository)


def test_scopes_are_equal_for_equal_credentials_wherever_they_came_from():
    one = config("r.io", file="a", username="ada")
    same = config("https://r.io/v2/", file="b", username="ada")
    assert scope("r.io/app", one) == scope("r.io/app", same) != ANONYMOUS


@pytest.mark.parametrize(
    "other",
    [
        config("r.io", username="ada", password="y"),
        config("r.io", username="bob", password="x"),
        config("r.io", username="ada", password="x", identitytoken="id"),
        config("r.io", username="ada", password="x", registrytoken="id"),
        config("r.io", username="a", password="dax"),
        config("r.io", "r.io/app", username="ada", password="z"),
    ],
)
def test_scopes_differ_for_other_credentials(other):
    assert scope("r.io/app", other) != scope("r.io/app", config("r.io", username="ada"))


def test_whoever_has_no_credential_for_it_is_anonymous():
    assert scope("r.io/app") == scope("r.io/app", config("other.io")) == ANONYMOUS
    assert JoinedKeychain().scope("r.io/app") == ANONYMOUS


def test_a_scope_reveals_nothing_even_to_who_guesses_the_secret():
    told = config("r.io", username="ada", password="guess")
    assert "guess" not in scope("r.io/app", told)
    assert scope("r.io/app", told) != scope("r.io/app", told, key=b"another process")


async def test_joined_keychains_are_tried_in_their_order():
    first = DockerKeychain((config("r.io", username="pod"),), KEY)
    second = DockerKeychain((config("r.io/app", username="operator"),), KEY)
    joined = JoinedKeychain(first, second)
    told = await joined.credentials("r.io/app")
    assert [credential.username for credential in told] == ["pod", "operator"]
    assert joined.scope("r.io/app") not in (first.scope("r.io/app"), second.scope("r.io/app"))


def test_a_keychain_that_adds_nothing_does_not_change_the_scope():
    first = DockerKeychain((config("r.io"),), KEY)
    nothing = DockerKeychain((), KEY)
    assert JoinedKeychain(nothing, first, first).scope("r.io/app") == first.scope("r.io/app")


@pytest.fixture
def helper(tmp_path: Path):
    """Installs a credential helper that prints what it was asked as the name."""

    def install(name: str, body: str) -> CredentialHelpers:
        file = tmp_path / f"docker-credential-{name}"
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return CredentialHelpers(path=str(tmp_path))

    return install


ECHO = """read server; printf '{"ServerURL": "x", "Username": "%s", "Secret": "s"}' "$1 $server" """


async def asked(helpers: CredentialHelpers | None, document: object, repository: str) -> list[str]:
    told = parse_docker_config(json.dumps(document).encode(), "file")
    found = await DockerKeychain((told,), KEY, helpers).credentials(repository)
    return [credential.username for credential in found]


async def test_the_helper_of_a_host_is_asked_about_that_host_only(helper):
    helpers = helper("cloud", ECHO)
    document = {"credHelpers": {"gcr.io": "cloud"}}
    assert await asked(helpers, document, "gcr.io/acme/api") == ["get gcr.io"]
    assert await asked(helpers, document, "ghcr.io/acme/api") == []


async def test_the_store_is_asked_about_every_other_host(helper):
    helpers = helper("store", ECHO)
    hub = "https://index.docker.io/v1/"
    document = {"credsStore": "store", "credHelpers": {"gcr.io": "none"}, "auths": {hub: {}}}
    assert await asked(helpers, document, "ghcr.io/acme/api") == ["get ghcr.io"]
    assert await asked(helpers, document, "docker.io/library/nginx") == [f"get {hub}"]
    assert await asked(helpers, document, "gcr.io/acme/api") == []


async def test_what_a_helper_knows_comes_before_what_is_written(helper):
    auth = base64.b64encode(b"written:x").decode()
    document = {"credsStore": "store", "auths": {"r.io": {"auth": auth}}}
    assert await asked(helper("store", ECHO), document, "r.io/app") == ["get r.io", "written"]


async def test_helpers_run_only_where_the_operator_says_so(helper, tmp_path):
    helper("store", f"touch {tmp_path}/ran")
    assert await asked(None, {"credsStore": "store"}, "r.io/app") == []
    assert not (tmp_path / "ran").exists()


def test_a_helper_is_part_of_the_scope(helper):
    told = parse_docker_config(b'{"credHelpers": {"r.io": "store"}}', "file")
    with_helper = DockerKeychain((told,), KEY, helper("store", ECHO))
    assert with_helper.scope("r.io/app") != ANONYMOUS
    assert with_helper.scope("other.io/app") == ANONYMOUS
    assert DockerKeychain((told,), KEY).scope("r.io/app") == ANONYMOUS


def test_a_credential_is_never_printed():
    assert repr(Credential("ada", "s3cret", origin="file")) == "Credential(origin='file')"
