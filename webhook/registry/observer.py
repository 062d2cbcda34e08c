"""What the registry client tells of its work, for whoever counts."""

from typing import Protocol


class Observer(Protocol):
    """Told of every request and of every question the cache was asked. Must not raise."""

    def request(self, host: str, method: str, outcome: str, seconds: float) -> None:
        """One attempt ended with an HTTP status or a failure kind."""

    def cache(self, kind: str, hit: bool) -> None:
        """The cache did or did not have a ``tag``, ``document``, ``config`` or ``token``."""


class Silent:
    """The observer that counts nothing."""

    def request(self, host: str, method: str, outcome: str, seconds: float) -> None:
        """See ``Observer.request``."""

    def cache(self, kind: str, hit: bool) -> None:
        """See ``Observer.cache``."""
