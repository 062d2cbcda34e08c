"""When the webhook, or the registry behind it, does not answer."""

from tests.cluster.releases.conftest import ROOT, Install, deployment, pod, values
from tests.cluster.world import until
from webhook.sandbox.behaviour import Behaviour
from webhook.sandbox.registry import SandboxRegistry


async def test_fail_open_by_default(install: Install, registry: SandboxRegistry):
    release = await install(values(registry))
    await release.stop()
    code, _, complained = await release.create(pod("bad", f"{registry.host}/shop/api:2-slim"))
    assert (code, complained) == (0, "")


async def test_fail_closed_by_choice_and_never_for_itself_or_controllers(
    install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, webhook={"failurePolicy": "Fail"}))
    image = f"{registry.host}/shop/api:4-optimised"
    await release.create(pod("before", image))
    await release.stop()
    code, _, complained = await release.create(pod("web", image))
    assert code == 1
    assert 'failed calling webhook "pods.slimgate.dev"' in complained
    assert (await release.create(deployment("web", image)))[0] == 0
    assert (await release.kubectl("label", "pod", "before", "tier=web"))[0] == 0
    assert (await release.kubectl("delete", "pod", "before", "--now"))[0] == 0
    assert (await release.create(pod("itself", release.image)))[0] == 0
    smuggled = pod("smuggled", release.image, initContainers=[{"name": "init", "image": image}])
    assert (await release.create(smuggled))[0] == 1


async def test_the_answer_comes_before_the_api_server_gives_up(install: Install, registry_at):
    async with registry_at(Behaviour(latency=1)) as registry:
        chosen = values(registry, ROOT, webhook={"failurePolicy": "Fail", "timeoutSeconds": 2})
        release = await install(chosen)
        document = pod("web", f"{registry.host}/shop/api:4-optimised")
        code, _, complained = await release.create(document, "--dry-run=server")
        assert (code, complained) == (
            0,
            "Warning: [web] image-unverified: could not inspect the image (registry timeout "
            "after 1.7 s); policy not evaluated. Check the reference, pull secret and registry.\n",
        )

        async def known() -> bool:
            """What was asked for is read on, and the next review has it."""
            return await release.create(document, "--dry-run=server") == (
                0,
                "pod/web created (server dry run)\n",
                "",
            )

        await until(known)
