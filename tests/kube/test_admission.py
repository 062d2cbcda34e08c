from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from tests.kube.workloads import Json, every_kind, review_of
from tests.oci.strategies import json_values
from webhook.errors import InvalidReview
from webhook.kube import Workload, image_uses
from webhook.kube.admission import (
    AdmissionRequest,
    AdmissionResponse,
    Status,
    encode_answer,
    parse_review,
)
from webhook.sandbox.pods import admission_review, cronjob, deployment, pod

KINDS = every_kind("ghcr.io/acme/api:1")


def parsed(review: object) -> AdmissionRequest:
    return parse_review(msgspec.json.encode(review))


def refused(body: bytes) -> str:
    with pytest.raises(InvalidReview) as caught:
        parse_review(body)
    assert caught.value.status == 400
    assert caught.value.reason.isprintable()
    return caught.value.reason


def without(review: Json, *keys: str) -> Json:
    request = {key: value for key, value in review["request"].items() if key not in keys}
    return review | {"request": request}


@pytest.mark.parametrize("item", [pod, deployment, cronjob])
def test_a_review_as_an_api_server_sends_it_is_read(item: Callable[[str, str], Json]):
    review = admission_review(item("web", "nginx:1"), dry_run=True)
    request = parsed(review)
    assert request.uid == review["request"]["uid"]
    assert (request.operation, request.namespace) == ("CREATE", "shop")
    assert request.dry_run is True
    workload = Workload.of(request.object, request.namespace)
    assert workload is not None
    assert [use.image for use in image_uses(workload.pod)] == ["nginx:1"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_object_of_every_workload_kind_is_read(kind: str):
    request = parsed(review_of(KINDS[kind]))
    workload = Workload.of(request.object)
    assert workload is not None
    assert [use.image for use in image_uses(workload.pod)] == ["ghcr.io/acme/api:1"]


def test_old_object_and_subresource_are_read():
    old, new = pod("web", "nginx:1"), pod("web", "nginx:2")
    review = admission_review(new, "UPDATE", old, subresource="ephemeralcontainers")
    request = parsed(review)
    assert request.sub_resource == "ephemeralcontainers"
    assert request.old_object is not None
    assert request.old_object.kind == "Pod"


def test_a_deletion_has_no_object():
    request = parsed(admission_review(pod("web", "nginx"), "DELETE"))
    assert request.operation == "DELETE"
    assert request.object is None


@pytest.mark.parametrize(
    "custom",
    [
        {"spec": {"containers": "many"}},
        {"spec": "text"},
        {"spec": {"template": 5, "jobTemplate": []}},
        {"template": "{{ x }}", "metadata": {"name": "a"}},
        {"spec": {"volumes": {"a": {}}, "os": "linux", "hostUsers": "yes"}},
    ],
)
def test_a_custom_resource_may_use_the_same_words_for_other_things(custom: Json):
    item = {"apiVersion": "example.com/v1", "kind": "Deployment", **custom}
    request = parsed(review_of(item, item, operation="UPDATE", name="a"))
    assert (request.operation, request.name, request.namespace) == ("UPDATE", "a", "shop")
    assert request.object is request.old_object is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_workload_that_cannot_be_read_is_refused_and_says_where(kind: str):
    item = every_kind("unused", containers="many")[kind]
    assert "containers" in refused(msgspec.json.encode(review_of(item)))
    assert "containers" in refused(msgspec.json.encode(review_of(None, item)))


@pytest.mark.parametrize(
    ("review", "reason"),
    [
        ({}, "kind is '', not 'AdmissionReview'"),
        (review_of(None) | {"kind": "Pod\n"}, r"kind is 'Pod\n', not"),
        (review_of(None) | {"apiVersion": "admission.k8s.io/v1beta1"}, "v1beta1"),
        (review_of(None) | {"apiVersion": None}, "apiVersion"),
        (review_of(None) | {"request": None}, "has no request"),
        (without(review_of(None), "uid"), "uid"),
        (review_of(None, uid=""), "has no uid"),
        (review_of(None, uid=5), "uid"),
        (review_of({"apiVersion": 5}), "apiVersion"),
        (review_of({"apiVersion": "v1", "spec": {}}), "the object has no kind"),
        (review_of({"apiVersion": "v1", "spec": 5}), "spec"),
        ([], "Expected `object`"),
        (None, "Expected `object`"),
        ("AdmissionReview", "Expected `object`"),
    ],
)
def test_what_is_no_review_is_refused_with_the_reason(review: object, reason: str):
    assert reason in refused(msgspec.json.encode(review))


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"kind": "\xff"}', b"null\0"])
def test_bytes_that_are_no_json_are_refused(body: bytes):
    refused(body)


def test_a_review_nested_without_end_is_refused():
    body = msgspec.json.encode(review_of({"x": "DEEP"}))
    assert refused(body.replace(b'"DEEP"', b"[" * 100_000)) == (
        "not a readable AdmissionReview: nested too deeply"
    )


KEYS = ["uid", "operation", "namespace", "name", "object", "oldObject", "dryRun", "subResource"]
fuzzed = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, json_values)).map(
    lambda request: msgspec.json.encode(
        {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}
    )
)


@given(st.binary() | fuzzed)
def test_no_body_is_met_with_anything_but_a_request_or_an_invalid_review(body: bytes):
    found = attempt(parse_review, body, InvalidReview)
    assert found.reason.isprintable() if isinstance(found, InvalidReview) else found.uid


def test_an_answer_is_written_as_the_api_server_reads_it():
    assert msgspec.json.decode(encode_answer(AdmissionResponse("7", True))) == {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": {"uid": "7", "allowed": True},
    }
    denied = AdmissionResponse("7", False, Status("no", 403, "Forbidden"), ("w",), {"a": "b"})
    assert msgspec.json.decode(encode_answer(denied))["response"] == {
        "uid": "7",
        "allowed": False,
        "status": {"message": "no", "code": 403, "reason": "Forbidden"},
        "warnings": ["w"],
        "auditAnnotations": {"a": "b"},
    }
