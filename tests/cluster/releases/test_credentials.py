"""Private registries: the pull secrets of Pods, as the kubelet would use them."""

import json

from tests.cluster.releases.conftest import ROOT, Install, deployment, pod, values
from tests.cluster.releases.release import Release
from tests.cluster.world import until
from webhook.sandbox.behaviour import Behaviour, User

PRIVATE = Behaviour("bearer", {"ada": User("s3cret"), "bob": User("0ther", repositories=())})


async def secret(release: Release, namespace: str, host: str, user: str, password: str) -> None:
    code, _, complained = await release.kubectl(
        *("create", "secret", "docker-registry", "pull", f"--docker-server={host}"),
        *(f"--docker-username={user}", f"--docker-password={password}"),
        namespace=namespace,
    )
    assert code == 0, complained


async def test_the_pull_secrets_of_a_pod_open_its_images_and_nobody_else_s(
    install: Install, make_namespace, registry_at
):
    async with registry_at(PRIVATE) as registry:
        team, other = await make_namespace(), await make_namespace()
        release = await install(values(registry, ROOT, targetNamespaces=[team, other]))
        image = f"{registry.host}/shop/api:4-optimised"
        private = pod("web", image, imagePullSecrets=[{"name": "pull"}])
        refused = "Warning: [web] image-unverified: could not inspect the image"
        await secret(release, team, registry.host, "ada", "s3cret")

        async def opened() -> bool:
            """Watches tell of a new Secret a moment after it was made."""
            return (await release.create(private, "--dry-run=server", namespace=team))[2] == ""

        await until(opened)
        code, _, complained = await release.create(private, "--dry-run=server", namespace=other)
        assert code == 0
        assert complained.startswith(refused)
        assert f"Secret {other}/pull (there is no such Secret" in complained
        await secret(release, other, registry.host, "bob", "0ther")

        async def told() -> bool:
            _, _, said = await release.create(private, "--dry-run=server", namespace=other)
            return f"credentials: Secret {other}/pull)" in said

        await until(told)
        log = await release.log()
        assert "s3cret" not in log + complained
        assert "0ther" not in log


async def test_the_service_account_s_are_used_where_a_pod_names_none(install: Install, registry_at):
    async with registry_at(PRIVATE) as registry:
        release = await install(values(registry, ROOT))
        await secret(release, release.namespace, registry.host, "ada", "s3cret")
        patch = json.dumps({"imagePullSecrets": [{"name": "pull"}]})
        await release.kubectl("patch", "serviceaccount", "default", "-p", patch)
        image = f"{registry.host}/shop/api:4-optimised"

        async def opened(document: dict) -> bool:
            return (await release.create(document, "--dry-run=server"))[2] == ""

        await until(lambda: opened(pod("web", image)))
        await until(lambda: opened(deployment("web", image)))
