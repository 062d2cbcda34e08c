"""A webhook outside of the cluster: what is left out, and what stays."""

import pytest

from tests.charts.conftest import OUTSIDE, Json, Notes, Release, Render

ASKED_FOR = {
    "autoscaling": {"enabled": True},
    "networkPolicy": {"enabled": True},
    "serviceMonitor": {"enabled": True},
    "prometheusRule": {"enabled": True},
    "dashboard": {"enabled": True},
    "audit": {"enabled": True, "reports": True},
}


def configs(release: Release) -> list[Json]:
    (configuration,) = release.all("ValidatingWebhookConfiguration")
    return [webhook["clientConfig"] for webhook in configuration["webhooks"]]


def test_nothing_runs_in_the_cluster(render: Render) -> None:
    release = render(OUTSIDE, ASKED_FOR)
    assert {found["kind"] for found in release.values()} == {
        *("ValidatingWebhookConfiguration", "ClusterRole", "ClusterRoleBinding"),
        *("Role", "RoleBinding", "ServiceAccount", "Secret", "ConfigMap"),
    }
    assert release.hooks.keys() == {"pre-delete"}


def test_rights_are_the_same_as_inside(render: Render) -> None:
    audit = {"audit": {"enabled": True, "reports": True}}
    outside = render(OUTSIDE, audit)
    inside = render(OUTSIDE, audit | {"webhook": {"url": ""}})
    for kind in ("ClusterRole", "Role", "RoleBinding"):
        assert outside.all(kind) == inside.all(kind)


def test_the_api_server_calls_the_url(render: Render) -> None:
    assert configs(render(OUTSIDE)) == [{"url": "https://192.0.2.10:9443/validate"}] * 2
    tls = {"tls": {"mode": "existingSecret", "caBundle": "Zm9v"}}
    for config in configs(render(OUTSIDE, tls)):
        assert config.keys() == {"url", "caBundle"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://192.0.2.10:9443/validate", "--tls-host=192.0.2.10"),
        ("https://192.0.2.10:9443/validate", "--port=9443"),
        ("https://laptop.example.com/validate", "--tls-host=laptop.example.com"),
        ("https://laptop.example.com/validate", "--port=8443"),
        ("https://[2001:db8::1]:9443/validate", "--tls-host=2001:db8::1"),
    ],
)
def test_the_notes_print_a_command_for_the_urls_host(notes: Notes, url: str, said: str) -> None:
    (command,) = commands(notes(OUTSIDE, {"webhook": {"url": url}}))
    assert said in command.split()


def commands(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.startswith("  slimgate serve ")]


def test_the_command_is_that_of_the_deployment_but_for_its_place(
    notes: Notes, render: Render
) -> None:
    (command,) = commands(notes(OUTSIDE))
    inside = render(OUTSIDE, {"webhook": {"url": ""}}).args
    moved = [
        argument.replace("/etc/slimgate/", "slimgate/").replace("--port=8443", "--port=9443")
        for argument in inside
        if not argument.startswith("--tls-host")
    ]
    said = [item for item in command.split()[1:] if not item.startswith("--tls-host")]
    assert said == moved


def test_the_notes_print_the_command_of_the_audit_where_there_is_one(notes: Notes) -> None:
    values = {"audit": {"enabled": True}, "scope": "cluster", "targetNamespaces": None}
    (line,) = [line for line in notes(OUTSIDE, values).splitlines() if "slimgate audit" in line]
    said = line.split()
    assert {"--policies=slimgate/policies", "--all-namespaces"} <= set(said)
    assert "slimgate audit" not in notes(OUTSIDE)


def test_the_notes_say_how_to_get_the_files_that_the_command_names(notes: Notes) -> None:
    values = {
        "settings": {"timeout": 3},
        "dockerConfig": {"secret": "credentials"},
        "existingPolicies": {"configMap": "from-git"},
        "tls": {"mode": "existingSecret", "caBundle": "Zm9v"},
    }
    text = notes(OUTSIDE, values)
    (command,) = commands(text)
    for folder in ("policies", "existing-policies", "settings", "docker", "tls"):
        assert f"mkdir -p slimgate/{folder}\n" in text
        assert f"slimgate/{folder}" in command
    assert "get configmap from-git -o go-template=" in text
    assert 'get secret credentials -o go-template=\'{{index .data ".dockerconfigjson" ' in text


def test_a_star_is_kept_from_the_shell(notes: Notes) -> None:
    values = {"scope": "cluster", "targetNamespaces": None, "pullSecrets": {"enabled": True}}
    assert "'--pull-secrets=*'" in notes(OUTSIDE, values)
