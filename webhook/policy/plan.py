"""Which checks apply to which image, and what must be known for them."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from webhook.errors import InvalidReference
from webhook.kube.imageuse import ContainerKind, ImageUse
from webhook.oci import Platform, Reference
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.policy.law import Entry, Policy, PolicySet
from webhook.policy.place import Place
from webhook.policy.rule import Action
from webhook.policy.spoken import Spoken
from webhook.policy.tables import Tables
from webhook.profile.need import Need, Question

_MAX_KEPT = 4096
"""Images of which a planner remembers what applies to them."""


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of one policy."""

    policy: Policy
    entry: Entry
    is_blind: bool
    """Whether it needs nothing but the reference."""
    python_only: bool
    """Whether it judges Python images only."""

    @classmethod
    def of(cls, policy: Policy, entry: Entry) -> "Check":
        """The check for one entry."""
        return cls(policy, entry, entry.needs == Need.NONE, entry.scope == "python")


@dataclass(frozen=True)
class Wanted:
    """What must be known of one reference."""

    question: Question
    platforms: tuple[Platform, ...]

    def union(self, other: "Wanted") -> "Wanted":
        """What must be known for both."""
        if self is other:
            return self
        platforms = dict.fromkeys(self.platforms + other.platforms)
        return Wanted(self.question | other.question, tuple(platforms))

    @cached_property
    def key(self) -> str:
        """The same for equal values, and quick to compare."""
        return f"{self.question.key} {' '.join(map(str, self.platforms))}"


@dataclass(frozen=True, slots=True)
class Applicable:
    """What applies to one image in one place, whatever the container around it."""

    reference: Reference | None
    """None when the text is no reference; ``problem`` says why."""
    checks: tuple[Check, ...]
    wanted: Wanted
    problem: str = ""
    undecided: tuple[Policy, ...] = ()
    """Policies of which the labels that are not known decide whether they apply."""
    is_dry: bool = False
    """Whether all that comes of it is only recorded: every policy is in audit mode."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One use of an image, and what will be checked of it."""

    use: ImageUse
    applicable: Applicable


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole review, before anything was fetched."""

    items: tuple[Planned, ...]
    """Uses with at least one check, or of which it is not known whether a policy applies."""
    place: Place
    wanted: Mapping[Reference, Wanted]
    """What to gather, by reference; empty when nothing needs I/O."""
    tables: Tables
    """What the rules read beside the facts."""
    spoken: Spoken = field(compare=False)
    """What rules have said of images by themselves."""

    @property
    def is_dry(self) -> bool:
        """Whether all that comes of it is only recorded, so that nobody need wait for it."""
        return all(item.applicable.is_dry for item in self.items)


class Planner:
    """Plans by one set of policies.

    Remembers what applies to an image: that depends on its text, its kind of use and where it is to
    run alone, and most reviews are about images seen before. Of the labels there only what the
    policies make of them is remembered, as every Pod may have labels of its own.
    """

    def __init__(
        self, policies: PolicySet, parse: Callable[[str], Reference] = Reference.parse
    ) -> None:
        """``parse`` reads what a use names, and raises ``InvalidReference``."""
        self.policies, self._parse = policies, parse
        self._checks = {
            policy.name: tuple(Check.of(policy, entry) for entry in policy.entries)
            for policy in policies.policies
        }
        self._kept: dict[tuple[str, ContainerKind, Hashable], Applicable] = {}
        self._spoken = Spoken()

    def plan(self, uses: Iterable[ImageUse], place: Place) -> Plan:
        """Put every policy to every use in a place."""
        items = []
        wanted: dict[Reference, Wanted] = {}
        standing = self._standing(place)
        for use in uses:
            applicable = self._applicable(use, place, standing)
            if not applicable.checks and not applicable.undecided:
                continue
            items.append(Planned(use, applicable))
            reference = applicable.reference
            if reference is not None and applicable.wanted.question.needs is not Need.NONE:
                before = wanted.get(reference, applicable.wanted)
                wanted[reference] = before.union(applicable.wanted)
        return Plan(tuple(items), place, wanted, self.policies.tables, self._spoken)

    def _standing(self, place: Place) -> Hashable:
        """All that what applies to an image depends on of a place."""
        if not self.policies.has_selectors:
            return place.namespace
        return tuple(policy.standing(place) for policy in self.policies.policies)

    def _applicable(self, use: ImageUse, place: Place, standing: Hashable) -> Applicable:
        key = (use.image, use.kind, standing)
        found = self._kept.get(key)
        if found is None:
            found = self._apply(use, place)
            if len(self._kept) >= _MAX_KEPT:
                self._kept.clear()
            if found.reference is not None:  # other text may be as long as a whole review
                self._kept[key] = found
        return found

    def _apply(self, use: ImageUse, place: Place) -> Applicable:
        reference, problem = None, ""
        try:
            reference = self._parse(use.image)
        except InvalidReference as error:
            problem = str(error)
        # An image volume is never run: only what its reference tells is of any interest.
        blind_only = use.kind is ContainerKind.IMAGE_VOLUME
        checks: list[Check] = []
        undecided = []
        question = Question(Need.NONE)
        platforms: dict[Platform, None] = {}
        for policy in self.policies.policies:
            own = [c for c in self._checks[policy.name] if c.is_blind or not blind_only]
            covers = policy.covers(reference, use.kind, place)
            if covers:
                checks += own
                platforms |= dict.fromkeys(policy.spec.platforms or (DEFAULT_PLATFORM,))
            elif covers is None and own:
                undecided.append(policy)
        for check in checks:
            question |= check.entry.question
        wanted = Wanted(question, tuple(platforms) or (DEFAULT_PLATFORM,))
        concerned = (*(check.policy for check in checks), *undecided)
        is_dry = all(policy.spec.ceiling is Action.AUDIT for policy in concerned)
        return Applicable(reference, tuple(checks), wanted, problem, tuple(undecided), is_dry)


def skipped(policies: PolicySet) -> tuple[str, ...]:
    """Names of the policies that say nothing of an image without a namespace."""
    return tuple(p.name for p in policies.policies if p.spec.match.is_limited_to_namespaces)


def skipped_unlabelled(policies: PolicySet, namespace: str | None) -> tuple[str, ...]:
    """Names of the policies whose ``objectSelector`` leaves out an image by itself.

    In a namespace it stands for Pods without labels, which a selector may select.
    """
    return tuple(
        policy.name
        for policy in policies.policies
        if (match := policy.spec.match).object_selector is not None
        and (namespace is None or not match.selects_pods({}))
    )
