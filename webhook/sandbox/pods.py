"""Sample workloads and admission reviews, as an API server sends them to a validating webhook.

Objects are complete: defaulted, with service account volume, managed fields and status, as
validating admission sees them after mutation (Kubernetes 1.30 and newer). Sources:
k8s.io/api/admission/v1, k8s.io/kubernetes pkg/apis/core/v1/defaults.go. Identifiers follow from
names, and times are fixed.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from webhook.sandbox.defaults import Json, pod_spec, template

NAMESPACE = "shop"
_CREATED = "2026-09-01T10:00:00Z"
_RESOURCES = {"Pod": "pods", "Deployment": "deployments", "CronJob": "cronjobs"}
_DEVELOPER: Json = {
    "username": "developer@example.com",
    "groups": ["developers", "system:authenticated"],
    "extra": {"authentication.kubernetes.io/credential-id": ["X509SHA256=1f0e"]},
}
_CONTROLLER: Json = {
    "username": "system:serviceaccount:kube-system:replicaset-controller",
    "uid": "4f1c8d0e-7a53-4f0c-9d5b-2a6e6d1b9c35",
    "groups": [
        "system:serviceaccounts",
        "system:serviceaccounts:kube-system",
        "system:authenticated",
    ],
}
_REPLICASET = "6d4cf56db6"


def pod(
    name: str,
    image: str,
    *,
    namespace: str = NAMESPACE,
    labels: Mapping[str, str] | None = None,
    container: Mapping[str, Any] | None = None,
    **spec: Any,
) -> Json:
    """A Pod with one container, called ``name``, that runs ``image``.

    ``container`` replaces fields of the container, further keywords replace fields of the pod spec,
    both in the API's own spelling.
    """
    filled = pod_spec(name, image, container or {}) | spec
    return _object("v1", "Pod", _metadata(name, namespace, labels), filled) | {
        "status": {"phase": "Pending", "qosClass": "BestEffort"}
    }


def replica(name: str, image: str, **fields: Any) -> Json:
    """The Pod that the ReplicaSet of ``deployment(name, image)`` makes; takes what ``pod`` takes."""
    made = pod(f"{name}-{_REPLICASET}-x2v9k", image, **fields)
    made["spec"]["containers"][0]["name"] = name
    made["metadata"] |= {
        "generateName": f"{name}-{_REPLICASET}-",
        "labels": {"app": name, "pod-template-hash": _REPLICASET},
        "ownerReferences": [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": f"{name}-{_REPLICASET}",
                "uid": _uid(f"ReplicaSet {name}"),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ],
    }
    made["metadata"]["managedFields"][0]["manager"] = "kube-controller-manager"
    return made


def deployment(name: str, image: str, *, namespace: str = NAMESPACE, **spec: Any) -> Json:
    """A Deployment whose Pods run ``image``; keywords replace fields of the pod spec."""
    return _object(
        "apps/v1",
        "Deployment",
        _metadata(name, namespace),
        {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": template(name, image, spec),
            "strategy": {
                "type": "RollingUpdate",
                "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
            },
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
    ) | {"status": {}}


def cronjob(name: str, image: str, *, namespace: str = NAMESPACE, **spec: Any) -> Json:
    """A CronJob whose Pods run ``image``; keywords replace fields of the pod spec."""
    made = template(name, image, {"restartPolicy": "OnFailure"} | spec)
    return _object(
        "batch/v1",
        "CronJob",
        _metadata(name, namespace),
        {
            "schedule": "@hourly",
            "concurrencyPolicy": "Allow",
            "suspend": False,
            "jobTemplate": {
                "metadata": {"creationTimestamp": None},
                "spec": {"template": made},
            },
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 1,
        },
    ) | {"status": {}}


def admission_review(
    workload: Json,
    operation: str = "CREATE",
    old: Json | None = None,
    dry_run: bool = False,
    *,
    subresource: str = "",
    user: Mapping[str, Any] | None = None,
    uid: str = "",
) -> Json:
    """The review of ``operation`` (CREATE, UPDATE or DELETE) on ``workload``.

    ``uid`` follows from the workload and the operation unless it is given, ``user`` from whether a
    controller owns the workload. As the API server does, a DELETE carries the workload as the old
    object, and the CREATE of a Pod with a generated name leaves that out of the request.
    """
    group, _, version = workload["apiVersion"].rpartition("/")
    kind = workload["kind"]
    metadata = workload["metadata"]
    deleted = operation == "DELETE"
    owned = "ownerReferences" in metadata
    named = operation != "CREATE" or "generateName" not in metadata
    request: Json = {
        "uid": uid or _uid(f"{operation} {kind} {metadata['namespace']}/{metadata['name']}"),
        **_about("kind", {"group": group, "version": version, "kind": kind}),
        **_about("resource", {"group": group, "version": version, "resource": _RESOURCES[kind]}),
        **(_about("subResource", subresource) if subresource else {}),
        **({"name": metadata["name"]} if named else {}),
        "namespace": metadata["namespace"],
        "operation": operation,
        "userInfo": dict(user or (_CONTROLLER if owned else _DEVELOPER)),
        "object": None if deleted else workload,
        "oldObject": workload if deleted else old,
        "dryRun": dry_run,
        "options": _options(operation, dry_run),
    }
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}


def _about(name: str, value: Any) -> Json:
    """What is reviewed, and the same as it was requested: no conversion took place."""
    return {name: value, f"request{name[0].upper()}{name[1:]}": value}


def _options(operation: str, dry_run: bool) -> Json:
    options: Json = {
        "kind": f"{operation.capitalize()}Options",
        "apiVersion": "meta.k8s.io/v1",
    }
    if dry_run:
        options["dryRun"] = ["All"]
    if operation == "DELETE":
        return options | {"propagationPolicy": "Background"}
    return options | {"fieldManager": "kubectl-client-side-apply", "fieldValidation": "Strict"}


def _object(api_version: str, kind: str, metadata: Json, spec: Json) -> Json:
    entry = {
        "manager": "kubectl-client-side-apply",
        "operation": "Update",
        "apiVersion": api_version,
        "time": _CREATED,
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {f"f:{name}": {} for name in spec}},
    }
    metadata = metadata | {"uid": _uid(f"{kind} {metadata['name']}"), "managedFields": [entry]}
    return {"kind": kind, "apiVersion": api_version, "metadata": metadata, "spec": spec}


def _metadata(name: str, namespace: str, labels: Mapping[str, str] | None = None) -> Json:
    return {
        "name": name,
        "namespace": namespace,
        "creationTimestamp": _CREATED,
        "labels": dict(labels or {"app": name}),
    }


def _uid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))
