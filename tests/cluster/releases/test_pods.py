"""What people meet in kubectl, in the exact words, and what the audit log keeps."""

import json

import pytest

from tests.cluster.plane import ControlPlane
from tests.cluster.releases.conftest import Install, deployment, pod, values
from tests.cluster.releases.release import Release
from tests.cluster.world import until
from webhook.sandbox.registry import SandboxRegistry

DENIED = (
    'admission webhook "pods.slimgate.dev" denied the request: slimgate: 2 problems (policy team)\n'
    "[web] run-as-root: image USER is unset (root) and the Pod sets no runAsUser. "
    "Add USER 10001 to the image or securityContext.runAsUser.\n"
    "[web] python-unbuffered: PYTHONUNBUFFERED is not on; stdout can be lost when the container "
    "is killed. Set env PYTHONUNBUFFERED=1.\n"
)
WARNED = (
    "Warning: [web] python-unbuffered: PYTHONUNBUFFERED is not on; stdout can be lost when the "
    "container is killed. Set env PYTHONUNBUFFERED=1.\n"
)
AS_USER = {"securityContext": {"runAsUser": 1000}}


async def test_what_kubectl_says(install: Install, registry: SandboxRegistry):
    release = await install(values(registry))
    bad, good = f"{registry.host}/shop/api:2-slim", f"{registry.host}/shop/api:4-optimised"
    for flags in ([], ["--dry-run=server"]):
        code, said, complained = await release.create(pod("bad", bad), *flags)
        assert (code, said) == (1, "")
        assert complained == f'Error from server (Forbidden): error when creating "STDIN": {DENIED}'
    assert await release.create(pod("warned", bad, **AS_USER)) == (
        0,
        "pod/warned created\n",
        WARNED,
    )
    dry = await release.create(pod("dry", bad, **AS_USER), "--dry-run=server")
    assert dry == (0, "pod/dry created (server dry run)\n", WARNED)
    assert await release.create(pod("good", good)) == (0, "pod/good created\n", "")
    assert await release.names("pods") == {"warned", "good"}
    reviewed = {event["name"]: event["decision"] for event in await release.events("review")}
    assert reviewed == {"bad": "deny", "warned": "warn", "dry": "warn", "good": "allow"}


async def test_a_deployment_is_warned_and_its_pods_are_denied(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry))
    image = f"{registry.host}/shop/api:2-slim"
    code, said, complained = await release.create(deployment("web", image))
    assert (code, said) == (0, "deployment.apps/web created\n")
    assert complained.splitlines() == [f"Warning: {line}" for line in DENIED.splitlines()[1:]]

    async def told() -> bool:
        return any(DENIED.splitlines()[1] in event for event in await release.told("FailedCreate"))

    await until(told)  # where its owner looks: kubectl describe replicaset
    assert await release.names("pods") == set()


async def test_the_audit_log_keeps_what_was_decided(
    controlplane: ControlPlane, install: Install, registry: SandboxRegistry
):
    if not (controlplane.folder / "audit.log").exists():
        pytest.skip("the audit log of this API server is not here to be read")
    release = await install(values(registry))
    await release.create(pod("warned", f"{registry.host}/shop/api:2-slim", **AS_USER))
    (annotations,) = _annotations(controlplane, release, "warned")
    prefix = "pods.slimgate.dev/"
    kept = {k.removeprefix(prefix): v for k, v in annotations.items() if k.startswith(prefix)}
    assert kept["decision"] == "warn"
    assert len(kept["policies"]) == 12
    assert kept["digests"].startswith("web linux/amd64=sha256:")
    (finding,) = json.loads(kept["findings"])
    assert (finding["rule"], finding["action"]) == ("python-unbuffered", "warn")


def _annotations(plane: ControlPlane, release: Release, name: str) -> list[dict[str, str]]:
    lines = map(json.loads, (plane.folder / "audit.log").read_text().splitlines())
    return [
        line["annotations"]
        for line in lines
        if line["objectRef"].get("namespace") == release.namespace
        and line["objectRef"]["resource"] == "pods"
        and line["objectRef"].get("name") == name
    ]
