"""All groups of public cases: what is read, what becomes of each case, and why some are left out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tests.vectors import golden, platforms, quantities, references, registry, users
from tests.vectors.case import Case, Check, LeftOut
from tests.vectors.challenges import CHALLENGES
from tests.vectors.keyring import KEYRING

FILES: Mapping[str, Mapping[str, Check]] = {
    "references.json": references.REFERENCES,
    "quantity.json": quantities.QUANTITIES,
    "platform.json": platforms.PLATFORMS,
    "run_as_user.json": users.USERS,
    "keyring.json": KEYRING,
    "www_authenticate.json": CHALLENGES,
}
"""File → group of cases → the check of each."""
GOLDEN = "admission"
"""Folder of golden objects, a file each."""
LEFT_OUT = {
    **references.LEFT_OUT,
    **quantities.LEFT_OUT,
    **platforms.LEFT_OUT,
    **users.LEFT_OUT,
    **registry.LEFT_OUT,
}
"""Group, id, or beginning of ids → why the cases do not apply."""


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    group: str
    """File and group."""
    id: str
    result: Literal["passed", "failed", "left out"]
    reason: str
    """Why it failed or was left out."""


def run(folder: Path) -> Iterator[Outcome]:
    """What became of every case of the files in ``folder``; files that are not there are no cases."""
    for name, checks in FILES.items():
        if (folder / name).is_file():
            for group, cases in json.loads((folder / name).read_text()).items():
                if not group.startswith("_"):
                    yield from _group(f"{name} {group}", group, cases, checks.get(group))
    for file in sorted((folder / GOLDEN).glob("*.json")):
        yield _outcome(GOLDEN, file.stem, json.loads(file.read_text()), golden.golden)


def _group(
    title: str, group: str, cases: list[dict[str, Any]], check: Check | None
) -> Iterator[Outcome]:
    for number, case in enumerate(cases, 1):
        id_ = case.get("id", f"{group}-{number:02}")
        reason = LEFT_OUT.get(group) or _reason(id_)
        if reason is not None:
            yield Outcome(title, id_, "left out", reason)
        elif check is None:
            yield Outcome(title, id_, "failed", "no check and no reason for the lack of one")
        else:
            yield _outcome(title, id_, case, check)


def _reason(id_: str) -> str | None:
    return next((why for begin, why in LEFT_OUT.items() if id_.startswith(begin)), None)


def _outcome(title: str, id_: str, case: Case, check: Check) -> Outcome:
    try:
        check(case)
    except LeftOut as reason:
        return Outcome(title, id_, "left out", str(reason))
    except Exception as error:  # one case that breaks must not hide the others
        first = str(error).partition("\n")[0]
        return Outcome(title, id_, "failed", f"{type(error).__name__}: {first}")
    return Outcome(title, id_, "passed", "")
