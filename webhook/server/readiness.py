"""Whether this process may be sent reviews: certificates and policies loaded, not draining.

Registries are never part of it: a registry that is down makes images unknown, which policies weigh.
"""


class Readiness:
    """Conditions by name, each true or with the reason why not."""

    def __init__(self, *conditions: str) -> None:
        self._waiting = dict.fromkeys(conditions, "not yet loaded")

    def met(self, name: str) -> None:
        """A condition holds."""
        self._waiting.pop(name, None)

    def unmet(self, name: str, reason: str) -> None:
        """A condition does not hold (any more)."""
        self._waiting[name] = reason

    @property
    def waiting(self) -> dict[str, str]:
        """Conditions that do not hold, with the reason; empty when ready."""
        return dict(self._waiting)
