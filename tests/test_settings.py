from pathlib import Path
from typing import Any

import pytest

from webhook.errors import InvalidFile, UsageError
from webhook.settings import Settings, from_process, read_settings
from webhook.wiring import REVIEW_SECONDS

FILE = """\
policies: [python-recommended]
port: 9443
mirror: [docker.io=mirror.corp]
registries:
  - {host: registry.corp, mirrors: [cache.corp/corp], ca: /ca.pem, plainHTTP: false, proxy: "http://p:3128"}
"""


def test_a_flag_wins_over_a_variable_over_the_file():
    environ = {"SLIMGATE_PORT": "7443", "SLIMGATE_POLICIES": "restricted,team.yaml"}
    settings = read_settings({"port": 6443, "policies": None}, environ, ("f", FILE))
    assert settings.port == 6443
    assert settings.policies == ("restricted", "team.yaml")
    assert settings.mirror == ("docker.io=mirror.corp",)
    assert settings.registries[0].ca == Path("/ca.pem")


def test_defaults_are_what_the_design_promises():
    settings = read_settings({}, {})
    assert settings.policies == ("baseline",)
    assert (settings.host, settings.port, settings.status_port) == ("0.0.0.0", 8443, 8080)
    assert (settings.drain, settings.timeout, REVIEW_SECONDS) == (5.0, None, 10.0)


@pytest.mark.parametrize("name", ["https_proxy", "HTTPS_PROXY"])
def test_proxies_are_read_in_either_case(name: str):
    assert read_settings({}, {name: "http://p:3128"}).https_proxy == "http://p:3128"


@pytest.mark.parametrize(
    ("flags", "environ", "said"),
    [
        ({"port": 70000}, {}, "--port: Input should be less than or equal to 65535"),
        ({}, {"SLIMGATE_DRAIN": "soon"}, "--drain: Input should be a valid number"),
        ({"registry_ca": ["nonsense"]}, {}, "--registry-ca: 'nonsense' is not NAME=VALUE"),
    ],
)
def test_a_bad_setting_is_named(flags: dict[str, Any], environ: dict[str, str], said: str):
    with pytest.raises(UsageError, match=said):
        read_settings(flags, environ)


def test_a_bad_file_is_told_with_places_and_the_nearest_word():
    with pytest.raises(InvalidFile) as caught:
        read_settings({}, {}, ("conf.yaml", "prt: 1\nregistries:\n- {hots: x}\n"))
    assert [str(problem) for problem in caught.value.problems] == [
        "conf.yaml:3:3: missing key 'host'",
        "conf.yaml:3:4: unknown key 'hots' (did you mean 'host'?)",
        "conf.yaml:1:1: unknown key 'prt' (did you mean 'port'?)",
    ]


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


def test_a_flag_that_is_not_given_hides_nothing():
    environ = {"SLIMGATE_SELF_SIGNED": "true"}
    assert read_settings({"self_signed": None}, environ).self_signed is True


def test_lists_in_variables_may_have_spaces_and_empty_variables_say_nothing():
    environ = {"SLIMGATE_INSECURE_REGISTRY": "a.corp, b.corp:5000,", "SLIMGATE_PORT": ""}
    settings = read_settings({}, environ)
    assert settings.insecure_registry == ("a.corp", "b.corp:5000")
    assert settings.port == 8443


def test_a_service_of_our_name_is_no_setting():
    assert read_settings({}, {"SLIMGATE_PORT": "tcp://10.96.0.7:443"}).port == 8443


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"insecure_registry": ["http://reg.corp"]}, "'http://reg.corp' is not HOST"),
        ({"allow_host": ["a b"]}, "--allow-host: 'a b' is not HOST"),
        ({"mirror": ["docker.io=https://m.corp"]}, "--mirror: 'https:' is not HOST"),
        ({"registry_ca": ["https://m.corp=ca.pem"]}, "--registry-ca: 'https:' is not HOST"),
    ],
)
def test_a_url_is_no_host(flags: dict[str, Any], said: str):
    with pytest.raises(UsageError, match=said):
        read_settings(flags, {})


def test_hosts_may_be_addresses_and_mirrors_have_paths():
    given = {"mirror": ["docker.io/library=[::1]:5000/hub/x"], "insecure_registry": ["[::1]:5000"]}
    assert read_settings(given, {}).mirror == ("docker.io/library=[::1]:5000/hub/x",)


def test_a_home_of_somebody_else_is_no_place_to_look(tmp_path: Path, monkeypatch):
    (tmp_path / "home").mkdir(mode=0o000)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    assert from_process({}, None).docker_config is None
