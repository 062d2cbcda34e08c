"""Certificates that the process makes for itself: one Secret, one bundle, replicas that agree.

The Secret is the source of truth. Every replica looks at bundle and Secret again and again, takes
the next step if nobody was faster, and serves what the Secret holds as soon as the published bundle
trusts it. ``rotation`` says which steps there are, and why this order is safe.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from webhook.errors import ClusterError, ClusterFailure, UsageError
from webhook.services.ports import (
    BundleStore,
    CertificateIssuer,
    CertificateObserver,
    Clock,
    SecretStore,
    StoredSecret,
)
from webhook.services.rotation import Damage, Holding, Issued, KeyPair, Step, Terms, decide

_STEPS = 8
"""Taken in one look at most; the longest way from nothing to rest is three, and races are lost."""
_MAX_KEPT = 256 * 1024
"""Bytes of a bundle found beside no Secret that are kept: a Secret holds 1 MiB."""


class Certificates:
    """Keeps the served certificate, the Secret and the bundle in step."""

    def __init__(
        self,
        secrets: SecretStore,
        bundles: BundleStore,
        issuer: CertificateIssuer,
        *,
        secret: str,
        terms: Terms,
        clock: Clock,
        serve: Callable[[KeyPair], object],
        observer: CertificateObserver,
    ) -> None:
        """``serve`` answers handshakes with a pair from now on; it may raise ``UsageError``."""
        self._secrets, self._bundles, self._issuer = secrets, bundles, issuer
        self._secret, self._terms, self._clock = secret, terms, clock
        self._serve, self._observer = serve, observer
        self._told: str | None = None
        self.served: Issued | None = None
        """What handshakes are answered with; None until the API server would trust it."""
        self.waiting: str | None = "the Secret and the CA bundle have not been read yet"
        """Why the API server would not trust what is served; None when it would."""

    async def look(self) -> None:
        """Do what is to be done now. What fails is told, and tried again at the next look.

        An error of the API changes nothing: neither what is served, nor whether that is trusted.
        """
        try:
            for _ in range(_STEPS):
                if not await self._advance():
                    break
            self._told = None
        except (ClusterError, UsageError) as error:
            self._fail(str(error))

    async def _advance(self) -> bool:
        """Take one step; says whether there may be another."""
        # The bundle first, then the Secret: a bundle is then only ever replaced by one that was
        # made from a Secret at least as new, however long this process is held up in between.
        bundle = await self._bundles.read()
        secret = await self._secrets.read(self._secret)
        now, trusted = self._clock(), bundle.pem if bundle else b""
        # A Secret with nothing in it is one that a chart made for us to fill.
        filled = secret is not None and any(secret.data.values())
        found = self._issuer.read(secret.data) if secret and filled else None
        holding = found if isinstance(found, Holding) else None
        self._adopt(holding, trusted, now)
        if isinstance(found, Damage) and not found.ours:
            raise UsageError(f"the Secret {self._secret} is not slimgate's: {found.reason}")
        step = decide(now, holding, frozenset(self._issuer.split(trusted)), self._terms)
        try:
            if holding is not None and step is Step.PUBLISH:
                if bundle is None:
                    return False  # nothing calls the webhook, and nothing can be told to trust it
                await self._bundles.replace(b"".join(holding.bundle), bundle.version)
            elif step is Step.REST:
                return False
            else:
                await self._write(self._after(step, holding, trusted, now), secret)
        except ClusterError as error:
            if error.kind is not ClusterFailure.CONFLICT:
                raise
            return True  # another replica was faster, and what it did is read next
        self._observer.stepped(step, found.reason if isinstance(found, Damage) else "")
        return True

    def _adopt(self, holding: Holding | None, trusted: bytes, now: datetime) -> None:
        """Serve what the Secret holds, once the API server would trust it."""
        fresh = holding.serving if holding else None
        if fresh and fresh != self.served and self._distrust(fresh, trusted, now) is None:
            self._serve(fresh)
            self.served = fresh
            self._observer.serving(fresh)
        self.waiting = self._distrust(self.served, trusted, now)

    def _distrust(self, pair: Issued | None, trusted: bytes, now: datetime) -> str | None:
        if pair is None:
            return "there is no certificate yet that the webhook configuration trusts"
        return self._issuer.untrusted(pair.certificate, trusted, self._terms.hosts[0], now)

    async def _write(self, holding: Holding, secret: StoredSecret | None) -> None:
        data = self._issuer.write(holding)
        if secret is not None:
            await self._secrets.replace(self._secret, data, secret.version)
            return
        try:
            await self._secrets.create(self._secret, data)
        except ClusterError as error:
            if error.kind is not ClusterFailure.FORBIDDEN:
                raise
            message = f"the Secret {self._secret} is gone: make an empty one (helm upgrade does)"
            raise UsageError(message) from None

    def _beginning(self, trusted: bytes, now: datetime) -> Holding:
        """A new CA, announced beside what the bundle has, whosever that is.

        The Secret may have been deleted to get a new CA: what is served and trusted is served on
        meanwhile. A process that serves nothing yet does not wait.
        """
        ca = self._issuer.ca(now)
        fresh = self._issuer.serving(ca, self._terms.hosts, now)
        old = self._issuer.split(trusted)
        if not old or sum(map(len, old)) > _MAX_KEPT:
            return Holding(ca, fresh)
        # Nothing that was issued so far outlives what is issued now.
        if self.served is None or self._distrust(self.served, trusted, now):
            return Holding(ca, fresh, old=old, until=fresh.ends)
        return Holding(ca, self.served, behind=True, old=old, until=fresh.ends)

    def _after(self, step: Step, holding: Holding | None, trusted: bytes, now: datetime) -> Holding:
        """What the Secret is to hold after this step."""
        if holding is None or step is Step.BEGIN:
            return self._beginning(trusted, now)
        match step:
            case Step.ANNOUNCE:
                last = self._issuer.serving(holding.ca, self._terms.hosts, now)
                old = (holding.ca.certificate,)
                return Holding(self._issuer.ca(now), last, behind=True, old=old, until=last.ends)
            case Step.MARK | Step.UNMARK:
                return replace(holding, marked=now if step is Step.MARK else None)
            case Step.DROP:
                return replace(holding, old=(), until=None)
            case _:
                fresh = self._issuer.serving(holding.ca, self._hosts(holding.serving, now), now)
                return replace(holding, serving=fresh, behind=False, marked=None)

    def _hosts(self, serving: Issued, now: datetime) -> list[str]:
        """What a new serving certificate is for.

        One that is not due is replaced because hosts are lacking from it. Those that it has are
        kept, or two replicas with different settings would replace it for each other for ever.
        """
        kept = frozenset() if serving.due(now) else serving.hosts
        return [*self._terms.hosts, *sorted(kept.difference(self._terms.hosts))]

    def _fail(self, reason: str) -> None:
        """Tell a failure, the same one only once."""
        if reason != self._told:
            self._told = reason
            self._observer.failed(reason)
