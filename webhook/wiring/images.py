"""Where images come from: registries as the settings describe them, and whose credentials are used."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import webhook
from webhook.registry.credhelper import CredentialHelpers
from webhook.registry.dockerconfig import DockerConfig, parse_docker_config
from webhook.registry.keychain import DockerKeychain
from webhook.registry.observer import Observer
from webhook.registry.options import HostOptions, Mirror, Proxies, RegistryOptions
from webhook.registry.podkeychains import OneKeychain, PodKeychains
from webhook.services.ports import Keychain, Keychains
from webhook.settings import Settings, read_text
from webhook.wiring.process import clock

if TYPE_CHECKING:
    from webhook.registry.client import Registry
    from webhook.wiring.incluster import InCluster


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
    return _operator(settings, secrets.token_bytes(32))


def keychains(settings: Settings, inside: InCluster) -> Keychains:
    """The keychains of Pods, as far as their Secrets may be read. Raises ``UsageError``."""
    key = secrets.token_bytes(32)
    operator = _operator(settings, key)
    if inside.pull_secrets is None:
        return OneKeychain(operator)
    return PodKeychains(operator, inside.pull_secrets, key)


def _operator(settings: Settings, key: bytes) -> Keychain:
    """``key`` is that of every keychain of the process."""
    file = settings.docker_config
    config = parse_docker_config(read_text(file).encode(), str(file)) if file else DockerConfig()
    return DockerKeychain((config,), key, CredentialHelpers())


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
