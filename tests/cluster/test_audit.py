"""``slimgate audit`` on a real API server: what a cluster runs, seen from outside."""

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest

from tests.cluster.plane import ControlPlane, without_proxies
from tests.cluster.releases.conftest import deployment, pod
from tests.cluster.world import until
from webhook.sandbox.registry import SandboxRegistry

Json = dict[str, Any]
OLD = "sha256:" + "0" * 64


class Audit:
    """Runs the command in one namespace."""

    def __init__(self, plane: ControlPlane, namespace: str, registry: SandboxRegistry) -> None:
        self.plane, self.namespace, self.registry = plane, namespace, registry

    async def __call__(self, *flags: str, where: tuple[str, ...] = ()) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "webhook", "audit", "--policies=python-recommended"),
            *(where or ("-n", self.namespace)),
            f"--kubeconfig={self.plane.kubeconfig}",
            f"--insecure-registry={self.registry.host}",
            *flags,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=without_proxies() | {"NO_PROXY": "*"},
        )
        said, complained = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        return process.returncode, said.decode(), complained.decode()

    async def json(self, *flags: str) -> Json:
        """What it says as JSON, whatever the exit code."""
        _, said, complained = await self("-o", "json", *flags)
        assert said, complained
        found: Json = json.loads(said)
        return found

    async def make(self, *documents: Json) -> None:
        text = "\n---\n".join(map(json.dumps, documents))
        await self.plane.kubectl("-n", self.namespace, "create", "-f", "-", stdin=text)

    async def runs(self, name: str, image_id: str, phase: str = "Running") -> None:
        """What a kubelet would write of a Pod with one container."""
        status = {
            "name": "web",
            "imageID": image_id,
            "image": "x",
            "ready": True,
            "restartCount": 0,
        }
        patch = {"status": {"phase": phase, "containerStatuses": [status]}}
        await self.plane.kubectl(
            *("-n", self.namespace, "patch", "pod", name, "--subresource=status"),
            *("-p", json.dumps(patch)),
        )

    async def pods(self) -> int:
        said = await self.plane.kubectl("-n", self.namespace, "get", "pods", "-o", "name")
        return len(said.split())


@pytest.fixture
def audit(controlplane: ControlPlane, namespace: str, registry: SandboxRegistry) -> Audit:
    return Audit(controlplane, namespace, registry)


async def test_pods_count_for_who_made_them_and_controllers_where_they_have_none(audit: Audit):
    bad = f"{audit.registry.host}/shop/api:2-slim"
    web = deployment("web", bad)
    web["spec"]["replicas"] = 3
    idle = deployment("idle", bad)
    idle["spec"]["replicas"] = 0
    template = {"spec": pod("x", bad)["spec"] | {"restartPolicy": "Never"}}
    cronjob = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "nightly"},
        "spec": {"schedule": "@yearly", "jobTemplate": {"spec": {"template": template}}},
    }
    await audit.make(web, idle, cronjob, pod("bare", bad), pod("over", bad))
    await audit.runs("over", "", phase="Succeeded")

    async def made() -> bool:
        return await audit.pods() == 5

    await until(made)
    found = await audit.json()
    assert [
        (each["target"].replace(audit.namespace, "NS"), each["workload"]["name"], each["allowed"])
        for each in found["results"]
    ] == [
        ("CronJob NS/nightly", "nightly", False),
        ("Deployment NS/idle", "idle", False),
        ("Deployment NS/web", "web", False),
        ("Pod NS/bare", "bare", False),
    ]
    assert found["summary"]["denied"] == 4
    assert found["summary"]["pods"] == 4
    (image,) = found["images"]
    assert (image["pods"], image["action"], image["step"]) == (4, "deny", 2)
    assert image["namespaces"] == {audit.namespace: 4}
    assert [(each["name"], each["pods"]) for each in image["owners"][:2]] == [
        ("web", 3),
        ("bare", 1),
    ]
    assert found["namespaces"][0]["denied"] == 4
    assert {"run-as-root"} <= {rule["rule"] for rule in found["rules"]}
    fetched = [seen for seen in audit.registry.seen if "/manifests/2-slim" in seen.path]
    assert len(fetched) == 1


async def test_the_table_says_what_is_gravest_and_how_often(audit: Audit):
    bad, good = (f"{audit.registry.host}/shop/api:{tag}" for tag in ("2-slim", "4-optimised"))
    await audit.make(pod("a", bad), pod("b", bad), pod("c", good))
    code, said, complained = await audit()
    assert (code, complained) == (1, "")
    lines = said.splitlines()
    assert lines[0].startswith(
        f"3 Pods of 3 workloads, 2 images in namespace {audit.namespace}; by"
    )
    assert lines[1] == "2 workloads denied, 0 with warnings, 1 without; 0 incomplete"
    assert max(map(len, lines[2:])) <= 100
    assert any("shop/api:2-slim" in line and "deny" in line for line in lines)
    assert any("run-as-root" in line and "deny 1" in line for line in lines)


async def test_a_preview_counts_policies_as_enforced(audit: Audit, tmp_path):
    policy = tmp_path / "dry.yaml"
    policy.write_text(
        "apiVersion: policy.slimgate.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: dry}\n"
        "spec:\n  mode: audit\n  rules: [{rule: run-as-root, action: deny}]\n"
    )
    await audit.make(pod("a", f"{audit.registry.host}/shop/api:2-slim"))
    flags = ("--config", str(tmp_path / "none.yaml"))
    (tmp_path / "none.yaml").write_text("{}")
    code, said, _ = await audit("--policies", str(policy), *flags)
    assert code == 1  # python-recommended denies as well
    found = await audit.json("--policies", str(policy), "--enforce-preview")
    (finding,) = [each for each in found["results"][0]["findings"] if each["rule"] == "run-as-root"]
    assert finding["policies"] == ["python-recommended", "dry"]
    code, said, _ = await audit("--enforce-preview")
    assert "would be denied" in said
    assert "would deny" in said


async def test_what_runs_is_compared_with_what_the_tag_names(audit: Audit):
    image = f"{audit.registry.host}/shop/api:4-optimised"
    repository = image.rpartition(":")[0]
    await audit.make(pod("new", image), pod("old", image), pod("local", image))
    index = next(iter((await audit.json())["results"]))["digest"]
    await audit.runs("new", f"{repository}@{index}")
    await audit.runs("old", f"{repository}@{OLD}")
    await audit.runs("local", OLD)
    _, said, _ = await audit()
    drift = said.partition("Drift")[2].splitlines()
    assert [line.split()[0] for line in drift[2:] if line] == ["1"]
    assert "000000000000" in drift[2]


async def test_an_image_that_cannot_be_read_is_a_finding_and_the_rest_goes_on(audit: Audit):
    host = audit.registry.host
    await audit.make(
        pod("gone", f"{host}/shop/nothing:1"), pod("good", f"{host}/shop/api:4-optimised")
    )
    code, said, _ = await audit()
    assert code == 3
    assert "2 Pods of 2 workloads" in said
    assert "image-unverified" in said


async def test_what_cannot_be_listed_is_told(audit: Audit, tmp_path):
    code, said, complained = await audit(where=("-A", "-n", "shop"))
    assert (code, said) == (2, "")
    assert "name namespaces with -n, or all of them with -A" in complained
    code, said, complained = await audit(where=("-n", "nowhere-at-all"))
    assert code == 2
    assert "there is nothing to judge in namespace nowhere-at-all" in complained
