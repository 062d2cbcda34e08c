"""The webhook, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import webhook
from webhook.errors import UsageError
from webhook.policy.law import PolicySet
from webhook.rules import CATALOGUE
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.policies import PolicyStore
from webhook.services.review import Reviewer
from webhook.settings import Settings
from webhook.wiring import certificates
from webhook.wiring.following import Following
from webhook.wiring.images import keychains, registry
from webhook.wiring.incluster import in_cluster
from webhook.wiring.law import policy_texts, shipped_tables, table_texts
from webhook.wiring.process import clock
from webhook.wiring.told import Told

if TYPE_CHECKING:
    from webhook.server import Readiness
    from webhook.server.logs import Log
    from webhook.server.metrics import Metrics
    from webhook.tls import ServingCertificate

REVIEW_SECONDS = 10.0
"""For a review, when nothing else is said: what the API server takes for its default."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """Everything a serving process consists of."""

    app: Any
    """ASGI, for the HTTPS port."""
    status_app: Any
    """ASGI, for the plain-HTTP port."""
    certificate: ServingCertificate
    policies: PolicyStore
    readiness: Readiness
    metrics: Metrics
    log: Log
    following: Following
    """To be run beside the ports."""


@asynccontextmanager
async def assembled(settings: Settings, log_to: BinaryIO) -> AsyncIterator[Webhook]:
    """A webhook by its settings, ready to be served. Raises ``UsageError``."""
    from webhook.server import Readiness, create_app, create_status_app
    from webhook.server.logs import Log
    from webhook.server.metrics import Metrics
    from webhook.server.validate import Validate

    certificates.check(settings)
    log, metrics, version = Log(log_to, clock), Metrics(webhook.__version__), webhook.__version__
    told = Told(log, metrics)
    policies = _policies(settings)
    async with AsyncExitStack() as stack:
        inside = await stack.enter_async_context(in_cluster(settings, told.watched))
        client = await stack.enter_async_context(registry(settings, metrics))
        certified = certificates.certified(settings, inside.cluster, told)
        readiness = Readiness(*inside.followed, *(["certificate"] if certified.look else []))
        gatherer = Gatherer(client)
        stack.push_async_callback(gatherer.aclose)
        reviewer = Reviewer(
            policies,
            Judge(gatherer, clock),
            keychains(settings, inside),
            late=told,
            namespaces=inside.namespaces,
        )
        stack.push_async_callback(reviewer.aclose)
        validate = Validate(reviewer, metrics, log, settings.timeout or REVIEW_SECONDS)
        yield Webhook(
            create_app(validate, readiness, version, lambda: policies.current().hash),
            create_status_app(readiness, metrics, version),
            certified.certificate,
            policies,
            readiness,
            metrics,
            log,
            Following(certified, policies, readiness, inside, told),
        )


def _policies(settings: Settings) -> PolicyStore:
    def accept(law: PolicySet) -> None:
        if law.asks_for_namespace_labels and not settings.namespace_labels:
            raise UsageError(
                "a policy has a namespaceSelector: say whose labels may be read "
                "with --namespace-labels"
            )

    return PolicyStore(
        lambda: policy_texts(settings.policies),
        lambda: table_texts(settings.data),
        CATALOGUE,
        shipped_tables(),
        accept,
    )
