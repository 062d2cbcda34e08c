"""What only a control plane and a process of the tests' own can show; not collected by ``make e2e``."""

import json
import signal

import pytest

from tests.cluster.plane import ControlPlane
from tests.cluster.releases.conftest import AS_USER, ROOT, Install, pod, values
from tests.cluster.releases.outside import Outside
from tests.cluster.releases.release import Release
from webhook.sandbox.registry import SandboxRegistry


@pytest.mark.parametrize(("policy", "code"), [("Ignore", 0), ("Fail", 1)])
async def test_a_webhook_that_hangs_is_given_up_in_time(
    install: Install, registry: SandboxRegistry, policy: str, code: int
):
    chosen = {"failurePolicy": policy, "timeoutSeconds": 1}
    release = await install(values(registry, ROOT, webhook=chosen))
    assert isinstance(release, Outside)
    assert release.process is not None
    release.process.send_signal(signal.SIGSTOP)
    try:
        document = pod("web", f"{registry.host}/shop/api:4-optimised")
        ended, _, complained = await release.create(document)
        assert ended == code
        assert ("context deadline exceeded" in complained) is bool(code)
    finally:
        release.process.send_signal(signal.SIGCONT)


async def test_the_audit_log_keeps_what_was_decided(
    controlplane: ControlPlane, install: Install, registry: SandboxRegistry
):
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
