"""Checks for the cases of ``keyring.json``."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.vectors.case import Case, Check, same
from webhook.errors import InvalidFile
from webhook.oci import Reference
from webhook.registry.credhelper import CredentialHelpers
from webhook.registry.dockerconfig import DockerConfig, parse_docker_config
from webhook.registry.keychain import DockerKeychain, JoinedKeychain
from webhook.services.ports import Credential

_FILE = "case"
_KEY = b"vectors"
_FIELDS = ("username", "password", "identitytoken", "registrytoken")


def _told(document: object) -> DockerConfig:
    raw = document if isinstance(document, str) else json.dumps(document)
    return parse_docker_config(raw.encode(), _FILE)


def _repository(image: str) -> str:
    """What an image's credentials are looked up by; hosts and odd paths stay as they are."""
    first = image.partition("/")[0]
    if "." in first or ":" in first:
        return image.partition("@")[0].rpartition(":")[0] if _has_tag(image) else image
    return Reference.parse(image).repository


def _has_tag(image: str) -> bool:
    name, colon, tag = image.rpartition(":")
    return bool(colon) and "/" in name and "/" not in tag


def _found(image: str, *configs: DockerConfig) -> list[dict[str, str]]:
    keychain = DockerKeychain(configs, _KEY)
    return [_shown(each) for each in asyncio.run(keychain.credentials(_repository(image)))]


def _shown(credential: Credential) -> dict[str, str]:
    values = (
        credential.username,
        credential.password,
        credential.identity_token,
        credential.registry_token,
    )
    return {field: value for field, value in zip(_FIELDS, values, strict=True) if value}


def _wanted(told: Mapping[str, str]) -> dict[str, str]:
    return {field: told[field] for field in _FIELDS if told.get(field)}


def _fails(expected: bool, work: Callable[[], object]) -> None:
    try:
        work()
    except InvalidFile:
        failed = True
    else:
        failed = False
    same(failed, expected)


def urls_match(case: Case) -> None:
    config = _told({"auths": {case["glob"]: {"username": "u", "password": "p"}}})
    same(bool(_found(case["target"], config)), case["match"])


def lookup(case: Case) -> None:
    found = _found(case["image"], _told({"auths": case["auths"]}))
    same(bool(found), case["found"])
    if "first_credential" in case:
        same(found[0], _wanted(case["first_credential"]))
    if "credentials_in_order" in case:
        same(found, [_wanted(each) for each in case["credentials_in_order"]])
    assert len(found) <= case.get("max_hits", len(found)), f"{len(found)} hits"


def is_default_registry(case: Case) -> None:
    is_hub = Reference.parse(case["image"]).domain == "docker.io"
    same(is_hub, case["is_default_registry"])


def _entry(entry: Mapping[str, Any], case: Case, expected: Mapping[str, str]) -> None:
    document = {"auths": {"registry.example.com": entry}}
    _fails(case["error"], lambda: _told(document))
    if not case["error"]:
        same(_found("registry.example.com/app", _told(document)), [_wanted(expected)])


def entry_decode(case: Case) -> None:
    _entry(json.loads(case.get("entry_json") or case["json"]), case, case.get("decoded", {}))


def auth_field(case: Case) -> None:
    _entry({"auth": case["auth"]}, case, case)


def config_decode(case: Case) -> None:
    _fails(case["error"], lambda: _told(case["json"]))
    if "auths" in case:
        found = {where: _shown(each) for where, each in _told(case["json"]).auths}
        same(found, {where: _wanted(each) for where, each in case["auths"].items()})


class _Fixed:
    """The default keyring of a case."""

    def __init__(self, told: Sequence[Mapping[str, str]]) -> None:
        self._credentials = [Credential(each["username"], each["password"]) for each in told]

    def scope(self, repository: str) -> str:
        return "default"

    async def credentials(self, repository: str) -> Sequence[Credential]:
        return self._credentials

    def told(self, repository: str) -> str:
        return ""


def pull_secrets(case: Case) -> None:
    datas = [value for secret in case["pull_secrets"] for value in secret["data"].values()]
    secrets = DockerKeychain([_told(data) for data in datas], _KEY)
    keychain = JoinedKeychain(secrets, _Fixed(case["default_keyring"] or ()))
    found = asyncio.run(keychain.credentials(_repository(case["image"])))
    same([_shown(each) for each in found], [_wanted(each) for each in case["credentials_in_order"]])


def file_keychain(case: Case) -> None:
    _fails(case["error"], lambda: _told(case["config_json"]))
    if not case["error"]:
        _first(_found(case["target"]["name"], _told(case["config_json"])), case)


def _first(found: Sequence[Mapping[str, str]], case: Case) -> None:
    same(not found, case["anonymous"])
    if found:
        same(found[0], _wanted(case["authorization"]))


def helper(case: Case) -> None:
    returns = case["helper_returns"]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder, "docker-credential-case")
        if "error" in returns:
            program.write_text(f"#!/bin/sh\necho {returns['error']!r}\nexit 1\n")
        else:
            answer = json.dumps({"Username": returns["username"], "Secret": returns["secret"]})
            program.write_text(f"#!/bin/sh\ncat > {folder}/asked\necho '{answer}'\n")
        program.chmod(0o700)
        config = _told({"credsStore": "case"})
        keychain = DockerKeychain([config], _KEY, CredentialHelpers(path=folder + ":/bin:/usr/bin"))
        found = [_shown(each) for each in asyncio.run(keychain.credentials(case["target"]))]
        same(not found, case.get("anonymous", False))
        if found:
            told = dict(case["authorization"])
            if told.get("identitytoken"):
                told["username"] = ""  # the mark of a token, not a name
            same(found[0], _wanted(told))
            same(Path(folder, "asked").read_text().strip(), case["server_url_asked"])


def joined(case: Case) -> None:
    keychains = [
        DockerKeychain([_told({"auths": {where: {"username": user, "password": "x"}}})], _KEY)
        for told in case["keychains_in_order"]
        for where, user in told.items()
    ]
    found = asyncio.run(JoinedKeychain(*keychains).credentials(case["target"]))
    same(not found, case["anonymous"])
    if found:
        same(found[0].username, case["want_user"])


def kubernetes(case: Case) -> None:
    configs = [
        _told(
            secret["auths"] if secret["type"].endswith("dockercfg") else {"auths": secret["auths"]}
        )
        for secret in case["pull_secrets_in_order"]
    ]
    _first(_found(case["target"]["name"], *configs), case)


def other_webhook(case: Case) -> None:
    config = _told(case["config"])
    if "image" in case:
        _first(_found(case["image"], config), case)
    for where, told in case.get("parsed_keys", {}).items():
        same(_found(where, config)[0], _wanted(told))


KEYRING: dict[str, Check] = {
    "k8s_urls_match": urls_match,
    "k8s_keyring_lookup": lookup,
    "k8s_is_default_registry": is_default_registry,
    "k8s_dockerconfig_entry_decode": entry_decode,
    "k8s_auth_field_decode": auth_field,
    "k8s_dockerconfig_decode": config_decode,
    "k8s_pull_secrets": pull_secrets,
    "gcr_authconfig_unmarshal": entry_decode,
    "gcr_default_keychain": file_keychain,
    "gcr_credential_helper": helper,
    "gcr_multi_keychain": joined,
    "gcr_kubernetes_keychain": kubernetes,
    "connaisseur_docker_auth": other_webhook,
}
"""Group of cases → the check of each."""
