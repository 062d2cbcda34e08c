"""What stands at the top of the page: the numbers, where to begin, and what could not be known."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webhook.policy.finding import Outcome
from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Rule
from webhook.policy.text import counted
from webhook.report.charts import strip
from webhook.report.page.images import UNANSWERED, VERDICTS, ImageView
from webhook.report.page.words import amount, count, plain, token
from webhook.services.overview import NamespaceSummary, Overview, RuleSummary

_MOST = 5


@dataclass(frozen=True, slots=True)
class Number:
    """One headline number."""

    value: str
    name: str
    more: str = ""
    query: str = ""
    """What shows the images behind it; empty for nothing."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be known, and of how many images."""

    text: str
    images: int
    query: str


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule that has something to say, with its page in the catalogue."""

    summary: RuleSummary
    known: type[Rule] | None
    """None for a name that is not in the catalogue."""
    most: int
    """Images of the rule that has most."""

    @property
    def title(self) -> str:
        """What it finds, in a line."""
        if self.known is not None:
            return self.known.title
        return "The image could not be read" if self.summary.rule == UNVERIFIED else ""

    @property
    def actions(self) -> tuple[str, ...]:
        """Its actions, as words."""
        return tuple(action.value for action, _ in self.summary.actions)

    @property
    def told(self) -> str:
        """Its images by action."""
        return ", ".join(f"{count(number)} {action}" for action, number in self.summary.actions)

    @property
    def split(self) -> Markup:
        """Its images by action, drawn."""
        parts = [(action.value, float(number)) for action, number in self.summary.actions]
        return strip(self.told, [*parts, ("rest", float(self.most - self.summary.images))], 8)


def verdicts(images: Sequence[ImageView]) -> dict[str, int]:
    """Images by verdict, gravest first, those that do not occur too."""
    found = Counter(image.verdict for image in images)
    return {verdict: found[verdict] for verdict in VERDICTS}


def verdict_strip(found: Mapping[str, int]) -> Markup:
    """The verdicts as one bar."""
    told = ", ".join(f"{count(number)} {VERDICTS[verdict]}" for verdict, number in found.items())
    return strip(f"Images by verdict: {told}", [(v, float(n)) for v, n in found.items()], 18)


def numbers(overview: Overview, images: Sequence[ImageView]) -> Iterator[Number]:
    """The headline numbers; those of workloads, savings and drift only where there are any."""
    python = sum(image.is_python for image in images)
    yield _number(len(images), "image", f"{count(python)} with Python")
    if overview.namespaces:
        yield from _pods(overview.namespaces)
    sizes = [image.profile.size for image in images if image.profile is not None]
    pull, disk = sum(s.pull for s in sizes), sum(s.unpacked.value for s in sizes)
    yield Number(amount(pull), "to pull each image once", f"{amount(disk)} on disk")
    if saves := [saved for image in images if (saved := _saves(image))]:
        spared = amount(sum(saves))
        yield Number(spared, "less with one step more", f"for {counted(len(saves), 'image')}")
    unknown = sum("open" in image.states for image in images)
    unread = f"{count(sum('unread' in image.states for image in images))} not read"
    yield Number(count(unknown), "not fully known", unread, "state=open" if unknown else "")
    if drifted := sum("drift" in image.states for image in images):
        yield Number(count(drifted), "drifted", "the tag has moved", "state=drift")


def _pods(spaces: Sequence[NamespaceSummary]) -> Iterator[Number]:
    pods, workloads = sum(s.pods for s in spaces), sum(s.workloads for s in spaces)
    named = counted(len(spaces), "namespace")
    yield _number(pods, "Pod", f"{counted(workloads, 'workload')} in {named}")
    denied = sum(space.denied for space in spaces)
    share = f"{100 * denied / pods:.0f} % of all" if pods else ""
    yield Number(count(denied), "Pods denied", share, "verdict=deny" if denied else "")


def _number(number: int, noun: str, more: str) -> Number:
    value, _, name = counted(number, noun).partition(" ")
    return Number(value, name, more)


def gaps(overview: Overview, images: Sequence[ImageView]) -> list[Gap]:
    """What could not be known: images that were not read by reason, then rules by name."""
    reasons = Counter(
        told.finding.message
        for image in images
        for told in image.summary.told
        if told.finding.rule == UNVERIFIED and told.finding.outcome is Outcome.UNKNOWN
    )
    unread = [Gap(plain(text), number, "state=unread") for text, number in reasons.most_common()]
    rules = [
        Gap(
            f"{plain(rule.rule, 60)} could not be answered",
            rule.unknown,
            f"rule={token(rule.rule + UNANSWERED)}",
        )
        for rule in overview.rules
        if rule.unknown and rule.rule != UNVERIFIED
    ]
    return unread[:_MOST] + _others(unread[_MOST:]) + rules


def _others(left: Sequence[Gap]) -> list[Gap]:
    images = sum(gap.images for gap in left)
    return [Gap(f"{counted(len(left), 'other reason')}", images, "state=unread")] if left else []


def largest_savings(images: Sequence[ImageView]) -> list[ImageView]:
    """The images whose next step spares the most."""
    saving = [image for image in images if _saves(image)]
    return sorted(saving, key=_saves, reverse=True)[:_MOST]


def _saves(image: ImageView) -> int:
    return (image.profile.journey.saves or 0) if image.profile is not None else 0


def rule_views(overview: Overview, catalogue: Mapping[str, type[Rule]]) -> list[RuleView]:
    """All rules that have something to say."""
    most = max((rule.images for rule in overview.rules), default=0)
    return [RuleView(rule, catalogue.get(rule.rule), most) for rule in overview.rules]
