"""The keychains of Pods: their own pull secrets first, then what the operator gave.

That is the kubelet's order (pkg/credentialprovider, ``MakeDockerKeyring``). Of a Secret only
``auths`` is read: a helper that it names would be a program of somebody else's choice.
"""

from collections.abc import Sequence

from webhook.errors import InvalidFile
from webhook.kube.workload import PodSpec
from webhook.registry.dockerconfig import DockerConfig, parse_docker_config
from webhook.registry.keychain import ANONYMOUS, DockerKeychain, JoinedKeychain
from webhook.registry.lru import Lru
from webhook.services.ports import Credential, Keychain, PullSecret, PullSecretStore

_KEPT = 256
"""Keychains that are kept: one for each set of Secrets that Pods have together."""


class OneKeychain:
    """The same keychain for every Pod: ``Keychains`` where no Secrets are read."""

    def __init__(self, keychain: Keychain) -> None:
        self._keychain = keychain

    def of(self, namespace: str, pod: PodSpec) -> Keychain:
        """See ``Keychains.of``."""
        return self._keychain


class PodKeychains:
    """Makes ``Keychains`` of Secrets; the same Secrets make the same keychain."""

    def __init__(self, operator: Keychain, secrets: PullSecretStore, key: bytes) -> None:
        """``key`` is that of every keychain of the process: see ``DockerKeychain``."""
        self._operator, self._secrets, self._key = operator, secrets, key
        self._kept: Lru[tuple[str, Sequence[PullSecret]], Keychain] = Lru(_KEPT)

    def of(self, namespace: str, pod: PodSpec) -> Keychain:
        """See ``Keychains.of``."""
        names = [each.name for each in pod.image_pull_secrets or ()]
        account = pod.service_account_name or ""
        secrets = tuple(self._secrets.secrets_for(namespace, account, names))
        if not secrets:
            return self._operator
        found = self._kept.get((namespace, secrets))
        if found is None:
            found = self._joined(namespace, secrets)
            self._kept.put((namespace, secrets), found)
        return found

    def _joined(self, namespace: str, secrets: Sequence[PullSecret]) -> Keychain:
        configs: list[DockerConfig] = []
        lacking: list[str] = []
        for secret in secrets:
            origin = f"Secret {namespace}/{secret.name}" if secret.name else "imagePullSecrets"
            if secret.data is None:
                lacking.append(f"{origin} ({secret.reason})")
                continue
            try:
                configs.append(parse_docker_config(secret.data, origin))
            except InvalidFile as error:
                lacking.append(f"{origin} ({error.problems[0].message})")
        own = DockerKeychain(configs, self._key)
        return JoinedKeychain(own, _Lacking(lacking), self._operator)


class _Lacking:
    """A keychain of what could not be had: nothing but words."""

    def __init__(self, lacking: Sequence[str]) -> None:
        self._told = ", ".join(lacking)

    def scope(self, repository: str) -> str:
        """See ``Keychain.scope``: what is not there opens nothing."""
        return ANONYMOUS

    async def credentials(self, repository: str) -> Sequence[Credential]:
        """See ``Keychain.credentials``."""
        return ()

    def told(self, repository: str) -> str:
        """See ``Keychain.told``."""
        return self._told
