"""Where the cluster is and who we are there: a kubeconfig, or the service account of a Pod.

In kubectl's order: the kubeconfig that was named; else the one at ``$KUBECONFIG`` or
``~/.kube/config``, if there is one; else the service account. The official client reads them, with
everything that is known in a kubeconfig: certificates, tokens, OIDC, credential plugins.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from webhook.errors import ClusterError, ClusterFailure

if TYPE_CHECKING:
    from kubernetes.aio.client import Configuration

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a Pod finds its token and the cluster's CA."""
_DEFAULT_NAMESPACE = "default"
_LOGIN_SECONDS = 30.0
"""For credential plugins, which may ask somebody else."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where to look for a cluster."""

    kubeconfig: str | None = None
    """Paths as in ``$KUBECONFIG``: several, separated as there, are merged."""
    context: str | None = None
    """Of the kubeconfig; None is its current one."""
    service_account: Path = SERVICE_ACCOUNT


async def login(access: Access) -> Configuration:
    """The cluster's address, its CA and our credentials. Raises ``ClusterError``.

    TLS is verified unless the kubeconfig itself says ``insecure-skip-tls-verify``, as for kubectl.
    """
    try:
        from kubernetes.aio import client
    except RuntimeError:  # it looks for ~/.kube, and there is no HOME
        raise _unusable("there is no home folder to look for a kubeconfig: set HOME") from None

    configuration = client.Configuration()
    # Python 3.13 reads RFC 5280 by the letter, which CAs of older clusters do not meet. Chain,
    # name and dates are verified as before, and as Go's clients do.
    configuration.disable_strict_ssl_verification = True
    kubeconfig = _kubeconfig(access)
    if kubeconfig is None:
        _from_pod(configuration, access.service_account)
    else:
        await _from_kubeconfig(configuration, kubeconfig, access.context)
    return configuration


def own_namespace(access: Access) -> str:
    """The namespace that is meant when none is named, as for kubectl. Raises ``ClusterError``."""
    from kubernetes.aio.config import ConfigException, list_kube_config_contexts

    kubeconfig = _kubeconfig(access)
    if kubeconfig is None:
        with suppress(OSError):
            return (access.service_account / "namespace").read_text().strip()
        return _DEFAULT_NAMESPACE
    try:
        contexts, current = list_kube_config_contexts(kubeconfig)
    except (ConfigException, OSError, LookupError, TypeError, AttributeError):
        raise _unusable(f"{kubeconfig}: its contexts cannot be read") from None
    wanted = access.context or current["name"]
    found = (each["context"].get("namespace") for each in contexts if each["name"] == wanted)
    return next(found, None) or _DEFAULT_NAMESPACE


def _kubeconfig(access: Access) -> str | None:
    from kubernetes.aio.config import KUBE_CONFIG_DEFAULT_LOCATION

    written = access.kubeconfig or KUBE_CONFIG_DEFAULT_LOCATION
    if any(Path(path).expanduser().is_file() for path in written.split(os.pathsep) if path):
        return written
    if access.kubeconfig or access.context:
        raise _unusable(f"there is no kubeconfig at {written}")
    return None


async def _from_kubeconfig(
    configuration: Configuration, kubeconfig: str, context: str | None
) -> None:
    import aiohttp
    import yaml
    from kubernetes.aio.config import ConfigException, load_kube_config

    which = f"the context {context!r}" if context else "the current context"
    # What the file holds surfaces as errors of many kinds, whose texts may quote it.
    written_wrong = (ConfigException, yaml.YAMLError, ValueError, TypeError, LookupError)
    try:
        async with asyncio.timeout(_LOGIN_SECONDS):
            await load_kube_config(kubeconfig, context, configuration, persist_config=False)
    except TimeoutError:
        raise _unusable(f"{kubeconfig}: no credential for {which} in time") from None
    except (*written_wrong, AttributeError, OSError, aiohttp.ClientError):
        raise _unusable(f"{kubeconfig}: {which} cannot be used") from None
    # A token file ends with a line break, which no header may hold.
    configuration.api_key = {name: key.strip() for name, key in configuration.api_key.items()}


def _from_pod(configuration: Configuration, folder: Path) -> None:
    from kubernetes.aio.config import ConfigException
    from kubernetes.aio.config.incluster_config import InClusterConfigLoader

    loader = InClusterConfigLoader(str(folder / "token"), str(folder / "ca.crt"))
    try:
        loader.load_and_set(configuration)
    except (ConfigException, OSError):
        raise _unusable(
            "no cluster is known: there is no kubeconfig, and this is not a Pod with a service account"
        ) from None


def _unusable(detail: str) -> ClusterError:
    return ClusterError(ClusterFailure.CONFIGURATION, detail)
