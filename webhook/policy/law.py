"""The law as it is applied: policies with their rules bound to options, and the set of them all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from webhook.kube.imageuse import ContainerKind
from webhook.oci import Reference
from webhook.policy.model import Exemption, Spec
from webhook.policy.place import Place
from webhook.policy.rule import Action, Rule, Scope
from webhook.policy.tables import Tables
from webhook.profile.need import Need, Question

_MATCHED_BY_DEFAULT = frozenset({"container", "init", "ephemeral"})
_WRITTEN_AS = {ContainerKind.SIDECAR: "init"}
"""Kinds that a policy knows under another word."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of one policy, with its options bound."""

    rule: Rule
    action: Action
    scope: Scope

    @property
    def needs(self) -> Need:
        """What must be known of an image; whether it is Python takes its config."""
        needs = self.rule.needed
        return needs | Need.CONFIG if self.scope == "python" else needs

    @property
    def question(self) -> Question:
        """What is to be found out of an image, and of which images."""
        anyway = self.needs & Need.LAYERS if self.scope == "all" else Need.NONE
        return Question(self.needs, anyway, frozenset(self.rule.limits))


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy, ready to be applied."""

    name: str
    title: str
    """From its annotations; empty when it has none."""
    file: str
    """Where it was read from, as the person gave it."""
    spec: Spec
    entries: tuple[Entry, ...]

    def covers(self, reference: Reference | None, kind: ContainerKind, place: Place) -> bool | None:
        """Whether it is about this use of this image; None where labels decide that are not known.

        ``reference`` None is text that is no reference: no list of images rules it out. Of an image
        by itself a policy says nothing whose ``match`` has namespaces or a selector, and what
        ``exclude`` has of them keeps no policy from it.
        """
        word = _WRITTEN_AS.get(kind, kind.value)
        match, exclude = self.spec.match, self.spec.exclude
        if word not in (match.containers or _MATCHED_BY_DEFAULT):
            return False
        if not match.selects_image(reference, unreadable=True):
            return False
        matched, excluded = self.standing(place)
        if excluded is False or exclude.is_empty:
            return matched
        if exclude.containers is not None and word not in exclude.containers:
            return matched
        if not exclude.selects_image(reference, unreadable=False):
            return matched
        return False if excluded or matched is False else None

    def standing(self, place: Place) -> tuple[bool | None, bool | None]:
        """What ``match`` and ``exclude`` say of a place, whatever the image; None is not known."""
        return self.spec.match.selects_place(place), self.spec.exclude.selects_place(place)

    @property
    def has_selectors(self) -> bool:
        """Whether labels decide what it is about."""
        return self.spec.match.has_selectors or self.spec.exclude.has_selectors

    @property
    def asks_for_namespace_labels(self) -> bool:
        """Whether the labels of a namespace decide what it is about."""
        match, exclude = self.spec.match, self.spec.exclude
        return match.asks_for_namespace_labels or exclude.asks_for_namespace_labels

    def exemption(self, reference: Reference, rule: str, today: date) -> Exemption | None:
        """The exemption that holds today for this rule on this image; the longest of several."""
        holding = self._exemptions(reference, rule, today)
        return max(holding, key=lambda item: item.expires or date.max, default=None)

    def _exemptions(self, reference: Reference, rule: str, today: date) -> Iterator[Exemption]:
        for item in self.spec.exemptions:
            if rule not in item.rules or (item.expires is not None and item.expires < today):
                continue
            if any(pattern.matches(reference) for pattern in item.images):
                yield item


@dataclass(frozen=True)
class PolicySet:
    """All the policies in force, immutable: one request sees one set."""

    policies: tuple[Policy, ...]
    tables: Tables
    """What their rules read beside the facts."""
    hash: str
    """Twelve hexadecimal digits that change when any policy or table does."""

    def enforced(self) -> "PolicySet":
        """The same with every policy enforced, whatever its mode: what it would deny."""
        enforced = (
            replace(policy, spec=policy.spec.model_copy(update={"mode": "enforce"}))
            for policy in self.policies
        )
        return replace(self, policies=tuple(enforced))

    @cached_property
    def has_selectors(self) -> bool:
        """Whether labels decide what any policy is about."""
        return any(policy.has_selectors for policy in self.policies)

    @cached_property
    def asks_for_namespace_labels(self) -> bool:
        """Whether any policy needs the labels of namespaces; nobody else asks for them."""
        return any(policy.asks_for_namespace_labels for policy in self.policies)
