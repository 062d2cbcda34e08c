"""Where the served certificate comes from: files, a Secret that the process fills, or thin air."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from webhook.errors import UsageError
from webhook.services.certificates import Certificates
from webhook.services.rotation import Terms
from webhook.services.trust import Trust
from webhook.settings import Settings
from webhook.wiring.process import clock
from webhook.wiring.told import Told

if TYPE_CHECKING:
    from webhook.cluster.client import Cluster
    from webhook.tls import ServingCertificate

POLL = 10.0
"""Seconds between two looks at the Secret and the CA bundle."""


@dataclass(frozen=True, slots=True)
class Certified:
    """A served certificate, and how to keep an eye on it."""

    certificate: ServingCertificate
    look: Callable[[], Awaitable[str | None]] | None = None
    """Does what is to be done in the cluster; says why the API server would not trust what is
    served, None when it would. None: there is nobody to ask."""


def check(settings: Settings) -> None:
    """Refuse flags that contradict each other. Raises ``UsageError``."""
    files = settings.tls_cert is not None or settings.tls_key is not None
    if settings.self_signed and files:
        raise UsageError("--self-signed makes a certificate: leave --tls-cert and --tls-key out")
    if settings.tls_secret is not None and (files or settings.self_signed):
        raise UsageError(
            "--tls-secret issues certificates: leave --self-signed, --tls-cert and --tls-key out"
        )
    if settings.tls_secret is not None and settings.webhook_configuration is None:
        raise UsageError("--tls-secret needs --webhook-configuration, which is to trust it")
    if settings.self_signed and settings.webhook_configuration is not None:
        raise UsageError("--self-signed is for trying things out: use --tls-secret in a cluster")
    if settings.webhook_configuration is not None and not settings.tls_host:
        raise UsageError("name what the API server calls with --tls-host")
    one = settings.self_signed or settings.tls_secret is not None
    if not one and (settings.tls_cert is None or settings.tls_key is None):
        raise UsageError("name a certificate with --tls-cert and --tls-key, or say --self-signed")


def certified(settings: Settings, cluster: Cluster | None, told: Told) -> Certified:
    """The certificate that the settings ask for. Raises ``UsageError``."""
    from webhook.tls import ServingCertificate, self_signed
    from webhook.tls.serving import in_memory

    if settings.self_signed:
        hosts = settings.tls_host or ("localhost", "127.0.0.1", "::1")
        return Certified(in_memory(self_signed(hosts, clock())))
    certificate = ServingCertificate(settings.tls_cert, settings.tls_key)
    if cluster is None or settings.webhook_configuration is None:
        return Certified(certificate)
    if settings.tls_secret is None:
        return Certified(certificate, _trusted(settings, certificate, cluster, told))
    return Certified(certificate, _issued(settings, certificate, cluster, told))


def _trusted(
    settings: Settings, certificate: ServingCertificate, cluster: Cluster, told: Told
) -> Callable[[], Awaitable[str | None]]:
    from webhook.cluster.webhookconfig import WebhookConfiguration
    from webhook.tls import Issuer, serving_hosts

    bundles = WebhookConfiguration(cluster, settings.webhook_configuration or "")
    trust = Trust(bundles, Issuer(), serving_hosts(settings.tls_host)[0], clock, told)

    async def look() -> str | None:
        pair = certificate.pair
        await trust.look(pair.certificate if pair else b"")
        return trust.waiting

    return look


def _issued(
    settings: Settings, certificate: ServingCertificate, cluster: Cluster, told: Told
) -> Callable[[], Awaitable[str | None]]:
    from webhook.cluster.secretstore import Secrets
    from webhook.cluster.webhookconfig import WebhookConfiguration
    from webhook.tls import Issuer, serving_hosts

    namespace, _, name = (settings.tls_secret or "").partition("/")
    certificates = Certificates(
        Secrets(cluster, namespace),
        WebhookConfiguration(cluster, settings.webhook_configuration or ""),
        Issuer(),
        secret=name,
        terms=Terms(serving_hosts(settings.tls_host), timedelta(seconds=POLL)),
        clock=clock,
        serve=certificate.serve,
        observer=told,
    )

    async def look() -> str | None:
        await certificates.look()
        return certificates.waiting

    return look
