"""Golden reviews: what is asked, and every byte of what must be answered.

Images are named ``registry.test/…`` and read through a mirror, so that nothing depends on a port.
"""

from pathlib import Path
from typing import Any

import msgspec

from tests.conftest import Client, policy_text
from webhook.sandbox.pods import admission_review, cronjob, deployment, pod

FOLDER = Path(__file__).parent
POLICY = policy_text(
    "rule: musl-python-base, action: deny",
    "rule: run-as-root, action: deny",
    "rule: non-numeric-user, action: warn",
    "rule: python-unbuffered, action: warn",
    "rule: python-dont-write-bytecode, action: audit",
    "rule: image-size, action: warn, with: {maxUnpacked: 4M}",
    "rule: non-slim-base, action: warn",
    "rule: floating-tag, action: warn",
    "rule: shell-form-command, action: warn",
    "rule: development-server, action: warn",
    more="match: {containers: [container, init, ephemeral, imageVolume]}",
)


def _image(name: str) -> str:
    return f"registry.test/shop/{name}"


GOOD, ROOT = _image("api:4-optimised"), _image("api:2-slim")
_NON_ROOT = {"securityContext": {"runAsUser": 10001}}
_UNBUFFERED = {"env": [{"name": "PYTHONUNBUFFERED", "value": "1"}]}

CASES: dict[str, dict[str, Any]] = {
    "good-pod": admission_review(pod("web", GOOD)),
    "root-pod": admission_review(pod("web", ROOT)),
    "root-pod-mended-by-its-spec": admission_review(
        pod("web", ROOT, container=_UNBUFFERED, **_NON_ROOT)
    ),
    "good-image-undone-by-the-pod": admission_review(
        pod("web", GOOD, container={"securityContext": {"runAsUser": 0}})
    ),
    "full-image": admission_review(pod("web", _image("api:1-full"))),
    "alpine": admission_review(pod("web", _image("worker:alpine"))),
    "named-user-that-cannot-start": admission_review(
        pod("web", _image("api:named-user"), securityContext={"runAsNonRoot": True})
    ),
    "development-server-and-latest": admission_review(pod("web", _image("admin:latest"))),
    "shell-form": admission_review(pod("web", _image("api:shell-form"))),
    "not-python": admission_review(pod("web", _image("web:1.30"))),
    "init-sidecar-and-image-volume": admission_review(
        pod(
            "web",
            GOOD,
            initContainers=[
                {"name": "migrate", "image": ROOT},
                {"name": "proxy", "image": ROOT, "restartPolicy": "Always"},
            ],
            volumes=[{"name": "model", "image": {"reference": _image("model:latest")}}],
        )
    ),
    "ephemeral-container": admission_review(
        pod("web", GOOD, ephemeralContainers=[{"name": "debug", "image": ROOT}]),
        operation="UPDATE",
        old=pod("web", GOOD),
    ),
    "deployment": admission_review(deployment("web", ROOT)),
    "cronjob": admission_review(cronjob("report", _image("worker:alpine"))),
    "no-reference": admission_review(pod("web", "Not A Reference")),
    "delete": admission_review(pod("web", ROOT), operation="DELETE"),
    "dry-run": admission_review(pod("web", ROOT), dry_run=True),
}


async def answer(client: Client, review: dict[str, Any]) -> dict[str, Any]:
    """What is asked and what came, as it is kept."""
    return {"review": review, "response": await client.review(review)}


def as_text(value: dict[str, Any]) -> str:
    """As the files are written."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode() + "\n"
