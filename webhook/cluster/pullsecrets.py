"""Credentials for pulling images, as Pods name them: known by watches, never asked for in a review.

Which ones a Pod gets: those in its ``imagePullSecrets``; where it names none, those of its
ServiceAccount, which the API server writes into the Pod before webhooks see it. Templates of
controllers still lack them, so they are added here in the same way.
Sources: Kubernetes, plugin/pkg/admission/serviceaccount/admission.go, and pkg/kubelet/
kubelet_pods.go (a Secret that is not there is passed over, and so is an empty name).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from webhook.cluster.reflector import Reflected, Reflector, Source, Surroundings
from webhook.cluster.wire import Item, location
from webhook.services.ports import PullSecret

MAX_CONFIG = 64 * 1024
"""Bytes of a Docker configuration that are kept. Real ones are a few KiB; a Secret may be 1 MiB."""
_DEFAULT_ACCOUNT = "default"
_JSON = "kubernetes.io/dockerconfigjson"
_LEGACY = "kubernetes.io/dockercfg"


class _Data(msgspec.Struct, frozen=True, gc=False):
    """``data``: base64 on the wire, bytes here."""

    config: bytes | None = msgspec.field(default=None, name=".dockerconfigjson")
    legacy: bytes | None = msgspec.field(default=None, name=".dockercfg")


class _Secret(Item, frozen=True):
    data: _Data | None = None


class _Name(msgspec.Struct, frozen=True, gc=False):
    name: str = ""


class _ServiceAccount(Item, frozen=True, rename="camel"):
    image_pull_secrets: tuple[_Name, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Lists:
    """What is followed in one namespace, or in all."""

    secrets: tuple[Reflector[_Secret, PullSecret], ...]
    """One for each type: no selector knows "or"."""
    accounts: Reflector[_ServiceAccount, tuple[str, ...]]

    @property
    def all(self) -> Iterator[Reflector[Any, Any]]:
        yield from self.secrets
        yield self.accounts


class PullSecrets(Reflected):
    """Secrets and ServiceAccounts of ``namespaces``, a ``PullSecretStore``; None is all of them, a
    right of its own."""

    def __init__(self, surroundings: Surroundings, namespaces: Iterable[str] | None = None) -> None:
        names = [""] if namespaces is None else dict.fromkeys(namespaces)
        self._lists = {name: _lists(surroundings, name) for name in names}
        super().__init__(each for lists in self._lists.values() for each in lists.all)

    def secrets_for(
        self, namespace: str, service_account: str, image_pull_secrets: Sequence[str]
    ) -> tuple[PullSecret, ...]:
        """See ``PullSecretStore.secrets_for``."""
        lists = self._lists.get("") or self._lists.get(namespace)
        if lists is None:
            why = f"namespace {namespace} is not among those whose Secrets are read"
            return tuple(PullSecret(name, None, why) for name in _names(image_pull_secrets) or [""])
        if image_pull_secrets:
            named = image_pull_secrets
        else:
            told = lists.accounts.get(namespace, service_account or _DEFAULT_ACCOUNT)
            if told is None and (why := _unread(lists.accounts, "ServiceAccounts", namespace)):
                return (PullSecret("", None, why),)
            named = told or ()
        return tuple(_found(lists, namespace, name) for name in _names(named))


def _names(written: Sequence[str]) -> list[str]:
    return [name for name in dict.fromkeys(written) if name]


def _lists(surroundings: Surroundings, namespace: str) -> _Lists:
    secrets = location("api/v1", "secrets", namespace)
    accounts = location("api/v1", "serviceaccounts", namespace)
    return _Lists(
        tuple(
            Reflector(
                surroundings, Source("secrets", secrets, f"type={type_}"), _Secret, _pull_secret
            )
            for type_ in (_JSON, _LEGACY)
        ),
        Reflector(
            surroundings, Source("serviceaccounts", accounts), _ServiceAccount, _secret_names
        ),
    )


def _found(lists: _Lists, namespace: str, name: str) -> PullSecret:
    for secrets in lists.secrets:
        if (found := secrets.get(namespace, name)) is not None:
            return found
    for secrets in lists.secrets:
        if why := _unread(secrets, "Secrets", namespace):
            return PullSecret(name, None, why)
    return PullSecret(name, None, "there is no such Secret of a type for registry credentials")


def _unread(reflector: Reflector[Any, Any], what: str, namespace: str) -> str:
    """Why nothing can be said about what ``reflector`` follows; empty if all is known."""
    if reflector.failure is not None:
        return f"{what} of namespace {namespace} cannot be read ({reflector.failure.kind.value})"
    if not reflector.ready.is_set():
        return f"{what} of namespace {namespace} have not been read yet"
    return ""


def _pull_secret(secret: _Secret) -> PullSecret:
    name, data = secret.metadata.name, secret.data or _Data()
    config = data.config
    if config is None and data.legacy is not None:
        config = b'{"auths":%b}' % data.legacy  # the legacy form is what "auths" holds today
    if not config:
        return PullSecret(name, None, "the Secret holds no Docker configuration")
    if len(config) > MAX_CONFIG:
        return PullSecret(name, None, f"the Secret is larger than {MAX_CONFIG // 1024} KiB")
    return PullSecret(name, config)


def _secret_names(account: _ServiceAccount) -> tuple[str, ...]:
    return tuple(secret.name for secret in account.image_pull_secrets or ())
