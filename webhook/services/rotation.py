"""How certificates are replaced without a moment in which somebody trusted the wrong one. Pure.

A CA is replaced in steps, and each is in the Secret before anything follows from it::

                served, signed by    in the bundle      until
    steady      the CA               the CA             two thirds of its life are over
    announced   the old CA           the new and old    the bundle is seen to have both: marked
    marked      the old CA           the new and old    every API server must have seen it, too
    switched    the new CA           the new and old    what the old CA signed has expired
    steady      the new CA           the new CA

The old CA's key is thrown away when the new one is announced; a fresh serving certificate is signed
with it last, so that there is time if publishing fails. The old CA stays trusted until everything
it signed has expired, since a replica that cannot reach the API server serves what it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

SKEW = timedelta(minutes=5)
"""How far the clocks of replicas and API servers may be apart."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, both PEM."""

    certificate: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__}(certificate=…, key=…)"


@dataclass(frozen=True, slots=True, repr=False)
class Issued(KeyPair):
    """A pair, and what its certificate says of itself."""

    begins: datetime
    ends: datetime
    hosts: frozenset[str] = frozenset()
    """Names and addresses it is for; none for a CA."""

    def usable(self, now: datetime) -> bool:
        """Whether it is valid at this time."""
        return self.begins <= now < self.ends

    def due(self, now: datetime) -> bool:
        """Whether it is time for another: two thirds of its life are over, or it is not valid."""
        return not self.begins <= now < self.ends - (self.ends - self.begins) / 3


@dataclass(frozen=True, slots=True)
class Holding:
    """What the Secret holds."""

    ca: Issued
    """The CA that signs from now on."""
    serving: Issued
    behind: bool = False
    """Whether ``serving`` is signed by an old CA still."""
    old: tuple[bytes, ...] = field(default=(), repr=False)
    """CAs that are on their way out, PEM."""
    marked: datetime | None = None
    """When the bundle was seen to have old and new CA, while ``behind``."""
    until: datetime | None = None
    """When everything that the old CAs signed has expired; set while there are any."""

    @property
    def bundle(self) -> tuple[bytes, ...]:
        """What the API server must trust."""
        return (self.ca.certificate, *self.old)


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a Secret's data means nothing."""

    reason: str
    """One line, with the names of keys only."""
    ours: bool
    """Whether slimgate wrote it, so that nobody else misses what it replaces."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one installation agrees on."""

    hosts: Sequence[str]
    """What a serving certificate is for; first the name that the API server calls."""
    poll: timedelta
    """Between two looks at the Secret and the bundle."""
    skew: timedelta = SKEW

    @property
    def settle(self) -> timedelta:
        """From publishing a bundle until every API server is taken to have seen it."""
        return 2 * self.poll + self.skew


class Step(StrEnum):
    """What to do next. All but the last two write the Secret."""

    BEGIN = "begin"
    """A new CA, because there is none that can be used."""
    RENEW = "renew"
    """A new serving certificate of the same CA."""
    ANNOUNCE = "announce"
    """A new CA beside the old one, and the last serving certificate of the old one."""
    MARK = "mark"
    UNMARK = "unmark"
    """Somebody took a CA out of the bundle: the wait begins again."""
    SWITCH = "switch"
    """A serving certificate of the new CA."""
    DROP = "drop"
    """The old CAs are no longer needed."""
    PUBLISH = "publish"
    """The bundle is not what the Secret says."""
    REST = "rest"


def decide(
    now: datetime, holding: Holding | None, published: frozenset[bytes], terms: Terms
) -> Step:
    """The next step, by what the Secret holds and what the published bundle has.

    What is lacking from the bundle is published before all else, what is too much last: a process
    that may write only one of the two still does what keeps the webhook trusted.
    """
    if holding is None or not holding.ca.usable(now):
        return Step.BEGIN
    lacking = not published.issuperset(holding.bundle)
    if holding.behind:
        return _switching(now, holding, lacking, terms)
    if lacking:
        return Step.PUBLISH
    if holding.until is not None and now >= holding.until + terms.skew:
        return Step.DROP
    if holding.ca.due(now) and not holding.old:
        return Step.ANNOUNCE
    if holding.serving.due(now) or not holding.serving.hosts.issuperset(terms.hosts):
        return Step.RENEW
    return Step.REST if published == frozenset(holding.bundle) else Step.PUBLISH


def _switching(now: datetime, holding: Holding, lacking: bool, terms: Terms) -> Step:
    if lacking:
        return Step.PUBLISH if holding.marked is None else Step.UNMARK
    if not holding.serving.usable(now):
        return Step.SWITCH  # nobody trusts it any more: there is nothing to wait for
    if holding.marked is None:
        return Step.MARK
    return Step.SWITCH if now >= holding.marked + terms.settle else Step.REST
