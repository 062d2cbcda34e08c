"""Certificates are replaced while Pods come, and nobody notices.

Time is moved by what the Secret says of it: a certificate that is about to end, a wait that began
long ago. Everything else is as it would be.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.cluster.releases.conftest import ROOT, Install, pod, values
from tests.cluster.releases.release import Release
from tests.cluster.releases.traffic import traffic
from tests.cluster.world import until
from webhook.cluster.client import Cluster
from webhook.cluster.secretstore import Secrets
from webhook.cluster.webhookconfig import WebhookConfiguration
from webhook.sandbox.registry import SandboxRegistry
from webhook.services.rotation import Holding
from webhook.tls import Issuer

ISSUER = Issuer()
AGES = timedelta(days=80)
"""Ago, a serving certificate was issued that is due for renewal now."""


async def held(admin: Cluster, release: Release) -> Holding:
    found = await Secrets(admin, release.namespace).read("slimgate-tls")
    assert found is not None
    holding = ISSUER.read(found.data)
    assert isinstance(holding, Holding)
    return holding


async def change(admin: Cluster, release: Release, change: Callable[[Holding], Holding]) -> None:
    """Put another holding into the Secret."""
    secrets = Secrets(admin, release.namespace)
    found = await secrets.read("slimgate-tls")
    assert found is not None
    holding = ISSUER.read(found.data)
    assert isinstance(holding, Holding)
    await secrets.replace("slimgate-tls", ISSUER.write(change(holding)), found.version)


def aged(holding: Holding) -> Holding:
    """The same, its serving certificate issued long ago."""
    then = datetime.now(UTC) - AGES
    return replace(holding, serving=ISSUER.serving(holding.ca, sorted(holding.serving.hosts), then))


async def trusted(admin: Cluster, release: Release) -> int:
    """How many CAs the webhook configuration trusts."""
    bundle = await WebhookConfiguration(admin, f"slimgate.{release.namespace}").read()
    assert bundle is not None
    return bundle.pem.count(b"BEGIN CERTIFICATE")


async def test_certificate_and_ca_are_replaced_under_traffic_with_no_failed_call(
    admin: Cluster, install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, ROOT, webhook={"failurePolicy": "Fail"}))
    document = pod("web", f"{registry.host}/shop/api:4-optimised")
    first = await held(admin, release)
    async with traffic(release, document) as seen:
        await seen.more(50)
        await change(admin, release, aged)
        await _taken(release, "renew")
        await release.wait_for("serving certificate", 3)
        await seen.more(50)

        # The Secret is emptied, as the chart's README says for a new CA.
        empty = '[{"op":"remove","path":"/data"}]'
        await release.kubectl("patch", "secret", "slimgate-tls", "--type=json", "-p", empty)
        await _taken(release, "mark")
        second = await held(admin, release)
        assert second.ca.certificate != first.ca.certificate
        assert second.behind
        assert await trusted(admin, release) == 2
        await seen.more(50)
        past = datetime.now(UTC) - timedelta(hours=1)
        await change(admin, release, lambda now: replace(now, marked=past))
        await _taken(release, "switch")
        await seen.more(50)
        await change(admin, release, lambda now: replace(now, until=past))
        await _taken(release, "drop")
        await until(lambda: _is_alone(admin, release))
        await seen.more(50)
    assert {status for status, _ in seen.answers} == {201}, seen.answers
    assert "slimgate_certificate_steps_total" in (await release.status("metrics"))[1]


async def _taken(release: Release, step: str) -> None:
    """Wait until a step has been taken."""

    async def taken() -> bool:
        return step in [event.get("step") for event in await release.events("certificate")]

    await until(taken)


async def _is_alone(admin: Cluster, release: Release) -> bool:
    return await trusted(admin, release) == 1


async def test_an_upgrade_keeps_what_was_issued(
    admin: Cluster, install: Install, registry: SandboxRegistry
):
    release = await install(values(registry, ROOT))
    before = await held(admin, release)
    await release.install(webhook={"timeoutSeconds": 5})
    assert await held(admin, release) == before
    assert await trusted(admin, release) == 1
    bad = pod("web", f"{registry.host}/shop/api:2-slim")
    assert (await release.create(bad))[0] == 1
