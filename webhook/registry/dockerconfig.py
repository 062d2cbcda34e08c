"""Docker's configuration file: who one is at which registry.

Sources: docker/cli, config.json; Kubernetes, Secrets of type ``kubernetes.io/dockerconfigjson`` and,
in the legacy form without ``auths``, ``kubernetes.io/dockercfg``.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from webhook.errors import InvalidFile, Problem
from webhook.services.ports import Credential


@dataclass(frozen=True, slots=True)
class DockerConfig:
    """What a configuration file says about credentials."""

    auths: tuple[tuple[str, Credential], ...] = ()
    """Where, as written (``https://index.docker.io/v1/``), and who. Entries that hold nothing are
    left out: Docker writes them where a helper holds the credential."""
    helpers: Mapping[str, str] = field(default_factory=dict)
    """``credHelpers``: host → name of the helper that knows its credential."""
    store: str | None = None
    """``credsStore``: name of the helper that knows all others."""


class _Entry(msgspec.Struct):
    auth: str | None = None
    username: str | None = None
    password: str | None = None
    email: str | None = None
    identitytoken: str | None = None
    registrytoken: str | None = None


class _File(msgspec.Struct):
    auths: dict[str, _Entry] | None = None
    cred_helpers: dict[str, str] | None = msgspec.field(default=None, name="credHelpers")
    creds_store: str | None = msgspec.field(default=None, name="credsStore")


def parse_docker_config(raw: bytes, file: str) -> DockerConfig:
    """Read a configuration, in today's form or the legacy one.

    ``file`` names it in messages and as the origin of its credentials. Raises ``InvalidFile``,
    which never tells what is in the file.
    """
    try:
        return _read(raw, file)
    except msgspec.DecodeError as error:
        raise _invalid(file, f"not a Docker configuration ({error})") from None
    except (UnicodeDecodeError, RecursionError):
        raise _invalid(file, "not a Docker configuration (not JSON)") from None


def _read(raw: bytes, file: str) -> DockerConfig:
    found = msgspec.json.decode(raw, type=dict[str, Any])
    if not found.keys().isdisjoint({"auths", "credHelpers", "credsStore"}):
        told = msgspec.convert(found, _File)
    else:
        entries = {where: entry for where, entry in found.items() if _is_entry(entry)}
        told = _File(msgspec.convert(entries, dict[str, _Entry]))
    auths = (
        (where, _credential(entry, file, number))
        for number, (where, entry) in enumerate((told.auths or {}).items(), start=1)
    )
    return DockerConfig(
        tuple((where, credential) for where, credential in auths if not credential.is_anonymous),
        told.cred_helpers or {},
        told.creds_store or None,
    )


def _is_entry(value: object) -> bool:
    """Whether a value of the legacy form's top level is a credential, not another setting."""
    return isinstance(value, dict) and not value.keys().isdisjoint(_Entry.__struct_fields__)


def _credential(entry: _Entry, file: str, number: int) -> Credential:
    username, password = entry.username or "", entry.password or ""
    if entry.auth:
        pair = _decoded(entry.auth)
        if pair is None:
            raise _invalid(file, f"auth of entry {number} is not base64 of username:password")
        username, password = pair
    return Credential(
        username, password, entry.identitytoken or "", entry.registrytoken or "", origin=file
    )


def _decoded(auth: str) -> tuple[str, str] | None:
    """Name and password; line breaks and missing padding are tolerated, as Kubernetes does."""
    compact = "".join(auth.split())
    try:
        pair = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    username, colon, password = pair.decode(errors="surrogateescape").partition(":")
    return (username, password) if colon else None


def _invalid(file: str, message: str) -> InvalidFile:
    return InvalidFile((Problem(file, 0, 0, message),))
