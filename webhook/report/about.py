"""What a report is about: told beside the verdicts, so that a file says where it came from."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from webhook.policy.law import PolicySet
from webhook.policy.rule import Action
from webhook.rules.image_size import ImageSize


class Limit(msgspec.Struct, frozen=True):
    """A limit on sizes that a policy sets, to be drawn beside them."""

    policy: str
    action: Action
    measure: str
    """``pull`` or ``unpacked``."""
    size: int
    """Bytes."""


class About(msgspec.Struct, frozen=True):
    """When, where, and by which policies."""

    version: str
    """Of slimgate."""
    at: datetime
    """When it began, in UTC."""
    what: str
    """What was judged, in words: ``namespace shop of context prod``, ``2 files`` …"""
    policies: tuple[str, ...]
    """Names."""
    policy_set: str
    """Hash of the set of policies and tables."""
    limits: tuple[Limit, ...]
    preview: bool = False
    """Whether policies count as enforced, whatever their mode."""

    @classmethod
    def of(
        cls, law: PolicySet, version: str, at: datetime, what: str, *, preview: bool = False
    ) -> "About":
        """About verdicts by ``law``."""
        names = tuple(policy.name for policy in law.policies)
        return cls(version, at, what, names, law.hash, tuple(_limits(law)), preview)


def _limits(law: PolicySet) -> Iterator[Limit]:
    for policy in law.policies:
        for entry in policy.entries:
            rule = entry.rule
            # A limit on a part of an image cannot be drawn beside the whole.
            if isinstance(rule, ImageSize) and not rule.exclude_base:
                if rule.max_pull is not None:
                    yield Limit(policy.name, entry.action, "pull", rule.max_pull)
                if rule.max_unpacked is not None:
                    yield Limit(policy.name, entry.action, "unpacked", rule.max_unpacked)
