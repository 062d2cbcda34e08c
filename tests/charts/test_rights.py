"""What the webhook may do: what each switch needs, and nothing for all namespaces that a Role could
say."""

import pytest

from tests.charts.conftest import EXAMPLES, Json, Release, Render

OWN = {
    "apiGroups": ["admissionregistration.k8s.io"],
    "resources": ["validatingwebhookconfigurations"],
    "resourceNames": ["slimgate.guard"],
    "verbs": ["get", "patch"],
}
EVENTS = {"apiGroups": [""], "resources": ["events"], "verbs": ["create"]}
SECRET = {
    "apiGroups": [""],
    "resources": ["secrets"],
    "resourceNames": ["slimgate-tls"],
    "verbs": ["get", "patch"],
}
PULL_SECRETS = {
    "apiGroups": [""],
    "resources": ["secrets", "serviceaccounts"],
    "verbs": ["list", "watch"],
}
LABELS = {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch"]}


def rights(release: Release, account: str = "slimgate") -> dict[str, list[Json]]:
    """Rules by the namespace where they hold; those of ClusterRoles by ``*``.

    Bindings are held to the roles that they give.
    """
    found: dict[str, list[Json]] = {}
    for kind in ("ClusterRole", "Role"):
        for role in release.all(kind):
            metadata = role["metadata"]
            (binding,) = [
                binding
                for binding in release.all(f"{kind}Binding")
                if binding["metadata"].get("namespace") == metadata.get("namespace")
                and binding["roleRef"]["name"] == metadata["name"]
            ]
            assert binding["roleRef"]["kind"] == kind
            (subject,) = binding["subjects"]
            assert (subject["kind"], subject["namespace"]) == ("ServiceAccount", "guard")
            if subject["name"] != account:
                continue
            found.setdefault(metadata.get("namespace", "*"), []).extend(role["rules"])
    assert len(release.all("RoleBinding")) == len(release.all("Role"))
    return found


def test_by_default_only_its_own_configuration_lies_outside_of_namespaces(render: Render) -> None:
    release = render(None)
    assert rights(release) == {"*": [OWN], "guard": [EVENTS, SECRET, PULL_SECRETS]}
    cluster_scoped = {
        found["kind"] for found in release.values() if "namespace" not in found["metadata"]
    }
    assert cluster_scoped == {"ValidatingWebhookConfiguration", "ClusterRole", "ClusterRoleBinding"}


def test_pull_secrets_are_read_in_the_guarded_namespaces_alone(render: Render) -> None:
    assert rights(render()) == {
        "*": [OWN],
        "guard": [EVENTS, SECRET],
        "shop": [PULL_SECRETS],
        "shop-staging": [PULL_SECRETS],
    }
    off = render(values={"pullSecrets": {"enabled": False}})
    assert rights(off) == {"*": [OWN], "guard": [EVENTS, SECRET]}


def test_in_scope_cluster_every_secret_is_read_only_when_asked_for(render: Render) -> None:
    asked = rights(render("cluster"))
    assert asked == {"*": [OWN, LABELS, PULL_SECRETS], "guard": [EVENTS, SECRET]}
    unsaid = rights(render("cluster", {"pullSecrets": {"enabled": None}}))
    assert unsaid["*"] == [OWN, LABELS]


def test_labels_of_namespaces_are_read_by_name_where_names_are_known(render: Render) -> None:
    found = rights(render(values={"namespaceLabels": {"enabled": True}}))
    assert found["*"] == [OWN, LABELS | {"resourceNames": ["shop", "shop-staging"]}]


@pytest.mark.parametrize("example", ["cert-manager", "cert-manager-issuer", "existing-secret"])
def test_who_issues_nothing_writes_nothing(render: Render, example: str) -> None:
    found = rights(render(example))
    assert found == {"*": [OWN | {"verbs": ["get"]}], "guard": [EVENTS, PULL_SECRETS]}


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_is_ever_written_but_its_own(render: Render, example: str) -> None:
    for rules in rights(render(example)).values():
        for rule in rules:
            if not {"get", "list", "watch"}.issuperset(rule["verbs"]):
                assert "resourceNames" in rule or rule == EVENTS
