"""The review that is measured: a Pod of three containers, about 9 KB as an API server sends it."""

from typing import Any

import msgspec

from webhook.sandbox.pods import admission_review, pod

SIZE = 9_000
"""Bytes that the body is filled up to."""


def body(images: tuple[str, str, str]) -> bytes:
    """A review of a Pod with three containers, filled up with what Pods are filled with."""
    return msgspec.json.encode(admission_review(_filled(images)))


def _filled(images: tuple[str, str, str]) -> dict[str, Any]:
    made = pod("web", images[0])
    (first,) = made["spec"]["containers"]
    env = [
        {"name": f"SETTING_{number}", "value": f"value of setting number {number}"}
        for number in range(12)
    ]
    made["spec"]["containers"] = [
        {**first, "name": f"app-{number}", "image": image, "env": env, **_probes()}
        for number, image in enumerate(images)
    ]
    missing = SIZE - len(msgspec.json.encode(admission_review(made)))
    made["metadata"].setdefault("annotations", {})["example.com/notes"] = "x" * max(0, missing)
    return made


def _probes() -> dict[str, Any]:
    probe = {"httpGet": {"path": "/healthz", "port": 8000, "scheme": "HTTP"}, "periodSeconds": 10}
    return {"livenessProbe": probe, "readinessProbe": probe}
