"""The law that is in force: loaded once, replaced as a whole, never mixed."""

from collections.abc import Callable, Iterable

from webhook.errors import UsageError
from webhook.policy.law import PolicySet
from webhook.policy.loader import Catalogue, load
from webhook.policy.tablefile import load_tables
from webhook.policy.tables import Tables

Texts = Callable[[], Iterable[tuple[str, str]]]
"""Reads files anew: (file, text). May raise ``UsageError``."""


Accept = Callable[[PolicySet], None]
"""Raises ``UsageError`` for a set that cannot be applied here."""


class PolicyStore:
    """Holds one immutable set; a request takes it once and keeps to it."""

    def __init__(
        self,
        read_policies: Texts,
        read_tables: Texts,
        catalogue: Catalogue,
        shipped: Tables,
        accept: Accept = lambda _: None,
    ) -> None:
        """``shipped`` are the tables in whose place those of ``read_tables`` are put."""
        self._read_policies, self._read_tables = read_policies, read_tables
        self._catalogue, self._shipped, self._accept = catalogue, shipped, accept
        self._seen: _Read | None = self._texts()
        self._current = self._load(self._seen)
        self.refused = ""
        """Why what the files hold is not in force; empty when it is."""

    def current(self) -> PolicySet:
        """The set in force."""
        return self._current

    def reload(self) -> bool:
        """Read the files again; says whether anything changed.

        A set that cannot be used raises ``UsageError`` and leaves the old one in force; the same
        bad set is not complained of twice.
        """
        try:
            return self._reload()
        except UsageError as error:
            known, self.refused = self.refused, str(error)
            if known == self.refused:
                return False
            raise

    def _reload(self) -> bool:
        try:
            texts = self._texts()
        except UsageError:
            self._seen = None  # what is there next is news, even if it is what was there before
            raise
        # Files that are being replaced may be read half old, half new: but not so twice.
        if texts == self._seen or texts != self._texts():
            return False
        self._seen = texts
        fresh = self._load(texts)
        self.refused = ""
        changed = fresh.hash != self._current.hash
        if changed:
            self._current = fresh
        return changed

    def _texts(self) -> "_Read":
        return list(self._read_policies()), list(self._read_tables())

    def _load(self, texts: "_Read") -> PolicySet:
        policies, tables = texts
        loaded = load(policies, self._catalogue, load_tables(tables, self._shipped))
        self._accept(loaded)
        return loaded


_Read = tuple[list[tuple[str, str]], list[tuple[str, str]]]
"""Files of policies and of tables."""
