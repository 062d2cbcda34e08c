"""What the services ask of the world: Protocols that adapters satisfy by shape.

An *image source* is anything images can be read from: a registry, an OCI layout, an archive. A
*keychain* answers whose credentials may be used where; it is handed along with each question, so
that the credentials of one namespace can never serve the request of another.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from webhook.kube.workload import PodSpec, Workload
from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, Reference
from webhook.services.judged import Named
from webhook.services.rotation import Damage, Holding, Issued, Step

Clock = Callable[[], datetime]
"""Returns the present, aware, in UTC."""

MAX_PART = 1024 * 1024
"""Bytes of a layer that may be asked for at once."""


@dataclass(frozen=True, slots=True)
class Credential:
    """One way to authenticate. Which fields are set decides how; never printed."""

    username: str = ""
    password: str = ""
    identity_token: str = ""
    """An OAuth2 refresh token, exchanged at the token endpoint by POST."""
    registry_token: str = ""
    """A bearer token that is sent as it is."""
    origin: str = "docker config"
    """Where it came from, for messages: never its value."""

    def __repr__(self) -> str:
        return f"Credential(origin={self.origin!r})"

    @property
    def is_anonymous(self) -> bool:
        """Whether there is nothing to authenticate with."""
        return not (self.username or self.password or self.identity_token or self.registry_token)


class Keychain(Protocol):
    """Whose credentials may be used, by repository."""

    def scope(self, repository: str) -> str:
        """A key that two keychains share only if they hold the same credentials for it.

        Cached data belongs to the scope it was fetched under. Never reveals a secret.
        """

    async def credentials(self, repository: str) -> Sequence[Credential]:
        """Credentials for ``host/path``, most specific first; empty means anonymous."""

    def told(self, repository: str) -> str:
        """Where its credentials for ``host/path`` come from, and which could not be had.

        For messages to whoever brought the keychain; empty when there are none.
        """


class Keychains(Protocol):
    """Whose credentials pull the images of which Pods. Asks nobody: all is known by watches."""

    def of(self, namespace: str, pod: PodSpec) -> Keychain:
        """The Pod's own credentials, then those of the operator."""


