"""What is judged, and by which policies. Images are named ``registry.test/…``, read by a mirror."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import policy_text
from webhook.sandbox.pods import cronjob, deployment, pod, replica

_SHIPPED = Path(__file__).parents[2] / "policies"


def _image(name: str) -> str:
    return f"registry.test/shop/{name}"


GOOD, SLIM, FULL = _image("api:4-optimised"), _image("api:2-slim"), _image("api:1-full")
ALPINE, NAMED, WEB = _image("worker:alpine"), _image("api:named-user"), _image("web:1.30")


@dataclass(frozen=True)
class Case:
    """A workload as a file has it, and the Pod that comes of it."""

    written: dict[str, Any]
    pod: dict[str, Any]

    @classmethod
    def of(cls, made: dict[str, Any]) -> "Case":
        """A Pod, which is what it is."""
        return cls(made, made)


CASES: dict[str, Case] = {
    "good": Case.of(pod("good", GOOD)),
    "root": Case.of(pod("root", SLIM)),
    "full": Case.of(pod("full", FULL)),
    "mended": Case.of(
        pod(
            "mended",
            SLIM,
            container={"env": [{"name": "PYTHONUNBUFFERED", "value": "1"}]},
            securityContext={"runAsUser": 10001},
        )
    ),
    "undone": Case.of(pod("undone", GOOD, container={"securityContext": {"runAsUser": 0}})),
    "named-user": Case.of(pod("named-user", NAMED, securityContext={"runAsNonRoot": True})),
    "development-server": Case.of(pod("admin", _image("admin:latest"))),
    "not-python": Case.of(pod("not-python", WEB)),
    "several": Case.of(
        pod(
            "several",
            GOOD,
            initContainers=[
                {"name": "migrate", "image": SLIM},
                {"name": "proxy", "image": ALPINE, "restartPolicy": "Always"},
            ],
        )
    ),
    "unreachable": Case.of(pod("unreachable", "127.0.0.1:1/shop/api:1")),
    "no-reference": Case.of(pod("no-reference", "Not A Reference")),
    "deployment": Case(deployment("api", SLIM), replica("api", SLIM)),
    "cronjob": Case(cronjob("report", ALPINE), pod("report", ALPINE, restartPolicy="OnFailure")),
}

POLICIES: dict[str, str] = {
    **{
        name: (_SHIPPED / name / "policy.yaml").read_text()
        for name in ("baseline", "python-recommended", "restricted")
    },
    "team": policy_text(
        "rule: run-as-root, action: deny",
        "rule: non-numeric-user, action: deny",
        "rule: musl-python-base, action: deny",
        "rule: image-size, action: warn, with: {maxPull: 1M}",
        "rule: image-size, action: deny, with: {maxUnpacked: 4M}",
        "rule: require-digest, action: audit",
        more="""\
platforms: [linux/amd64, linux/arm64]
  failureActions: {unreachable: deny, malformed: deny}
  exclude: {images: ["registry.test/shop/web"]}
  exemptions:
    - {images: ["registry.test/shop/api:1-*"], rules: [run-as-root], reason: soon gone}""",
    ),
    "some-workloads": policy_text(
        "rule: run-as-root, action: deny",
        more="match: {namespaces: [shop], objectSelector: {matchLabels: {app: api}}}",
    ),
    "warn": policy_text("rule: run-as-root, action: deny", mode="warn"),
}
"""Policy files by what they are about."""

DENIED = {
    "baseline": set[str](),
    "warn": set[str](),
    "some-workloads": {"deployment"},
    "team": {
        *("root", "full", "undone", "named-user", "several", "deployment", "cronjob"),
        *("unreachable", "no-reference"),
    },
}
"""Which cases must be denied, where that is plain to see."""
