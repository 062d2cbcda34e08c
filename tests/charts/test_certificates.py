"""Where the serving certificate comes from, and who tells the API server."""

import pytest

from tests.charts.conftest import EXAMPLES, Json, Release, Render

HOSTS = ["slimgate.guard.svc", "slimgate.guard.svc.cluster.local", "slimgate.guard"]


def bundles(release: Release) -> set[str | None]:
    (configuration,) = release.all("ValidatingWebhookConfiguration")
    return {webhook["clientConfig"].get("caBundle") for webhook in configuration["webhooks"]}


def mounted(release: Release) -> list[Json]:
    return [volume for volume in release.pod.get("volumes", ()) if volume["name"] == "tls"]


def test_the_secret_of_mode_self_is_empty_so_that_upgrades_leave_it_alone(render: Render) -> None:
    release = render()
    secret = release.only("Secret")
    assert secret["metadata"]["name"] == "slimgate-tls"
    assert secret.keys() == {"apiVersion", "kind", "metadata", "type"}
    assert mounted(release) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_bundle_is_rendered_only_where_nobody_else_writes_it(
    render: Render, example: str
) -> None:
    assert (bundles(render(example)) == {None}) == (example != "existing-secret")


def test_the_users_own_secret_is_mounted(render: Render) -> None:
    release = render("existing-secret")
    (volume,) = mounted(release)
    assert volume["secret"] == {"secretName": "guard-tls", "defaultMode": 0o440}
    assert "--tls-cert=/etc/slimgate/tls/tls.crt" in release.args
    assert "--tls-key=/etc/slimgate/tls/tls.key" in release.args
    assert not release.all("Secret")


def test_cert_manager_issues_from_a_ca_of_the_releases_own(render: Render) -> None:
    release = render("cert-manager")
    serving = release["Certificate/slimgate"]["spec"]
    ca = release["Certificate/slimgate-ca"]["spec"]
    assert serving["dnsNames"] == HOSTS
    assert "isCA" not in serving
    assert release["Issuer/slimgate"]["spec"] == {"ca": {"secretName": ca["secretName"]}}
    assert serving["issuerRef"] == {"name": "slimgate"}
    assert ca["isCA"] is True
    assert release[f"Issuer/{ca['issuerRef']['name']}"]["spec"] == {"selfSigned": {}}
    (volume,) = mounted(release)
    assert volume["secret"]["secretName"] == serving["secretName"]


def test_cert_manager_writes_the_bundle(render: Render) -> None:
    annotations = render("cert-manager").only("ValidatingWebhookConfiguration")["metadata"]
    assert annotations["annotations"] == {"cert-manager.io/inject-ca-from": "guard/slimgate"}
    assert "annotations" not in render().only("ValidatingWebhookConfiguration")["metadata"]


def test_an_issuer_that_is_there_already_is_asked(render: Render) -> None:
    release = render("cert-manager-issuer")
    assert not release.all("Issuer")
    spec = release.only("Certificate")["spec"]
    assert spec["issuerRef"]["name"] == "company"
    assert (spec["duration"], spec["renewBefore"]) == ("720h", "240h")


def test_nobody_asks_cert_manager_for_anything_in_other_modes(render: Render) -> None:
    for example in ("namespaces", "existing-secret"):
        assert not render(example).all("Certificate")
        assert not render(example).all("Issuer")
