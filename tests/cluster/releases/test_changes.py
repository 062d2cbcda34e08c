"""Updates, scales, deletions, debugging: what is judged and what is never in anybody's way."""

import json

from tests.cluster.releases.conftest import (
    ROOT,
    UNBUFFERED,
    Install,
    deployment,
    pod,
    stricter,
    values,
)
from webhook.sandbox.registry import SandboxRegistry


async def test_what_ran_before_the_policy_can_be_labelled_scaled_and_deleted(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, "rule: run-as-root, action: audit"))
    image = f"{registry.host}/shop/api:2-slim"
    await release.create(pod("old", image))
    await release.create(deployment("old", image))
    await stricter(release, registry)
    for command in (
        ["label", "pod", "old", "tier=web"],
        ["label", "deployment", "old", "tier=web"],
        ["scale", "deployment", "old", "--replicas=0"],
        ["patch", "pod", "old", "--subresource=status", "-p", '{"status":{"message":"fine"}}'],
        ["delete", "pod", "old", "--now"],
        ["delete", "deployment", "old"],
    ):
        code, _, complained = await release.kubectl(*command)
        assert (code, complained) == (0, ""), command


async def test_a_new_image_of_a_pod_is_judged(install: Install, registry: SandboxRegistry):
    release = await install(values(registry))
    good, bad = (f"{registry.host}/shop/api:{tag}" for tag in ("4-optimised", "2-slim"))
    await release.create(pod("web", good))
    code, _, complained = await release.kubectl("set", "image", "pod/web", f"web={bad}")
    assert code == 1
    assert "[web] run-as-root:" in complained
    code, _, complained = await release.kubectl("set", "image", "pod/web", f"web={good}")
    assert (code, complained) == (0, "")


async def test_a_controller_is_warned_when_something_that_counts_changes(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry))
    good, bad = (f"{registry.host}/shop/api:{tag}" for tag in ("4-optimised", "2-slim"))
    await release.create(deployment("web", good))
    code, _, complained = await release.kubectl("set", "image", "deployment/web", f"web={bad}")
    assert code == 0
    assert "Warning: [web] run-as-root:" in complained
    code, _, complained = await release.kubectl("scale", "deployment/web", "--replicas=2")
    assert (code, complained) == (0, "")


async def test_ephemeral_containers_are_judged(install: Install, registry: SandboxRegistry):
    release = await install(values(registry))
    await release.create(pod("web", f"{registry.host}/shop/api:4-optimised"))
    bad = f"{registry.host}/shop/api:2-slim"
    code, _, complained = await release.kubectl(
        "debug", "web", f"--image={bad}", "--container=debug", "--profile=general"
    )
    assert code == 1
    assert "[debug] run-as-root:" in complained
    assert "[web]" not in complained


async def test_image_volumes_are_judged_where_a_policy_names_them(
    install: Install, registry: SandboxRegistry
):
    release = await install(
        values(
            registry,
            "rule: floating-tag, action: deny",
            more="match: {containers: [container, imageVolume]}",
        )
    )
    good = f"{registry.host}/shop/api:4-optimised"
    reference = f"{registry.host}/shop/model:latest"
    volume = {"name": "model", "image": {"reference": reference}}
    code, _, complained = await release.create(pod("web", good, volumes=[volume]))
    assert code == 1
    assert "[model] floating-tag:" in complained


async def test_every_kind_of_controller_is_warned(install: Install, registry: SandboxRegistry):
    release = await install(values(registry, ROOT, UNBUFFERED))
    template = deployment("web", f"{registry.host}/shop/api:2-slim")["spec"]["template"]
    selector = {"matchLabels": {"app": "web"}}
    job = {"metadata": {}, "spec": template["spec"] | {"restartPolicy": "Never"}}
    kinds = {
        "ReplicaSet": ("apps/v1", {"selector": selector, "template": template}),
        "StatefulSet": ("apps/v1", {"selector": selector, "template": template}),
        "DaemonSet": ("apps/v1", {"selector": selector, "template": template}),
        "ReplicationController": ("v1", {"selector": {"app": "web"}, "template": template}),
        "Job": ("batch/v1", {"template": job}),
        "CronJob": (
            "batch/v1",
            {"schedule": "@yearly", "jobTemplate": {"spec": {"template": job}}},
        ),
    }
    for kind, (version, spec) in kinds.items():
        document = {"apiVersion": version, "kind": kind, "metadata": {"name": "web"}, "spec": spec}
        code, _, complained = await release.create(document, "--dry-run=server")
        assert (code, complained.count("Warning: [web] ")) == (0, 2), json.dumps(document)
