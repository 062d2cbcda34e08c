"""Where policies and tables come from: shipped names, files, folders."""

from collections.abc import Sequence
from pathlib import Path

import webhook
from webhook.errors import UsageError
from webhook.policy.law import PolicySet
from webhook.policy.loader import load, nearest
from webhook.policy.tablefile import load_tables
from webhook.policy.tables import Tables
from webhook.rules import CATALOGUE
from webhook.settings import Settings, read_text

_YAML = frozenset({".yaml", ".yml"})


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
    shipped = shipped_policies()
    names = shipped_names()
    return _texts([str(shipped / place) if place in names else place for place in places], names)


def shipped_tables() -> Tables:
    """The tables that come with the package."""
    return load_tables(_texts([str(Path(webhook.__file__).parent / "policy" / "data")], ()))


def tables(places: Sequence[str]) -> Tables:
    """The shipped tables, with those at some places in their stead. Raises ``UsageError``."""
    return load_tables(table_texts(places), shipped_tables())


def table_texts(places: Sequence[str]) -> list[tuple[str, str]]:
    """The table files at some places, as (file, text): files and folders. Raises ``UsageError``."""
    return _texts(places, ())


def _texts(places: Sequence[str], names: Sequence[str]) -> list[tuple[str, str]]:
    try:
        files = dict.fromkeys(file for place in places for file in _files_at(place, names))
        return [(str(file), read_text(file)) for file in files]
    except OSError as error:
        raise UsageError(f"cannot read {error.filename}: {error.strerror}") from None


def _files_at(place: str, names: Sequence[str]) -> list[Path]:
    path = Path(place)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = _files_in(path)
        if not found:
            raise UsageError(f"no file (*.yaml) in {place}")
        return found
    if not names:
        raise UsageError(f"{place}: there is no such file or folder")
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
    """The policies and tables that the settings name. Raises ``UsageError``."""
    return load(policy_texts(settings.policies), CATALOGUE, tables(settings.data))