class NamespaceLabels(Protocol):
    """Labels of namespaces."""

    async def labels(self, namespace: str) -> Mapping[str, str] | None:
        """The labels of a namespace; None when they cannot be known.

        Known by watches; only a namespace that is newer than these is asked for.
        """


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reference names right now."""

    digest: Digest
    """Digest of the document, verified against its bytes."""
    document: Manifest | Index
    stale: bool = False
    """Whether the source could not be asked and an earlier answer was served."""


class ImageSource(Protocol):
    """Where images can be read from. Every method raises ``FetchError`` and nothing else.

    Documents and configs that are returned are verified: they have the digest and size they were
    promised. Only ``part`` may return what is not.
    """

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """The manifest or index that ``reference`` names."""

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """A child of an index of the same repository."""

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """The config of a manifest of the same repository."""

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """``length`` bytes of a layer from ``start`` on, or as many as there are.

        A blob that is read whole is checked against its digest; a part cannot be, and is worth no
        more than the word of the registry it came from. ``UNSUPPORTED`` when the source can serve
        the first bytes of a blob only and others are asked for.

        At most ``MAX_PART`` at once: see ``window``.
        """

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """The digest ``reference`` names, if that needs no I/O to say; None otherwise.

        A digest is returned only if this scope has itself been given the content before.
        """


def window(descriptor: Descriptor, start: int, length: int) -> range:
    """Where the bytes lie that ``ImageSource.part`` is asked for, as far as there are any.

    Raises ``ValueError`` for what nobody may ask: nothing, more than ``MAX_PART``, or what would
    lie before the blob.
    """
    if start < 0 or not 0 < length <= MAX_PART:
        raise ValueError(f"{length} bytes from {start} on are no part of a layer")
    return range(min(start, descriptor.size), min(start + length, descriptor.size))


@dataclass(frozen=True, slots=True)
class PullSecret:
    """A Secret that a Pod is to pull its images with."""

    name: str
    """Empty where the ServiceAccount could not be read, so that no name is known."""
    data: bytes | None = field(repr=False)
    """A Docker configuration with ``auths``, unread; None if there is none."""
    reason: str = ""
    """Why there is no ``data``."""


class PullSecretStore(Protocol):
    """Pull secrets of Pods, known by watches."""

    def secrets_for(
        self, namespace: str, service_account: str, image_pull_secrets: Sequence[str]
    ) -> Sequence[PullSecret]:
        """What a Pod is given, in its order; those that cannot be had say why.

        ``service_account`` and ``image_pull_secrets`` are as in the Pod; both may be empty.
        """


@dataclass(frozen=True, slots=True)
class Running:
    """A Pod, or a controller that has none at present."""

    workload: Workload
    owner: Named
    """The workload that a person would name: its Deployment, or itself."""
    digests: tuple[tuple[str, str], ...] = ()
    """Names of containers, and the digests by which their images were pulled."""
    pods: int = 1
    """0 for a controller."""


@dataclass(frozen=True, slots=True)
class RunningPage:
    """Some of what a cluster runs."""

    running: tuple[Running, ...]
    remaining: int | None
    """How many Pods come after this page, where that is known."""


class RunningWorkloads(Protocol):
    """What a cluster runs, a page at a time. Raises ``ClusterError``."""

    def pages(self) -> AsyncIterator[RunningPage]:
        """All of it, Pods first; nothing is kept of what was told."""


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """A Secret as the API server has it."""

    data: Mapping[str, bytes] = field(repr=False)
    """Decoded."""
    version: str
    """Its ``resourceVersion``."""


class SecretStore(Protocol):
    """Secrets of the own namespace. Methods raise ``ClusterError``.

    A read is of the present state, never of a cache: that replicas agree rests on it.
    """

    async def read(self, name: str) -> StoredSecret | None:
        """The Secret; None when there is none of this name."""

    async def create(self, name: str, data: Mapping[str, bytes]) -> None:
        """Make the Secret. ``CONFLICT`` when there is one by now."""

    async def replace(self, name: str, data: Mapping[str, bytes], version: str) -> None:
        """Replace all of its data. ``CONFLICT`` when it is no longer of ``version``."""


@dataclass(frozen=True, slots=True)
class StoredBundle:
    """By which CAs the API server trusts the webhook, as its configuration says."""

    pem: bytes
    """What every webhook of the configuration has; empty when they have none, or differ."""
    version: str
    """The ``resourceVersion`` of the configuration."""


class BundleStore(Protocol):
    """The CA bundle of the own webhook configuration. Methods raise ``ClusterError``.

    A read is of the present state, never of a cache, and a write is never repeated after a
    conflict: who writes must first have read again, the Secret too.
    """

    async def read(self) -> StoredBundle | None:
        """The bundle; None when there is no configuration, or one without webhooks."""

    async def replace(self, pem: bytes, version: str) -> None:
        """Give it to every webhook. ``CONFLICT`` when the configuration is not of ``version``."""


class CertificateIssuer(Protocol):
    """Makes and reads certificates. Asks nobody, and knows the time only by being told."""

    def ca(self, now: datetime) -> Issued:
        """A new CA."""

    def serving(self, ca: Issued, hosts: Sequence[str], now: datetime) -> Issued:
        """A new serving certificate; it never outlives its CA."""

    def read(self, data: Mapping[str, bytes]) -> Holding | Damage:
        """What a Secret's data means."""

    def write(self, holding: Holding) -> dict[str, bytes]:
        """A Secret's data with this meaning."""

    def split(self, bundle: bytes) -> tuple[bytes, ...]:
        """The certificates of a bundle, PEM, each in one way only; what is none is left out."""

    def untrusted(self, chain: bytes, bundle: bytes, host: str, now: datetime) -> str | None:
        """Why a client that calls ``host`` and trusts ``bundle`` refuses ``chain``; None if not."""


class CertificateObserver(Protocol):
    """Told of what happens to certificates, for whoever logs and counts. Must not raise."""

    def stepped(self, step: Step, reason: str) -> None:
        """This replica took a step; ``reason`` is empty where the step says it all."""

    def serving(self, certificate: Issued) -> None:
        """Handshakes are answered with this one from now on."""

    def failed(self, reason: str) -> None:
        """Something could not be done and is tried again; the same is told once."""
