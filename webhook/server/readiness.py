"""Whether this process may be sent reviews: certificates and policies loaded, not draining.

Registries are never part of it: a registry that is down makes images unknown, which policies weigh.
Nor is anything that a restart would not mend; it is noted beside.
"""


class Readiness:
    """Conditions by name, each true or with the reason why not, and notes on what is amiss."""

    def __init__(self, *conditions: str) -> None:
        self._waiting = dict.fromkeys(conditions, "not yet loaded")
        self._notes: dict[str, str] = {}

    def met(self, name: str) -> None:
        """A condition holds."""
        self._waiting.pop(name, None)

    def unmet(self, name: str, reason: str) -> None:
        """A condition does not hold (any more)."""
        self._waiting[name] = reason

    def note(self, name: str, reason: str) -> None:
        """Something is amiss, and reviews are answered all the same; no reason: no longer."""
        if reason:
            self._notes[name] = reason
        else:
            self._notes.pop(name, None)

    @property
    def waiting(self) -> dict[str, str]:
        """Conditions that do not hold, with the reason; empty when ready."""
        return dict(self._waiting)

    @property
    def notes(self) -> dict[str, str]:
        """What is amiss though reviews are answered, with the reason."""
        return dict(self._notes)
