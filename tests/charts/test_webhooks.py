"""What the API server is told to ask, and what to leave out."""

import re

import pytest

from tests.charts.conftest import INSIDE, Json, Release, Render


def webhooks(release: Release) -> dict[str, Json]:
    found = release.only("ValidatingWebhookConfiguration")["webhooks"]
    return {webhook["name"]: webhook for webhook in found}


@pytest.mark.parametrize("example", INSIDE)
def test_webhooks_are_asked_safely(render: Render, example: str) -> None:
    release = render(example)
    service = release.only("Service")
    for webhook in webhooks(release).values():
        assert webhook["sideEffects"] == "None"
        assert webhook["matchPolicy"] == "Equivalent"
        assert webhook["admissionReviewVersions"] == ["v1"]
        assert 1 <= webhook["timeoutSeconds"] <= 30
        called = webhook["clientConfig"]["service"]
        assert (called["name"], called["path"]) == (service["metadata"]["name"], "/validate")
        assert called["port"] == service["spec"]["ports"][0]["port"]
        assert {
            "key": "kubernetes.io/metadata.name",
            "operator": "NotIn",
            "values": ["kube-system"],
        } in webhook["namespaceSelector"]["matchExpressions"]


def conditions(release: Release, webhook: str) -> dict[str, str]:
    """Expressions by name, in one line each."""
    found = webhooks(release)[f"{webhook}.slimgate.dev"]["matchConditions"]
    return {condition["name"]: " ".join(condition["expression"].split()) for condition in found}


def test_requests_that_need_no_answer_are_not_made(render: Render) -> None:
    release = render()
    pods, controllers = conditions(release, "pods"), conditions(release, "controllers")
    assert list(pods) == ["not-being-deleted", "images-are-new", "not-slimgate-itself"]
    assert list(controllers) == ["not-being-deleted", "template-is-new", "not-made-by-another"]
    for kind in ("containers", "initContainers", "ephemeralContainers"):
        images = f"spec.?{kind}.orValue([]).map(c, c.image)"
        assert f"object.{images} != oldObject.{images}" in pods["images-are-new"]
    for template in ("template", "jobTemplate"):
        changed = f"object.spec.?{template} != oldObject.spec.?{template}"
        assert changed in controllers["template-is-new"]


def test_pods_decide_and_controllers_are_only_warned(render: Render) -> None:
    found = webhooks(render("cluster"))
    assert found.keys() == {"pods.slimgate.dev", "controllers.slimgate.dev"}
    assert found["pods.slimgate.dev"]["failurePolicy"] == "Fail"
    assert found["controllers.slimgate.dev"]["failurePolicy"] == "Ignore"
    rules = {
        (rule["apiGroups"][0], resource): rule["operations"]
        for webhook in found.values()
        for rule in webhook["rules"]
        for resource in rule["resources"]
    }
    both = ["CREATE", "UPDATE"]
    assert rules == {
        ("", "pods"): both,
        ("", "pods/ephemeralcontainers"): ["UPDATE"],
        ("", "replicationcontrollers"): both,
        **{
            ("apps", kind): both
            for kind in ("daemonsets", "deployments", "replicasets", "statefulsets")
        },
        ("batch", "cronjobs"): both,
        ("batch", "jobs"): both,
    }
    only = webhooks(render(values={"webhook": {"controllers": False}}))
    assert only.keys() == {"pods.slimgate.dev"}


def test_what_does_not_answer_lets_everything_in_by_default(render: Render) -> None:
    assert webhooks(render())["pods.slimgate.dev"]["failurePolicy"] == "Ignore"


def test_namespaces_are_selected_by_name_or_by_label(render: Render) -> None:
    def first(release: Release) -> Json:
        selector = webhooks(release)["pods.slimgate.dev"]["namespaceSelector"]
        found: Json = selector["matchExpressions"][0]
        return found

    by_name = {"key": "kubernetes.io/metadata.name", "operator": "In"}
    assert first(render()) == by_name | {"values": ["shop", "shop-staging"]}
    own = render(values={"targetNamespaces": []}, namespace="team-a")
    assert first(own) == by_name | {"values": ["team-a"]}
    label = {"key": "slimgate.dev/admission"}
    out = label | {"operator": "NotIn", "values": ["disabled"]}
    assert first(render("cluster")) == out
    into = label | {"operator": "In", "values": ["enabled"]}
    assert first(render("cluster", {"clusterSelection": "optIn"})) == into


@pytest.mark.parametrize(
    ("image", "named"),
    [
        ({}, "slimgate:0.1.0"),
        (
            {"repository": "registry.example.com:5000/slimgate", "tag": "1"},
            "registry.example.com:5000/slimgate:1",
        ),
        ({"digest": f"sha256:{'a' * 64}", "tag": "1"}, f"slimgate@sha256:{'a' * 64}"),
    ],
)
def test_the_webhook_leaves_out_exactly_its_own_image(
    render: Render, image: Json, named: str
) -> None:
    release = render(values={"image": image})
    assert release.container["image"] == named
    expression = conditions(release, "pods")["not-slimgate-itself"]
    compared = re.findall(r"object\.spec\.(\w+)\.all\(c, c\.image == '([^']*)'\)", expression)
    assert compared == [
        (kind, named) for kind in ("containers", "initContainers", "ephemeralContainers")
    ]


def test_conditions_of_ones_own_are_added(render: Render) -> None:
    release = render("cluster")
    for webhook in ("pods", "controllers"):
        assert "not-by-the-node-lifecycle" in conditions(release, webhook)
