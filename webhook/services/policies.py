"""The law that is in force: loaded once, replaced as a whole, never mixed."""

from collections.abc import Callable, Iterable

from webhook.policy.law import PolicySet
from webhook.policy.loader import Catalogue, load

PolicyTexts = Callable[[], Iterable[tuple[str, str]]]
"""Reads the policy files anew: (file, text). May raise ``UsageError``."""


class PolicyStore:
    """Holds one immutable set; a request takes it once and keeps to it."""

    def __init__(self, read: PolicyTexts, catalogue: Catalogue) -> None:
        self._read, self._catalogue = read, catalogue
        self._seen = list(read())
        self._current = load(self._seen, catalogue)

    def current(self) -> PolicySet:
        """The set in force."""
        return self._current

    def reload(self) -> bool:
        """Read the files again; says whether anything changed.

        A set that cannot be used raises ``InvalidFile`` and leaves the old one in force; the same
        bad set is not complained of twice.
        """
        texts = list(self._read())
        if texts == self._seen:
            return False
        self._seen = texts
        fresh = load(texts, self._catalogue)
        changed = fresh.hash != self._current.hash
        if changed:
            self._current = fresh
        return changed
