"""Verdicts seen from above: by image, by rule, by namespace. Pure.

What is alike is kept once, so that it grows with the images and workloads of a cluster, not with
its Pods.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from webhook.errors import InvalidReference
from webhook.oci import Reference
from webhook.policy.finding import Finding, Outcome, Result
from webhook.policy.rule import Action, strictest
from webhook.profile import ImageProfile
from webhook.services.judged import Judged, Named

MAX_OWNERS = 50
"""Workloads of one image that are named; the others are counted."""


class Told(msgspec.Struct, frozen=True):
    """One finding on an image, and where it holds."""

    finding: Finding
    containers: tuple[str, ...]
    """Names of the containers; empty for an image by itself."""
    platforms: tuple[str, ...]
    workloads: int
    pods: int


class Drift(msgspec.Struct, frozen=True):
    """Pods that run something else than what their tag names now."""

    running: str
    """Digest, as the node says."""
    now: str
    """Digest that the tag names now."""
    pods: int


class ImageSummary(msgspec.Struct, frozen=True):
    """One image, and all that runs it."""

    image: str
    """The canonical reference with its tag or digest; as written where it is none."""
    digest: str | None
    """Of the first platform's manifest; None when it is not known."""
    platforms: tuple[str, ...]
    profile: ImageProfile | None
    """Of the first platform."""
    workloads: int
    pods: int
    namespaces: tuple[tuple[str, int], ...]
    """Name and Pods, most Pods first."""
    owners: tuple[tuple[Named, int], ...]
    """Workloads with their Pods, most Pods first, at most ``MAX_OWNERS``."""
    told: tuple[Told, ...]
    """Gravest first; what passed is left out."""
    drift: tuple[Drift, ...] = ()

    @property
    def action(self) -> Action | None:
        """The strictest action that counts; None when nothing is to be said."""
        acting = [each.finding for each in self.told if each.finding.is_problem]
        return strictest(*(finding.action for finding in acting)) if acting else None


class RuleSummary(msgspec.Struct, frozen=True):
    """One rule, by how often it has something to say: counts of images, and of Pods."""

    rule: str
    images: int
    pods: int
    actions: tuple[tuple[Action, int], ...]
    """Images by the action, strictest first."""
    unknown: int
    """Images of which it could not be known."""


class NamespaceSummary(msgspec.Struct, frozen=True):
    """One namespace, by counts of Pods."""

    name: str
    workloads: int
    pods: int
    denied: int
    warned: int
    incomplete: int


class Overview(msgspec.Struct, frozen=True):
    """Everything that was found, from above."""

    images: tuple[ImageSummary, ...]
    """Gravest first, then most Pods."""
    rules: tuple[RuleSummary, ...]
    """Most images first."""
    namespaces: tuple[NamespaceSummary, ...]
    """By name."""


_GRAVITY = {Action.DENY: 0, Action.WARN: 1, Action.AUDIT: 2, None: 3}


@dataclass(slots=True)
class _Place:
    """Where one finding holds."""

    finding: Finding
    containers: dict[str, None] = field(default_factory=dict)
    platforms: dict[str, None] = field(default_factory=dict)
    last: int = -1
    """The last subject that it was found on: they come in their order."""
    subjects: int = 0
    pods: int = 0


@dataclass(slots=True)
class _Image:
    """One image while it is being counted."""

    results: dict[str | None, Result] = field(default_factory=dict)
    """The first result on each platform."""
    owners: Counter[Named] = field(default_factory=Counter)
    bare: int = 0
    """How often it was judged by itself."""
    places: dict[Hashable, _Place] = field(default_factory=dict)
    drift: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, at: int, item: Judged, results: Iterable[Result]) -> None:
        """The ``at``-th subject, with its results about this image."""
        if item.workload is None:
            self.bare += 1
        else:
            self.owners[item.workload] += item.pods
        for result in results:
            self.results.setdefault(result.platform, result)
            for finding in result.findings:
                if finding.outcome is not Outcome.PASS:
                    self._place(at, item.pods, result, finding)

    def _place(self, at: int, pods: int, result: Result, finding: Finding) -> None:
        place = self.places.setdefault(finding.words, _Place(finding))
        if result.container:
            place.containers[result.container] = None
        if result.platform is not None:
            place.platforms[result.platform] = None
        if at != place.last:
            place.last = at
            place.subjects += 1
            place.pods += pods

    def summary(self, name: str) -> ImageSummary:
        """The image as it is told."""
        results = self.results.values()
        first = next((each for each in results if each.profile is not None), next(iter(results)))
        namespaces: Counter[str] = Counter()
        for owner, pods in self.owners.items():
            namespaces[owner.namespace] += pods
        told = sorted(map(_told, self.places.values()), key=_gravest)
        return ImageSummary(
            image=name,
            digest=first.digest,
            platforms=tuple(platform for platform in self.results if platform is not None),
            profile=first.profile,
            workloads=len(self.owners) + self.bare,
            pods=self.owners.total() + self.bare,
            namespaces=tuple(namespaces.most_common()),
            owners=tuple(self.owners.most_common(MAX_OWNERS)),
            told=tuple(told),
            drift=tuple(Drift(*digests, pods) for digests, pods in self.drift.most_common()),
        )


