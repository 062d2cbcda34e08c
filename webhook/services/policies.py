"""The law that is in force: loaded once, replaced as a whole, never mixed."""

from collections.abc import Callable, Iterable

from webhook.policy.law import PolicySet
from webhook.policy.loader import Catalogue, load
from webhook.policy.tablefile import load_tables
from webhook.policy.tables import Tables

Texts = Callable[[], Iterable[tuple[str, str]]]
"""Reads files anew: (file, text). May raise ``UsageError``."""


class PolicyStore:
    """Holds one immutable set; a request takes it once and keeps to it."""

    def __init__(
        self, read_policies: Texts, read_tables: Texts, catalogue: Catalogue, shipped: Tables
    ) -> None:
        """``shipped`` are the tables in whose place those of ``read_tables`` are put."""
        self._read_policies, self._read_tables = read_policies, read_tables
        self._catalogue, self._shipped = catalogue, shipped
        self._seen = self._texts()
        self._current = self._load()

    def current(self) -> PolicySet:
        """The set in force."""
        return self._current

    def reload(self) -> bool:
        """Read the files again; says whether anything changed.

        A set that cannot be used raises ``InvalidFile`` and leaves the old one in force; the same
        bad set is not complained of twice.
        """
        texts = self._texts()
        if texts == self._seen:
            return False
        self._seen = texts
        fresh = self._load()
        changed = fresh.hash != self._current.hash
        if changed:
            self._current = fresh
        return changed

    def _texts(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        return list(self._read_policies()), list(self._read_tables())

    def _load(self) -> PolicySet:
        policies, tables = self._seen
        return load(policies, self._catalogue, load_tables(tables, self._shipped))
