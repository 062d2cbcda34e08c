"""Whether the API server would trust what is served, where somebody else issues it.

Certificates that are mounted as files come with a bundle that somebody else writes into the webhook
configuration: cert-manager, or whoever installed the chart. Both change at their own pace, and for
a while they may not fit.
"""

from webhook.errors import ClusterError
from webhook.services.ports import BundleStore, CertificateIssuer, CertificateObserver, Clock


class Trust:
    """Compares a served certificate with the bundle of the webhook configuration."""

    def __init__(
        self,
        bundles: BundleStore,
        issuer: CertificateIssuer,
        host: str,
        clock: Clock,
        observer: CertificateObserver,
    ) -> None:
        """``host`` is the name that the API server calls."""
        self._bundles, self._issuer, self._host = bundles, issuer, host
        self._clock, self._observer = clock, observer
        self._told: str | None = None
        self.waiting: str | None = None
        """Why the API server would not trust it. None when it would, or nobody could tell yet."""

    async def look(self, certificate: bytes) -> None:
        """Compare what is served now (PEM, with its intermediates).

        An error of the API changes nothing: such a webhook has served without the API before. Not
        for a configuration that is meant to have no bundle: the API server then trusts the CAs of
        its machine, which nobody here knows.
        """
        try:
            bundle = await self._bundles.read()
        except ClusterError as error:
            if str(error) != self._told:
                self._told = str(error)
                self._observer.failed(self._told)
            return
        self._told = None
        trusted = bundle.pem if bundle else b""
        self.waiting = self._issuer.untrusted(certificate, trusted, self._host, self._clock())
