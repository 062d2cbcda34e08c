"""Which checks apply to which image, and what must be known for them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from webhook.errors import InvalidReference
from webhook.kube.imageuse import ImageUse
from webhook.oci import Platform, Reference
from webhook.oci.descriptor import DEFAULT_PLATFORM
from webhook.policy.law import Entry, Policy, PolicySet
from webhook.profile.wants import Need


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of one policy on one image."""

    policy: Policy
    entry: Entry

    @property
    def needs(self) -> Need:
        """What must be known; whether an image is Python takes its config."""
        needs = self.entry.rule.needs
        return needs | Need.CONFIG if self.entry.scope == "python" else needs


@dataclass(frozen=True, slots=True)
class Planned:
    """One use of an image with everything that will be checked of it."""

    use: ImageUse
    reference: Reference | None
    """None when the text is no reference; ``problem`` says why."""
    checks: tuple[Check, ...]
    needs: Need
    platforms: tuple[Platform, ...]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must be known of one reference, for all its uses together."""

    needs: Need
    platforms: tuple[Platform, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole review, before anything was fetched."""

    items: tuple[Planned, ...]
    """Uses with at least one check."""

    @property
    def wanted(self) -> dict[Reference, Wanted]:
        """What to gather, by reference; empty when nothing needs I/O."""
        wanted: dict[Reference, Wanted] = {}
        for item in self.items:
            if item.reference is None or not item.needs:
                continue
            before = wanted.get(item.reference)
            wanted[item.reference] = (
                Wanted(item.needs, item.platforms)
                if before is None
                else Wanted(
                    before.needs | item.needs,
                    tuple(dict.fromkeys(before.platforms + item.platforms)),
                )
            )
        return wanted


def plan(
    policies: PolicySet,
    uses: Iterable[ImageUse],
    namespace: str | None,
    parse: Callable[[str], Reference] = Reference.parse,
) -> Plan:
    """Put every policy to every use.

    ``namespace`` None is for images by themselves. ``parse`` reads what a use names, and raises
    ``InvalidReference``.
    """
    items = (_plan_use(policies, use, namespace, parse) for use in uses)
    return Plan(tuple(item for item in items if item.checks))


def _plan_use(
    policies: PolicySet,
    use: ImageUse,
    namespace: str | None,
    parse: Callable[[str], Reference],
) -> Planned:
    try:
        reference = parse(use.image)
    except InvalidReference as error:
        checks = tuple(
            Check(policy, entry) for policy in policies.policies for entry in policy.entries
        )
        return Planned(use, None, checks, Need.NONE, (DEFAULT_PLATFORM,), str(error))
    covering = [p for p in policies.policies if p.covers(reference, use.kind, namespace)]
    checks = tuple(Check(policy, entry) for policy in covering for entry in policy.entries)
    needs = Need.NONE
    for check in checks:
        needs |= check.needs
    platforms = dict.fromkeys(
        platform
        for policy in covering
        for platform in (policy.spec.platforms or (DEFAULT_PLATFORM,))
    )
    return Planned(use, reference, checks, needs, tuple(platforms) or (DEFAULT_PLATFORM,))


def skipped(policies: PolicySet) -> tuple[str, ...]:
    """Names of the policies that say nothing of an image by itself."""
    return tuple(p.name for p in policies.policies if p.is_limited_to_namespaces)
