"""What the API server fills in: the fields of pod specs that nobody writes.

Sources: k8s.io/kubernetes pkg/apis/core/v1/defaults.go and the ServiceAccount, Priority and
DefaultTolerationSeconds admission plugins.
"""

from collections.abc import Mapping
from typing import Any

from webhook.errors import InvalidReference
from webhook.oci import Reference

Json = dict[str, Any]

_POD_ONLY = frozenset(
    {
        *("volumes", "tolerations", "priority", "preemptionPolicy", "enableServiceLinks"),
        *("serviceAccount", "serviceAccountName"),
    }
)
"""What the API server adds to Pods and leaves out of templates."""


def template(name: str, image: str, spec: Mapping[str, Any]) -> Json:
    """A pod template with one container; ``spec`` replaces fields of its pod spec."""
    full = pod_spec(name, image, {})
    kept = {field: value for field, value in full.items() if field not in _POD_ONLY}
    del kept["containers"][0]["volumeMounts"]
    metadata = {"creationTimestamp": None, "labels": {"app": name}}
    return {"metadata": metadata, "spec": kept | dict(spec)}


def pod_spec(name: str, image: str, container: Mapping[str, Any]) -> Json:
    """The spec of a Pod with one container; ``container`` replaces fields of it."""
    token = "kube-api-access-7kx2p"
    mount = {
        "name": token,
        "readOnly": True,
        "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
    }
    return {
        "volumes": [{"name": token, "projected": _token_sources()}],
        "containers": [_container(name, image) | {"volumeMounts": [mount]} | dict(container)],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "serviceAccount": "default",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "tolerations": [
            _toleration("node.kubernetes.io/not-ready"),
            _toleration("node.kubernetes.io/unreachable"),
        ],
        "priority": 0,
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
    }


def _container(name: str, image: str) -> Json:
    return {
        "name": name,
        "image": image,
        "resources": {},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "imagePullPolicy": "Always" if _is_latest(image) else "IfNotPresent",
    }


def _is_latest(image: str) -> bool:
    """Whether the API server defaults the pull policy to Always; not so for a bad reference."""
    try:
        return Reference.parse(image).effective_tag == "latest"
    except InvalidReference:
        return False


def _token_sources() -> Json:
    root = {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}
    field = {"apiVersion": "v1", "fieldPath": "metadata.namespace"}
    return {
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": root},
            {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": field}]}},
        ],
        "defaultMode": 420,
    }


def _toleration(key: str) -> Json:
    return {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