def _told(place: _Place) -> Told:
    return Told(
        place.finding,
        tuple(place.containers),
        tuple(place.platforms),
        place.subjects,
        place.pods,
    )


def _gravest(told: Told) -> tuple[int, int, str]:
    return _GRAVITY[told.finding.action], -told.pods, told.finding.rule


def overview(judged: Iterable[Judged], drift: Iterable[tuple[str, str, str, int]] = ()) -> Overview:
    """All verdicts from above; ``drift`` is (image, running digest, digest now, Pods)."""
    images: dict[str, _Image] = {}
    namespaces: dict[str, list[Judged]] = {}
    names: dict[str, str] = {}
    for at, item in enumerate(judged):
        if item.workload is not None:
            namespaces.setdefault(item.workload.namespace, []).append(item)
        for name, results in _by_image(item, names):
            images.setdefault(name, _Image()).add(at, item, results)
    for written, running, now, pods in drift:
        if (image := images.get(_canonical(written, names))) is not None:
            image.drift[running, now] += pods
    summaries = sorted(
        (image.summary(name) for name, image in images.items()),
        key=lambda each: (_GRAVITY[each.action], -each.pods, each.image),
    )
    spaces = (_namespace(name, namespaces[name]) for name in sorted(namespaces))
    return Overview(tuple(summaries), _rules(summaries), tuple(spaces))


def _by_image(item: Judged, names: dict[str, str]) -> Iterator[tuple[str, list[Result]]]:
    found: dict[str, list[Result]] = {}
    for result in item.results:
        found.setdefault(_canonical(result.image, names), []).append(result)
    yield from found.items()


def _canonical(written: str, names: dict[str, str]) -> str:
    """The same for every spelling of a reference; ``names`` remembers."""
    name = names.get(written)
    if name is None:
        try:
            reference = Reference.parse(written)
            colon = ":" if reference.digest is None else "@"
            name = f"{reference.repository}{colon}{reference.identifier}"
        except InvalidReference:
            name = written
        names[written] = name
    return name


def _rules(images: Iterable[ImageSummary]) -> tuple[RuleSummary, ...]:
    found: dict[str, list[tuple[ImageSummary, Told]]] = {}
    for image in images:
        for told in image.told:
            if told.finding.is_problem:
                found.setdefault(told.finding.rule, []).append((image, told))
    rules = (_rule(rule, seen) for rule, seen in found.items())
    return tuple(sorted(rules, key=lambda each: (-each.images, each.rule)))


def _rule(rule: str, seen: list[tuple[ImageSummary, Told]]) -> RuleSummary:
    actions: dict[str, Action] = {}
    pods: dict[str, int] = {}
    for image, told in seen:
        before = actions.get(image.image, told.finding.action)
        actions[image.image] = strictest(before, told.finding.action)
        pods[image.image] = max(pods.get(image.image, 0), told.pods)
    counted = Counter(actions.values())
    unknown = {image.image for image, told in seen if told.finding.outcome is Outcome.UNKNOWN}
    return RuleSummary(
        rule,
        len(actions),
        sum(pods.values()),
        tuple((action, counted[action]) for action in Action if counted[action]),
        len(unknown),
    )


def _namespace(name: str, items: list[Judged]) -> NamespaceSummary:
    return NamespaceSummary(
        name,
        workloads=len({item.workload for item in items}),
        pods=sum(item.pods for item in items),
        denied=sum(item.pods for item in items if not item.allowed),
        warned=sum(item.pods for item in items if item.allowed and item.warns),
        incomplete=sum(item.pods for item in items if item.is_incomplete),
    )
