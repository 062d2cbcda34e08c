from pathlib import Path
from typing import Any

import pytest

from webhook.errors import InvalidFile, UsageError
from webhook.settings import Settings, read_settings

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
    assert (settings.drain, settings.timeout) == (5.0, 10.0)


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
