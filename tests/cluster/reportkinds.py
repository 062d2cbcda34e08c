"""The kinds of report objects, as far as slimgate writes them: a server prunes everything else."""

from typing import Any

from tests.cluster.plane import ControlPlane
from tests.cluster.world import until
from webhook.cluster.client import Cluster
from webhook.cluster.reports import KINDS
from webhook.errors import ClusterError

TEXT = {"type": "string"}
COUNT = {"type": "integer"}
_WORDS = ("pass", "fail", "warn", "error", "skip")
_TEXTS = {"type": "object", "additionalProperties": TEXT}
_RESULT = {
    "type": "object",
    "required": ["policy"],
    "properties": {
        **dict.fromkeys(("category", "message", "policy", "rule", "source"), TEXT),
        "properties": _TEXTS,
        "resources": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("kind", "namespace", "name", "uid"), TEXT),
            },
        },
        "result": TEXT | {"enum": list(_WORDS)},
        "severity": TEXT | {"enum": ["critical", "high", "low", "medium", "info"]},
        "timestamp": {
            "type": "object",
            "required": ["nanos", "seconds"],
            "properties": dict.fromkeys(("nanos", "seconds"), COUNT),
        },
    },
}


def _kind(group: str, version: str, kind: str, more: dict[str, Any]) -> dict[str, Any]:
    plural = f"{kind.lower()}s"
    properties = {
        "summary": {"type": "object", "properties": dict.fromkeys(_WORDS, COUNT)},
        "results": {"type": "array", "items": _RESULT},
        **more,
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # Groups of k8s.io are approved by Kubernetes; this one never was, and says so.
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, legacy API"},
        },
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": properties}},
                }
            ],
        },
    }


DEFINITIONS = [
    _kind("wgpolicyk8s.io", "v1alpha2", "PolicyReport", {}),
    _kind("openreports.io", "v1alpha1", "Report", {"source": TEXT}),
]
"""CustomResourceDefinitions of both."""


async def define(controlplane: ControlPlane, admin: Cluster) -> None:
    """Let a real API server have both kinds."""
    await controlplane.apply(*DEFINITIONS)

    async def served() -> bool:
        try:
            for kind in KINDS:
                await admin.get(kind.path(""))
        except ClusterError:
            return False
        return True

    await until(served)
