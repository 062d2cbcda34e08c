"""What people meet in kubectl, in the exact words."""

from tests.cluster.releases.conftest import AS_USER, Install, deployment, pod, values
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
