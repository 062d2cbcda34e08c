"""What an audit tells in the cluster, by the account that the chart gives it."""

import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.cluster.plane import ControlPlane
from tests.cluster.releases.conftest import ROOT, Install, deployment, values
from tests.cluster.releases.outside import Outside
from tests.cluster.releases.release import Release
from tests.cluster.reportkinds import define
from tests.cluster.world import failing, kubeconfig, until
from webhook.cluster.access import Access
from webhook.cluster.client import Cluster
from webhook.cluster.events import WorkloadEvents
from webhook.cluster.reports import KINDS, ReportObjects
from webhook.cluster.wire import location
from webhook.cluster.workloads import Workloads
from webhook.errors import ClusterFailure
from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.rule import Action
from webhook.report.policyreport import Origin, reports
from webhook.sandbox.registry import SandboxRegistry
from webhook.services.judged import Judged, Named

AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


async def account(release: Release, stack: AsyncExitStack, folder: Path) -> Cluster:
    """A client that is the audit's account."""
    code, token, complained = await release.kubectl("create", "token", "slimgate-audit")
    assert code == 0, complained
    trust = {"certificate-authority": str(release.plane.ca)}
    user = {"token": token.strip()}
    config = kubeconfig(folder, release.plane.url, cluster=trust, user=user)
    return await stack.enter_async_context(Cluster(Access(config)))


async def test_its_account_may_see_and_tell_and_its_reports_go_with_the_release(
    controlplane: ControlPlane,
    admin: Cluster,
    install: Install,
    registry: SandboxRegistry,
    stack: AsyncExitStack,
    tmp_path: Path,
):
    await define(controlplane, admin)
    told = {"enabled": True, "reports": True, "events": True}
    release = await install(values(registry, ROOT, audit=told))
    await release.create(deployment("web", f"{registry.host}/shop/api:2-slim"))
    cluster = await account(release, stack, tmp_path)
    seen = [
        running.owner
        async for page in Workloads(cluster, [release.namespace]).pages()
        for running in page.running
    ]
    web = Named("Deployment", release.namespace, "web")
    assert seen == [web]

    finding = Finding(
        ("team",), "run-as-root", Action.DENY, Outcome.FAIL, Severity.HIGH, 90, "it is root", "Mend"
    )
    judged = [Judged("x", web, (Result("web", "api:1", None, "linux/amd64", (finding,)),))]
    origin = Origin(f"slimgate.{release.namespace}", "0a1b2c3d4e5f", AT)
    objects = ReportObjects(cluster, origin.labels, origin.release)
    for expected in ("created", "unchanged"):
        written = await objects.write(reports(judged, origin), [release.namespace])
        assert (getattr(written, expected), written.failed) == (2, 0), written.why
    assert (await WorkloadEvents(cluster, "0a1b2c3d4e5f").tell(judged, AT)).written == 1
    (said,) = await release.told("PolicyViolation")
    assert "run-as-root" in said

    for elsewhere in ("default", ""):
        error = await failing(anext(cluster.list_pages(KINDS[0].path(elsewhere))))
        assert error.kind is ClusterFailure.FORBIDDEN
    secret = location("api/v1", "secrets", release.namespace, "slimgate-tls")
    assert (await failing(cluster.get(secret))).kind is ClusterFailure.FORBIDDEN

    await release.uninstall()

    async def nothing_is_left() -> bool:
        kinds = ",".join(f"{kind.resource}.{kind.api_version.partition('/')[0]}" for kind in KINDS)
        _, said, _ = await release.kubectl("get", kinds, "-o", "json")
        return not json.loads(said)["items"]

    # The garbage collector looks for new kinds every half minute.
    await until(nothing_is_left, patience=45)


async def test_the_chart_s_own_command_tells_what_it_found(
    controlplane: ControlPlane, admin: Cluster, install: Install, registry: SandboxRegistry
):
    await define(controlplane, admin)
    told = {"enabled": True, "reports": True, "events": True}
    release = await install(values(registry, "rule: run-as-root, action: warn", audit=told))
    assert isinstance(release, Outside)
    await release.create(deployment("web", f"{registry.host}/shop/api:2-slim"))

    async def runs() -> bool:
        return bool(await release.names("pods"))

    await until(runs)
    code, said, complained = await release.audit()
    assert code == 0, complained
    assert "0 workloads denied, 1 with warnings" in said
    assert "reports (PolicyReport, Report): 2 created, 0 replaced, 0 unchanged" in complained
    assert "Events: 1 written, 0 told before" in complained
    _, described, _ = await release.kubectl("describe", "deployment", "web")
    assert "PolicyViolation" in described
    _, found, _ = await release.kubectl("get", "policyreports", "-o", "json")
    (report,) = json.loads(found)["items"]
    (result,) = report["results"]
    assert (result["rule"], result["result"], result["policy"]) == ("run-as-root", "warn", "team")
    assert result["resources"][0]["name"] == "web"
    _, _, complained = await release.audit()
    assert "0 created, 0 replaced, 2 unchanged, 0 deleted" in complained
    assert "Events: 0 written, 1 told before" in complained
