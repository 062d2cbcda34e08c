"""Every built-in kind that runs or makes Pods, and the reviews an API server sends of them."""

from typing import Any

from webhook.sandbox.pods import admission_review, cronjob, deployment, pod

Json = dict[str, Any]


def every_kind(image: str, **spec: Any) -> dict[str, Json]:
    """Kind → an object of that kind whose Pods run ``image``; keywords are of the pod spec."""
    controller = deployment("web", image, **spec)
    template = controller["spec"]["template"]

    def alike(kind: str, api_version: str) -> Json:
        return controller | {"kind": kind, "apiVersion": api_version}

    return {
        "Pod": pod("web", image, **spec),
        "Deployment": controller,
        "ReplicaSet": alike("ReplicaSet", "apps/v1"),
        "StatefulSet": alike("StatefulSet", "apps/v1"),
        "DaemonSet": alike("DaemonSet", "apps/v1"),
        "ReplicationController": alike("ReplicationController", "v1"),
        "Job": alike("Job", "batch/v1"),
        "CronJob": cronjob("web", image, **spec),
        "PodTemplate": {
            "kind": "PodTemplate",
            "apiVersion": "v1",
            "metadata": controller["metadata"],
            "template": template,
        },
    }


def review_of(item: Json | None, old: Json | None = None, **request: Any) -> Json:
    """A review about any object; further keywords replace fields of the request."""
    review = admission_review(pod("web", "nginx"))
    review["request"] |= {"object": item, "oldObject": old} | request
    return review
