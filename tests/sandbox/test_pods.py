import json

import pytest

from webhook.kube.admission import parse_review
from webhook.sandbox.pods import admission_review, cronjob, deployment, pod, replica


def test_a_pod_is_complete_as_validating_admission_sees_it() -> None:
    made = pod("web", "registry.example.com/shop/api:1.0")
    assert made["spec"]["restartPolicy"] == "Always"
    assert made["spec"]["serviceAccountName"] == "default"
    assert made["spec"]["volumes"][0]["projected"]["sources"]
    (container,) = made["spec"]["containers"]
    assert container["volumeMounts"][0]["name"] == made["spec"]["volumes"][0]["name"]
    assert made["metadata"]["managedFields"][0]["fieldsType"] == "FieldsV1"
    assert made["metadata"]["uid"]
    assert made["status"]["phase"] == "Pending"


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("nginx", "Always"),
        ("nginx:latest", "Always"),
        ("nginx:1.30", "IfNotPresent"),
        (f"nginx@sha256:{'a' * 64}", "IfNotPresent"),
        ("NOT an image", "IfNotPresent"),
    ],
)
def test_the_pull_policy_is_defaulted_by_the_tag(image: str, policy: str) -> None:
    assert pod("web", image)["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_fields_of_the_container_and_of_the_spec_can_be_replaced() -> None:
    made = pod(
        "web",
        "nginx",
        namespace="team-a",
        labels={"tier": "front"},
        container={"command": ["python"], "securityContext": {"runAsUser": 10001}},
        securityContext={"runAsNonRoot": True},
        initContainers=[{"name": "init", "image": "busybox"}],
    )
    assert made["metadata"]["namespace"] == "team-a"
    assert made["metadata"]["labels"] == {"tier": "front"}
    assert made["spec"]["containers"][0]["command"] == ["python"]
    assert made["spec"]["containers"][0]["image"] == "nginx"
    assert made["spec"]["securityContext"] == {"runAsNonRoot": True}
    assert made["spec"]["initContainers"][0]["name"] == "init"


def test_templates_have_nothing_that_only_pods_get() -> None:
    template = deployment("web", "nginx", hostNetwork=True)["spec"]["template"]
    assert template["spec"]["hostNetwork"] is True
    assert not {"volumes", "tolerations", "serviceAccountName"} & template["spec"].keys()
    assert "volumeMounts" not in template["spec"]["containers"][0]
    nested = cronjob("job", "nginx")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert nested["restartPolicy"] == "OnFailure"
    assert nested["containers"][0]["image"] == "nginx"


def test_a_review_is_what_the_webhook_reads() -> None:
    review = admission_review(deployment("web", "nginx:1.30"), dry_run=True)
    request = parse_review(json.dumps(review).encode())
    assert (request.operation, request.name, request.namespace) == ("CREATE", "web", "shop")
    assert request.dry_run is True
    assert request.object is not None
    assert request.object.kind == "Deployment"
    assert review["request"]["options"]["dryRun"] == ["All"]


def test_a_review_has_every_field_the_api_server_sends() -> None:
    request = admission_review(pod("web", "nginx"))["request"]
    assert request.keys() == {
        *("uid", "kind", "resource", "requestKind", "requestResource", "name", "namespace"),
        *("operation", "userInfo", "object", "oldObject", "dryRun", "options"),
    }
    assert (
        request["kind"] == request["requestKind"] == {"group": "", "version": "v1", "kind": "Pod"}
    )
    assert request["resource"]["resource"] == "pods"
    assert request["oldObject"] is None
    assert request["options"]["kind"] == "CreateOptions"


def test_a_subresource_is_named_twice() -> None:
    new, old = pod("web", "nginx", ephemeralContainers=[]), pod("web", "nginx")
    request = admission_review(new, "UPDATE", old, subresource="ephemeralcontainers")["request"]
    assert request["subResource"] == request["requestSubResource"] == "ephemeralcontainers"
    assert request["oldObject"] is old
    assert request["options"]["kind"] == "UpdateOptions"


def test_a_deletion_carries_the_object_as_the_old_one() -> None:
    gone = pod("web", "nginx")
    request = admission_review(gone, "DELETE")["request"]
    assert (request["object"], request["oldObject"]) == (None, gone)
    assert request["options"]["kind"] == "DeleteOptions"


def test_a_replica_is_created_by_its_controller_and_has_no_name_in_the_request() -> None:
    made = replica("web", "nginx")
    request = admission_review(made)["request"]
    assert "name" not in request
    assert made["metadata"]["name"].startswith(made["metadata"]["generateName"])
    assert made["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet"
    assert made["spec"]["containers"][0]["name"] == "web"
    user = request["userInfo"]["username"]
    assert user == "system:serviceaccount:kube-system:replicaset-controller"
    assert admission_review(made, "UPDATE", made)["request"]["name"] == made["metadata"]["name"]


def test_identifiers_follow_from_names_unless_they_are_given() -> None:
    web, job = pod("web", "nginx"), pod("job", "nginx")
    first, again = (admission_review(web)["request"]["uid"] for _ in range(2))
    assert first == again != admission_review(job)["request"]["uid"]
    assert admission_review(web, uid="7")["request"]["uid"] == "7"
    assert admission_review(web, user={"username": "me"})["request"]["userInfo"] == {
        "username": "me"
    }
