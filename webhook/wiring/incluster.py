"""What a serving process has of the cluster that it is in: only what the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import webhook
from webhook.errors import ClusterError, UsageError
from webhook.settings import ALL_NAMESPACES, Settings

if TYPE_CHECKING:
    from webhook.cluster.access import Access
    from webhook.cluster.client import Cluster
    from webhook.cluster.events import Events
    from webhook.cluster.namespaces import Namespaces
    from webhook.cluster.pullsecrets import PullSecrets
    from webhook.cluster.reflector import Observe, Reflected


@dataclass(frozen=True, slots=True)
class InCluster:
    """The cluster, and what is known of it; everything None where nothing is asked."""

    cluster: Cluster | None = None
    pull_secrets: PullSecrets | None = None
    namespaces: Namespaces | None = None
    events: Events | None = None
    followed: Mapping[str, Reflected] = field(default_factory=dict)
    """What is to be followed, by what readiness calls it."""


@asynccontextmanager
async def in_cluster(settings: Settings, observe: Observe) -> AsyncIterator[InCluster]:
    """Log in, where anything is asked of the cluster. Raises ``UsageError``."""
    asked = (
        settings.webhook_configuration,
        settings.pull_secrets,
        settings.namespace_labels,
        settings.pod,
    )
    if not any(asked):
        yield InCluster()
        return
    async with logged_in(settings) as cluster:
        yield known(settings, cluster, observe)


def access(settings: Settings) -> Access:
    """Where the cluster is that the settings mean."""
    from webhook.cluster.access import Access

    return Access(str(settings.kubeconfig) if settings.kubeconfig else None, settings.context)


@asynccontextmanager
async def logged_in(settings: Settings) -> AsyncIterator[Cluster]:
    """The cluster that the settings mean. Raises ``UsageError``."""
    from webhook.cluster.client import Cluster

    cluster = Cluster(access(settings), user_agent=f"slimgate/{webhook.__version__}")
    try:
        await cluster.__aenter__()
    except ClusterError as error:
        raise UsageError(f"cannot log in to the cluster: {error.detail}") from None
    try:
        yield cluster
    finally:
        await cluster.__aexit__()


def known(settings: Settings, cluster: Cluster, observe: Observe) -> InCluster:
    """What the settings name of a cluster; nothing of it is followed yet."""
    from webhook.cluster.events import Events, Subject
    from webhook.cluster.namespaces import Namespaces
    from webhook.cluster.pullsecrets import PullSecrets
    from webhook.cluster.reflector import Surroundings

    around = Surroundings(cluster, observe)
    secrets = namespaces = None
    followed: dict[str, Reflected] = {}
    if settings.pull_secrets:
        secrets = PullSecrets(around, _names(settings.pull_secrets))
        followed["pull secrets"] = secrets
    if settings.namespace_labels:
        namespaces = Namespaces(around, _names(settings.namespace_labels))
        followed["namespaces"] = namespaces
    events = Events(cluster, Subject.parse(settings.pod)) if settings.pod else None
    return InCluster(cluster, secrets, namespaces, events, followed)


def _names(written: tuple[str, ...]) -> tuple[str, ...] | None:
    return None if ALL_NAMESPACES in written else written
