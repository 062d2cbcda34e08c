"""What ``slimgate audit`` does in a cluster, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from webhook.errors import ClusterError, UsageError
from webhook.policy.law import PolicySet
from webhook.report.policyreport import Origin, reports
from webhook.services.audit import Audited, Auditor, Progress
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.judged import Judged
from webhook.services.limited import Limited
from webhook.settings import ALL_NAMESPACES, Settings
from webhook.wiring.images import keychains, registry
from webhook.wiring.incluster import InCluster, access, known, logged_in
from webhook.wiring.process import clock

if TYPE_CHECKING:
    from webhook.cluster.client import Cluster

_READ_SECONDS = 30.0
"""For reading lists of Secrets and namespaces before anything is judged."""


def audited_namespaces(settings: Settings) -> tuple[str, ...] | None:
    """The namespaces that the settings mean; None is all of them. Raises ``UsageError``."""
    from webhook.cluster.access import own_namespace

    if settings.all_namespaces:
        if settings.namespaces:
            raise UsageError("name namespaces with -n, or all of them with -A")
        return None
    try:
        return settings.namespaces or (own_namespace(access(settings)),)
    except ClusterError as error:
        raise UsageError(f"cannot tell which namespace is meant: {error.detail}") from None


async def audit_cluster(
    settings: Settings, law: PolicySet, seconds: float, tell: Callable[[Progress], None]
) -> Audited:
    """Judge all that runs in the namespaces meant. Raises ``UsageError``."""
    from webhook.cluster.workloads import Workloads

    names = audited_namespaces(settings)
    if law.asks_for_namespace_labels and not settings.namespace_labels:
        labels = (ALL_NAMESPACES,) if names is None else names
        settings = settings.model_copy(update={"namespace_labels": labels})
    async with (
        logged_in(settings) as cluster,
        _read(known(settings, cluster, lambda _kind, _reported: None)) as inside,
        registry(settings) as client,
    ):
        gatherer = Gatherer(Limited(client), flight_limit=seconds)
        judge = Judge(gatherer, clock)
        auditor = Auditor(judge, law, keychains(settings, inside), inside.namespaces, seconds)
        try:
            return await auditor.audit(Workloads(cluster, names), tell)
        except ClusterError as error:
            raise UsageError(f"the cluster cannot be read: {error}") from None
        finally:
            await gatherer.aclose()


async def tell_cluster(
    settings: Settings, law: PolicySet, judged: Sequence[Judged], began: datetime
) -> tuple[str, ...]:
    """Write what was found into the cluster, as the settings ask; says in words what became of it.

    Raises ``UsageError`` where none of it can be written.
    """
    origin = Origin(settings.webhook_configuration or "", law.hash, began)
    said: list[str] = []
    async with logged_in(settings) as cluster:
        try:
            if settings.report_objects:
                said += await _reported(settings, cluster, judged, origin)
            if settings.events:
                said += await _told(cluster, judged, origin)
        except ClusterError as error:
            raise UsageError(f"no reports were written: {error.detail}") from None
    return tuple(said)


async def _reported(
    settings: Settings, cluster: Cluster, judged: Sequence[Judged], origin: Origin
) -> Iterator[str]:
    from webhook.cluster.reports import ReportObjects

    objects = ReportObjects(cluster, origin.labels, origin.release)
    done = await objects.write(reports(judged, origin), audited_namespaces(settings))
    failed = f", {done.failed} failed: {done.why}" if done.failed else ""
    told = [
        f"reports ({', '.join(done.kinds)}): {done.created} created, {done.replaced} replaced, "
        f"{done.unchanged} unchanged, {done.deleted} deleted{failed}"
    ]
    if not origin.release:
        kinds = "policyreports,reports.openreports.io"
        told.append(
            "nobody owns them (--webhook-configuration names who should); to take them away: "
            f"kubectl delete {kinds} -A -l slimgate.dev/release={origin.key}"
        )
    return iter(told)


async def _told(cluster: Cluster, judged: Sequence[Judged], origin: Origin) -> Iterator[str]:
    from webhook.cluster.events import WorkloadEvents

    done = await WorkloadEvents(cluster, origin.policy_set).tell(judged, origin.at)
    more = f", {done.left_out} left out" if done.left_out else ""
    failed = f", {done.failed} failed: {done.why}" if done.failed else ""
    return iter([f"Events: {done.written} written, {done.repeated} told before{more}{failed}"])


@asynccontextmanager
async def _read(inside: InCluster) -> AsyncIterator[InCluster]:
    """Follow what is to be known of the cluster; begin once it is, or cannot be."""
    tasks = [asyncio.create_task(reflected.run()) for reflected in inside.followed.values()]
    try:
        async with asyncio.timeout(_READ_SECONDS):
            for reflected in inside.followed.values():
                await reflected.settle()
        yield inside
    except TimeoutError:
        raise UsageError("the cluster does not say which Secrets or namespaces it has") from None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
