"""Checks for ``admission/*.json``: objects with every field of the Kubernetes API filled in."""

from collections.abc import Iterator
from typing import Any

import msgspec

from tests.attempt import attempt
from tests.kube.workloads import review_of
from tests.vectors.case import Case, same
from webhook.errors import InvalidReview
from webhook.kube import Workload, image_uses
from webhook.kube.admission import API_VERSION, parse_review


def golden(case: Case) -> None:
    """A review is read or refused by its version, an object through a review of it."""
    if case["kind"] == "AdmissionReview":
        _review(case)
        return
    workload = Workload.of(parse_review(msgspec.json.encode(review_of(dict(case)))).object)
    assert workload is not None, "no workload"
    same(workload.kind, case["kind"])
    found = [(use.name, use.image) for use in image_uses(workload.pod)]
    assert found, "no image found"
    same(found, list(_images(_pod_spec(case))))


def _review(case: Case) -> None:
    found = attempt(parse_review, msgspec.json.encode(case), InvalidReview)
    same(not isinstance(found, InvalidReview), case["apiVersion"] == API_VERSION)
    if not isinstance(found, InvalidReview):
        same(found.uid, case["request"]["uid"])
        same(found.sub_resource, case["request"]["subResource"])


def _pod_spec(value: Any) -> dict[str, Any]:
    """The innermost ``spec``, down through every template."""
    for name in ("jobTemplate", "template", "spec"):
        if name in value:
            return _pod_spec(value[name])
    found: dict[str, Any] = value
    return found


def _images(spec: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for field in ("containers", "initContainers", "ephemeralContainers"):
        for container in spec.get(field, ()):
            yield container["name"], container["image"]
    for volume in spec.get("volumes", ()):
        if "image" in volume:
            yield volume["name"], volume["image"]["reference"]
