"""The webhook, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import webhook
from webhook.errors import UsageError
from webhook.rules import CATALOGUE
from webhook.services.gather import Gatherer
from webhook.services.judge import Judge
from webhook.services.policies import PolicyStore
from webhook.services.review import Reviewer
from webhook.settings import Settings
from webhook.wiring.images import operator_keychain, registry
from webhook.wiring.law import policy_texts, shipped_tables, table_texts
from webhook.wiring.process import clock

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

    def follow(self) -> None:
        """Take over what changed in certificate and policy files; a bad change is told, not taken."""
        for what, reload in (
            ("certificate", self.certificate.reload),
            ("policies", self.policies.reload),
        ):
            try:
                if reload():
                    self.metrics.reloaded(what, "changed")
                    self.log.event("info", "reloaded", what=what)
            except Exception as error:  # whatever the files hold, they are followed on
                reason = str(error) if isinstance(error, UsageError) else type(error).__name__
                self.metrics.reloaded(what, "refused")
                self.log.event("error", "reload refused", what=what, reason=reason)


@asynccontextmanager
async def assembled(settings: Settings, log_to: BinaryIO) -> AsyncIterator[Webhook]:
    """A webhook by its settings, ready to be served. Raises ``UsageError``."""
    from webhook.server import Readiness, create_app, create_status_app
    from webhook.server.logs import Log
    from webhook.server.metrics import Metrics
    from webhook.server.validate import Validate

    log = Log(log_to, clock)
    metrics = Metrics(webhook.__version__)
    readiness = Readiness("certificate", "policies")
    certificate = _certificate(settings)
    readiness.met("certificate")
    policies = PolicyStore(
        lambda: policy_texts(settings.policies),
        lambda: table_texts(settings.data),
        CATALOGUE,
        shipped_tables(),
    )
    readiness.met("policies")
    async with registry(settings, metrics) as client:
        gatherer = Gatherer(client)
        reviewer = Reviewer(policies, Judge(gatherer, clock), operator_keychain(settings))
        validate = Validate(reviewer, metrics, log, settings.timeout or REVIEW_SECONDS)
        version = webhook.__version__
        app = create_app(validate, readiness, version, lambda: policies.current().hash)
        status_app = create_status_app(readiness, metrics, version)
        yield Webhook(app, status_app, certificate, policies, readiness, metrics, log)
        await gatherer.aclose()


def _certificate(settings: Settings) -> ServingCertificate:
    from webhook.tls import ServingCertificate, self_signed
    from webhook.tls.serving import in_memory

    if settings.self_signed:
        if settings.tls_cert is not None or settings.tls_key is not None:
            raise UsageError(
                "--self-signed makes a certificate: leave --tls-cert and --tls-key out"
            )
        hosts = ("localhost", "127.0.0.1", "::1")
        return in_memory(self_signed(hosts, clock()))
    if settings.tls_cert is None or settings.tls_key is None:
        raise UsageError("name a certificate with --tls-cert and --tls-key, or say --self-signed")
    return ServingCertificate(settings.tls_cert, settings.tls_key)
