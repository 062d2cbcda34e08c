"""A cluster in memory: one Secret, one CA bundle, and API servers that hear of it late.

Certificates are plain text here: what is tested is who trusts whom, and when. Every request waits
once before it has its effect and once before its answer arrives, so that a test can let others go
first, break the request, or end the process at either place.
"""

import types
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from webhook.errors import ClusterError, ClusterFailure
from webhook.services.certificates import Certificates
from webhook.services.ports import StoredBundle, StoredSecret
from webhook.services.rotation import Damage, Holding, Issued, KeyPair, Step, Terms

START = datetime(2026, 1, 1, tzinfo=UTC)
POLL = timedelta(seconds=30)
HOST = "slimgate.team.svc"
TERMS = Terms((HOST,), POLL)
CA_LIFE, LIFE = timedelta(days=365), timedelta(days=90)


@types.coroutine
def turn() -> Generator[None, None, None]:
    """Where another may go first."""
    yield


class Text(msgspec.Struct, frozen=True):
    """What a certificate says."""

    number: int
    signed_by: int
    begins: datetime
    ends: datetime
    hosts: frozenset[str] = frozenset()

    @classmethod
    def of(cls, line: bytes) -> "Text":
        return msgspec.json.decode(line, type=cls)


class PlainIssuer:
    """Issues texts. See ``webhook.services.ports.CertificateIssuer``."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def ca(self, now: datetime) -> Issued:
        number = next(self._numbers)
        return self._issued(Text(number, number, now - TERMS.skew, now + CA_LIFE))

    def serving(self, ca: Issued, hosts: Sequence[str], now: datetime) -> Issued:
        ends, by = min(now + LIFE, ca.ends), Text.of(ca.certificate).number
        text = Text(next(self._numbers), by, now - TERMS.skew, ends, frozenset(hosts))
        return self._issued(text)

    def _issued(self, text: Text) -> Issued:
        line = msgspec.json.encode(text) + b"\n"
        return Issued(line, b"key of %d" % text.number, text.begins, text.ends, text.hosts)

    def read(self, data: Mapping[str, bytes]) -> Holding | Damage:
        return msgspec.json.decode(data["holding"], type=Holding)

    def write(self, holding: Holding) -> dict[str, bytes]:
        return {"holding": msgspec.json.encode(holding)}

    def split(self, bundle: bytes) -> tuple[bytes, ...]:
        return tuple(bundle.splitlines(keepends=True))

    def untrusted(self, chain: bytes, bundle: bytes, host: str, now: datetime) -> str | None:
        text = Text.of(chain)
        if not text.begins <= now < text.ends or host not in text.hosts:
            return "expired, or for another host"
        return None if trusts(bundle, chain) else "of another CA"


def trusts(bundle: bytes, certificate: bytes) -> bool:
    """Whether the bundle has the CA that signed the certificate."""
    return Text.of(certificate).signed_by in {Text.of(line).number for line in bundle.splitlines()}


@dataclass
class Cluster:
    """What the API server keeps, and its clock."""

    now: datetime = START
    secret: StoredSecret | None = None
    bundle: StoredBundle | None = field(default_factory=lambda: StoredBundle(b"", "0"))
    published: list[tuple[datetime, bytes]] = field(default_factory=list)
    """Every bundle there ever was, and since when."""
    asked: list[str] = field(default_factory=list)
    _versions: Iterator[int] = field(default_factory=lambda: count(1))

    def put_secret(self, data: Mapping[str, bytes]) -> None:
        self.secret = StoredSecret(data, str(next(self._versions)))

    def put_bundle(self, pem: bytes) -> None:
        self.bundle = StoredBundle(pem, str(next(self._versions)))
        self.published.append((self.now, pem))

    def seen(self, since: datetime) -> list[bytes]:
        """The bundles that somebody went by at some time after this."""
        gone = sum(end <= since for end, _ in self.published[1:])
        return [pem for _, pem in self.published[gone:]]


def conflict() -> ClusterError:
    return ClusterError(ClusterFailure.CONFLICT, "somebody was faster")


def unreachable() -> ClusterError:
    return ClusterError(ClusterFailure.UNREACHABLE, "no answer")


class Secrets:
    """See ``webhook.services.ports.SecretStore``."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def read(self, name: str) -> StoredSecret | None:
        await turn()
        found = self._cluster.secret
        await turn()
        return found

    async def create(self, name: str, data: Mapping[str, bytes]) -> None:
        self._cluster.asked.append("create Secret")
        await turn()
        if self._cluster.secret is not None:
            raise conflict()
        self._cluster.put_secret(data)
        await turn()

    async def replace(self, name: str, data: Mapping[str, bytes], version: str) -> None:
        self._cluster.asked.append("replace Secret")
        await turn()
        if self._cluster.secret is None or self._cluster.secret.version != version:
            raise conflict()
        self._cluster.put_secret(data)
        await turn()


class Bundles:
    """See ``webhook.services.ports.BundleStore``."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def read(self) -> StoredBundle | None:
        await turn()
        found = self._cluster.bundle
        await turn()
        return found

    async def replace(self, pem: bytes, version: str) -> None:
        self._cluster.asked.append("replace bundle")
        await turn()
        if self._cluster.bundle is None or self._cluster.bundle.version != version:
            raise conflict()
        self._cluster.put_bundle(pem)
        await turn()


@dataclass
class Heard:
    """Remembers what it is told. See ``webhook.services.ports.CertificateObserver``."""

    steps: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    served: list[Issued] = field(default_factory=list)

    def stepped(self, step: Step, reason: str) -> None:
        self.steps.append(step)
        self.reasons.append(reason)

    def serving(self, certificate: Issued) -> None:
        self.served.append(certificate)

    def failed(self, reason: str) -> None:
        self.failures.append(reason)


class Replica:
    """One process, whose clock is wrong by ``skew``; it can be stopped at every request."""

    def __init__(
        self,
        cluster: Cluster,
        issuer: Any,
        *,
        skew: timedelta = timedelta(),
        terms: Terms = TERMS,
        serve: Callable[[KeyPair], object] = lambda _pair: None,
    ) -> None:
        self._cluster, self._issuer, self._skew = cluster, issuer, skew
        self._terms, self._serve = terms, serve
        self._looking: Coroutine[Any, Any, None] | None = None
        self.heard = Heard()
        self.start()

    def start(self) -> None:
        """A process that knows nothing yet."""
        self.certificates = Certificates(
            Secrets(self._cluster),
            Bundles(self._cluster),
            self._issuer,
            secret="slimgate-tls",
            terms=self._terms,
            clock=lambda: self._cluster.now + self._skew,
            serve=self._serve,
            observer=self.heard,
        )

    @property
    def served(self) -> Issued | None:
        return self.certificates.served

    def step(self, error: ClusterError | None = None) -> bool:
        """Go on to the next place where others may; says whether the look is over."""
        looking = self._looking or self.certificates.look()
        begun = self._looking is not None
        self._looking = looking
        try:
            if error is not None and begun:
                looking.throw(error)
            else:
                looking.send(None)
        except StopIteration:
            self._looking = None
        return self._looking is None

    def look(self) -> None:
        """Finish the look under way, or take a whole one."""
        while not self.step():
            pass

    def crash(self) -> None:
        """Die wherever it is, and start anew."""
        if self._looking is not None:
            self._looking.close()
            self._looking = None
        self.start()
