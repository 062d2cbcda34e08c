"""The law as it is applied: policies with their rules bound to options, and the set of them all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from webhook.kube.imageuse import ContainerKind
from webhook.oci import Reference
from webhook.policy.model import Exemption, Selection, Spec
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

    def covers(
        self, reference: Reference | None, kind: ContainerKind, namespace: str | None
    ) -> bool:
        """Whether it is about this use of this image.

        ``reference`` None is text that is no reference: no list of images rules it out.
        ``namespace`` None is an image by itself, of which a policy limited to namespaces says
        nothing.
        """
        word = _WRITTEN_AS.get(kind, kind.value)
        match, exclude = self.spec.match, self.spec.exclude
        if word not in (match.containers or _MATCHED_BY_DEFAULT):
            return False
        if not _selects(match, reference, namespace, unreadable=True):
            return False
        if exclude.is_empty or (exclude.containers is not None and word not in exclude.containers):
            return True
        return not _selects(exclude, reference, namespace, unreadable=False)

    @property
    def is_limited_to_namespaces(self) -> bool:
        """Whether it says nothing of an image by itself."""
        return self.spec.match.namespaces is not None

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


def _selects(
    selection: Selection, reference: Reference | None, namespace: str | None, *, unreadable: bool
) -> bool:
    """Whether a selection is about an image; ``unreadable`` is what it says of one without name."""
    if selection.namespaces is not None and (
        namespace is None or not any(glob.matches(namespace) for glob in selection.namespaces)
    ):
        return False
    if selection.images is None or reference is None:
        return selection.images is None or unreadable
    return any(pattern.matches(reference) for pattern in selection.images)


@dataclass(frozen=True, slots=True)
class PolicySet:
    """All the policies in force, immutable: one request sees one set."""

    policies: tuple[Policy, ...]
    tables: Tables
    """What their rules read beside the facts."""
    hash: str
    """Twelve hexadecimal digits that change when any policy or table does."""
