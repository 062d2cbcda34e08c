"""What only a cluster with nodes can show; collected by ``make e2e`` alone."""

from tests.cluster.releases.conftest import ROOT, Install, deployment, values
from tests.cluster.world import until
from webhook.sandbox.registry import SandboxRegistry


async def test_the_chart_s_own_test_passes(install: Install, registry: SandboxRegistry):
    release = await install(values(registry, ROOT))
    said = await release.helm("test", release.name, "--namespace", release.namespace)
    assert "Succeeded" in said


async def test_two_replicas_serve_one_certificate(install: Install, registry: SandboxRegistry):
    release = await install(values(registry, ROOT, replicas=2))
    code, _, complained = await release.kubectl("rollout", "status", "deployment/slimgate")
    assert code == 0, complained
    assert len(await release.events("serving certificate")) >= 1


async def test_the_cronjob_tells_what_it_found(install: Install, registry: SandboxRegistry):
    release = await install(
        values(registry, "rule: run-as-root, action: warn", audit={"enabled": True, "events": True})
    )
    await release.create(deployment("web", f"{registry.host}/shop/api:2-slim"))

    async def runs() -> bool:
        return bool(await release.names("pods"))

    await until(runs)
    job = ("create", "job", "now", "--from=cronjob/slimgate-audit")
    code, _, complained = await release.kubectl(*job)
    assert code == 0, complained

    async def told() -> bool:
        return bool(await release.told("PolicyViolation"))

    await until(told)
