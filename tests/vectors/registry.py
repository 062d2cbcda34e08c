"""Public cases about registries: credentials by repository, challenges, tokens, redirects.

``run(folder)`` reads ``keyring.json`` and ``www_authenticate.json`` and yields what became of every
case that applies; ``SKIPPED`` says why the others do not.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.vectors.challenges import CHALLENGES
from tests.vectors.keyring import KEYRING

Case = Mapping[str, Any]
Check = Callable[[Case], None]
"""Raises ``AssertionError`` when the product answers otherwise than the case expects."""

SKIPPED = {
    "k8s-encode": "configurations are read and never written",
    "gcr-marshal": "configurations are read and never written",
    "gcr-env": "where a configuration is found is for webhook.settings",
    "k8s-secret-05": "which key of a Secret holds its type's data is for who reads Secrets",
    "k8s-secret-06": "which key of a Secret holds its type's data is for who reads Secrets",
    "gcr-k8s-06": "an option of that library: Secrets are taken from imagePullSecrets alone",
    "gcr-k8s-09": "an option of that library: Secrets are taken from imagePullSecrets alone",
    "tok-14": "a 401 from where a registry redirects to is final: nothing is exchanged there",
    "basic-02": "a credential is a name and a password, never a ready-made header",
    "basic-04": "a keychain of the product never raises",
    "err-": "of an error body only the specification's code is told, never its text",
    "foreign-": "foreign layers are never fetched",
    "temp-03": "a status decides, never the codes of a body without one",
}
"""Id or beginning of ids → why the case does not apply."""


def run(folder: Path) -> Iterator[tuple[str, bool, str]]:
    """(id, whether it holds, why not) of every case that applies."""
    for file, checks in (("keyring.json", KEYRING), ("www_authenticate.json", CHALLENGES)):
        groups = json.loads((folder / file).read_text())
        for group, check in checks.items():
            for case in groups.get(group, ()):
                if reason_to_skip(case["id"]) is None:
                    yield _outcome(case, check)


def reason_to_skip(case_id: str) -> str | None:
    """Why a case does not apply; None when it does."""
    return next((why for begin, why in SKIPPED.items() if case_id.startswith(begin)), None)


def _outcome(case: Case, check: Check) -> tuple[str, bool, str]:
    try:
        check(case)
    except Exception as error:  # one case that breaks must not hide the others
        return case["id"], False, f"{type(error).__name__}: {error}".split("\n")[0]
    return case["id"], True, ""
