"""The command line in the Deployment, read as ``slimgate serve`` would read it."""

from pathlib import Path
from typing import Any

import pytest

from tests.charts.conftest import INSIDE, Release, Render
from webhook.settings import Settings, read_settings

LISTS = {
    name
    for name, field in Settings.model_fields.items()
    if str(field.annotation).startswith("tuple")
}


def settings(release: Release) -> Settings:
    """What the process is told, its Pod and the file of settings included."""
    serve, *flags = release.args
    assert serve == "serve"
    given: dict[str, list[str]] = {}
    for flag in flags:
        name, _, value = flag.removeprefix("--").partition("=")
        given.setdefault(name.replace("-", "_"), []).append(value)
    (file,) = given.pop("config", [""])
    assert given.keys() <= Settings.model_fields.keys()
    assert all(name in LISTS or len(values) == 1 for name, values in given.items())
    told: dict[str, Any] = {
        name: values if name in LISTS else values[0] for name, values in given.items()
    }
    written = release.get("ConfigMap/slimgate-settings", {}).get("data", {}).get("settings.yaml")
    (pod,) = [item["value"] for item in release.container["env"] if item["name"] == "SLIMGATE_POD"]
    for name, value in (("NAMESPACE", "guard"), ("NAME", "slimgate-x"), ("UID", "0-1")):
        pod = pod.replace(f"$(POD_{name})", value)
    return read_settings(told, {"SLIMGATE_POD": pod}, (file, written) if file else None)


@pytest.mark.parametrize("example", INSIDE)
def test_serve_understands_it(render: Render, example: str) -> None:
    found = settings(render(example))
    assert found.pod == "guard/slimgate-x/0-1"
    assert found.webhook_configuration == "slimgate.guard"
    assert found.tls_host[0] == "slimgate.guard.svc"
    assert (found.port, found.status_port) == (8443, 8080)
    assert (found.tls_secret is None) == (found.tls_cert is not None)


@pytest.mark.parametrize("example", INSIDE)
def test_files_that_it_names_are_mounted(render: Render, example: str) -> None:
    release = render(example)
    mounted = {mount["mountPath"] for mount in release.container.get("volumeMounts", ())}
    named = [flag.partition("=")[2] for flag in release.args]
    for path in (path for path in named if path.startswith("/")):
        assert {path, str(Path(path).parent)} & mounted


def test_with_the_least_that_must_be_said(render: Render) -> None:
    assert render().args == [
        "serve",
        "--policies=baseline",
        "--webhook-configuration=slimgate.guard",
        "--tls-host=slimgate.guard.svc",
        "--tls-host=slimgate.guard.svc.cluster.local",
        "--tls-host=slimgate.guard",
        "--tls-secret=guard/slimgate-tls",
        "--pull-secrets=shop",
        "--pull-secrets=shop-staging",
        "--timeout=10",
        "--port=8443",
        "--status-port=8080",
    ]


def test_policies_of_every_kind_are_named(render: Render) -> None:
    values = {"policies": ["restricted"], "inlinePolicies": {"a.yaml": "x"}}
    assert settings(render("existing-policies", values)).policies == (
        "restricted",
        "/etc/slimgate/policies",
        "/etc/slimgate/existing-policies",
    )


def test_in_scope_cluster_all_namespaces_are_meant(render: Render) -> None:
    found = settings(render("cluster"))
    assert (found.pull_secrets, found.namespace_labels) == (("*",), ("*",))


def test_namespaces_are_named_only_for_what_is_asked_of_them(render: Render) -> None:
    release = render(values={"pullSecrets": {"enabled": False}})
    assert settings(release).pull_secrets == ()
    assert settings(render()).namespace_labels == ()
    by_default = render("cluster", {"pullSecrets": {"enabled": None}})
    assert settings(by_default).pull_secrets == ()
    own = render("existing-policies", namespace="team-a")
    assert "--namespace-labels=team-a" in own.args
    assert "--pull-secrets=team-a" in own.args


def test_reviews_may_take_as_long_as_the_api_server_waits(render: Render) -> None:
    assert settings(render(values={"webhook": {"timeoutSeconds": 25}})).timeout == 25
    assert settings(render("inline-policies")).timeout == 8


def test_the_operators_credentials_are_mounted_under_the_name_of_dockers_file(
    render: Render,
) -> None:
    release = render("registries")
    assert str(settings(release).docker_config) == "/etc/slimgate/docker/config.json"
    (volume,) = [item for item in release.pod["volumes"] if item["name"] == "docker"]
    assert volume["secret"]["secretName"] == "registry-credentials"
    assert volume["secret"]["items"] == [{"key": ".dockerconfigjson", "path": "config.json"}]
