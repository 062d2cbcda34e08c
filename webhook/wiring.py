"""The composition root: the one place that knows every room, and puts them together.

Commands call it with settings; nothing else reads settings, and nothing else chooses adapters.
FastAPI, aiohttp and cryptography are imported where they are needed: they are most of the start-up
of a command, and commands that only read files need none of them.
"""

from __future__ import annotations

import asyncio
import platform
import secrets
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import webhook
from webhook.archive import Routed, is_archive, open_image
from webhook.errors import UsageError
from webhook.oci import Platform, Reference
from webhook.policy.law import PolicySet
from webhook.policy.loader import load, nearest
from webhook.registry.credhelper import CredentialHelpers
from webhook.registry.dockerconfig import DockerConfig, parse_docker_config
from webhook.registry.keychain import DockerKeychain
from webhook.registry.observer import Observer
from webhook.registry.options import HostOptions, Mirror, Proxies, RegistryOptions
from webhook.rules import CATALOGUE
from webhook.services.check import Judged, Subject, check
from webhook.services.gather import Gatherer
from webhook.services.inspect import Inspected
from webhook.services.inspect import inspect as inspect_source
from webhook.services.judge import Judge
from webhook.services.policies import PolicyStore
from webhook.services.ports import ImageSource, Keychain
from webhook.services.review import Reviewer
from webhook.settings import Settings, read_text

if TYPE_CHECKING:
    from webhook.registry.client import Registry
    from webhook.server import Readiness
    from webhook.server.logs import Log
    from webhook.server.metrics import Metrics
    from webhook.tls import ServingCertificate

T = TypeVar("T")

_YAML = frozenset({".yaml", ".yml"})
REVIEW_SECONDS = 10.0
"""For a review, when nothing else is said: what the API server takes for its default."""
COMMAND_SECONDS = 30.0
"""For each image of a command, likewise."""


def clock() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's asynchronous part to its end."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


# Policies


def shipped_policies() -> Path:
    """Where the shipped policies are: beside the package in a checkout, inside it in a wheel."""
    package = Path(webhook.__file__).parent
    inside = package / "_policies"
    return inside if inside.is_dir() else package.parent / "policies"


def shipped_names() -> list[str]:
    """What the shipped policies are called."""
    return sorted(item.name for item in shipped_policies().iterdir() if item.is_dir())


def policy_texts(places: Sequence[str]) -> list[tuple[str, str]]:
    """The policy files at some places, as (file, text): shipped names, files, folders.

    In folders, files whose names begin with a dot are skipped, folders with such names too, so that
    a mounted ConfigMap is read once. Raises ``UsageError``.
    """
    try:
        files = dict.fromkeys(file for place in places for file in _policy_files(place))
        return [(str(file), read_text(file)) for file in files]
    except OSError as error:
        raise UsageError(f"cannot read {error.filename}: {error.strerror}") from None


def _policy_files(place: str) -> list[Path]:
    shipped = shipped_policies()
    names = shipped_names()
    if place in names:
        return _files_in(shipped / place)
    path = Path(place)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = _files_in(path)
        if not found:
            raise UsageError(f"no policy file (*.yaml) in {place}")
        return found
    raise UsageError(
        f"no policy {place!r}{nearest(place, names)}: neither a shipped one ({', '.join(names)}) "
        "nor a file nor a folder"
    )


def _files_in(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.suffix in _YAML
        and file.is_file()
        and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def load_policies(settings: Settings) -> PolicySet:
    """The policies that the settings name. Raises ``UsageError``."""
    return load(policy_texts(settings.policies), CATALOGUE)


# Images


@asynccontextmanager
async def registry(settings: Settings, observer: Observer | None = None) -> AsyncIterator[Registry]:
    """The registry client that the settings describe. Raises ``UsageError``."""
    from webhook.registry.client import Registry

    client = Registry(_registry_options(settings), observer=observer, now=clock)
    try:
        yield client
    finally:
        await client.aclose()


def operator_keychain(settings: Settings) -> Keychain:
    """The operator's own credentials, helpers included. Raises ``UsageError``."""
    file = settings.docker_config
    config = parse_docker_config(read_text(file).encode(), str(file)) if file else DockerConfig()
    return DockerKeychain((config,), secrets.token_bytes(32), CredentialHelpers())


def _registry_options(settings: Settings) -> RegistryOptions:
    hosts = {
        item.host: HostOptions(item.plain_http, str(item.ca) if item.ca else None, item.proxy)
        for item in settings.registries
    }
    for host in settings.insecure_registry:
        hosts[host] = replace(hosts.get(host, HostOptions()), plain_http=True)
    for pair in settings.registry_ca:
        host, _, file = pair.partition("=")
        hosts[host] = replace(hosts.get(host, HostOptions()), ca=file)
    mirrors = [Mirror(*pair.split("=", 1)) for pair in settings.mirror]
    mirrors += [
        Mirror(item.host, target) for item in settings.registries for target in item.mirrors
    ]
    spared = tuple(filter(None, (settings.no_proxy or "").replace(" ", "").split(",")))
    return RegistryOptions(
        hosts=hosts,
        mirrors=tuple(mirrors),
        proxies=Proxies(settings.https_proxy, settings.http_proxy, spared),
        allow_hosts=frozenset(settings.allow_host),
        user_agent=f"slimgate/{webhook.__version__}",
    )


# Commands


async def check_subjects(
    settings: Settings,
    law: PolicySet,
    subjects: Sequence[Subject],
    namespace: str | None,
    seconds: float,
    *,
    keep_passes: bool,
) -> tuple[Judged, ...]:
    """What ``slimgate check`` does, archives and registries together."""
    opened = [(s, await open_image(s.image)) for s in subjects if is_archive(s.image)]
    names = {subject.image: reference for subject, (_, reference) in opened}
    archives = {reference: source for _, (source, reference) in opened}
    async with registry(settings) as client:
        gatherer = Gatherer(Routed(client, archives), flight_limit=seconds)
        judge = Judge(gatherer, clock, lambda text: names.get(text) or Reference.parse(text))
        keychain = operator_keychain(settings)
        return await check(
            judge, law, subjects, namespace, keychain, seconds, keep_passes=keep_passes
        )


async def inspect_image(
    settings: Settings, image: str, wanted: Platform | None, seconds: float, *, everything: bool
) -> Inspected:
    """What ``slimgate inspect`` does. Raises ``UsageError`` and ``FetchError``."""
    asked = () if everything else (wanted or own_platform(),)
    async with registry(settings) as client:
        source: ImageSource = client
        if is_archive(image):
            source, reference = await open_image(image)
        else:
            reference = Reference.parse(image)
        keychain = operator_keychain(settings)
        strictly = wanted is not None
        return await inspect_source(source, reference, asked, keychain, seconds, strictly=strictly)


def own_platform() -> Platform:
    """Linux on this machine's architecture."""
    return Platform.parse(f"linux/{platform.machine().lower()}")


# The webhook


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
    policies = PolicyStore(lambda: policy_texts(settings.policies), CATALOGUE)
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
