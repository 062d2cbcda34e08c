"""Where something is to run, as far as policies select by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """A namespace and the Pods in it."""

    namespace: str | None
    """None for an image by itself, of which a policy limited to namespaces says nothing."""
    namespace_labels: Mapping[str, str] | None = None
    """None where they are not known."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Of the Pods."""
