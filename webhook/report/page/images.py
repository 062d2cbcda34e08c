"""One image as the page shows it: where it is found, what it can be filtered by, what is said."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from webhook.policy.finding import Outcome
from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action
from webhook.policy.text import counted
from webhook.profile import ImageProfile, Layer
from webhook.report.charts import strip
from webhook.report.inspected import statements
from webhook.report.page.pulltime import RATES, seconds
from webhook.report.page.words import amount, count, duration, plain, token
from webhook.services.judged import is_open
from webhook.services.overview import ImageSummary, Told

VERDICTS = {
    "deny": "deny",
    "warn": "warn",
    "audit": "audit",
    "ok": "nothing to say",
}
"""Verdicts on an image, gravest first, and how they are said."""
VARIANTS = {
    "slim": "slim",
    "full": "full Debian",
    "alpine": "Alpine",
    "distroless": "distroless",
    "other": "another base",
    "unknown": "base not known",
    "no-python": "not Python",
    "unread": "not read",
}
STEPS = {
    "1": "1 full",
    "2": "2 slim",
    "3": "3 multi-stage",
    "4": "4 optimised",
    "none": "no step",
}
STATES = {
    "unread": "could not be read",
    "open": "not everything known",
    "drift": "Pods run another digest",
}
FACETS: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("verdict", "Verdict", VERDICTS),
    ("variant", "Base", VARIANTS),
    ("step", "Step", STEPS),
    ("python", "Python", {}),
    ("ns", "Namespace", {}),
    ("rule", "Rule", {}),
    ("state", "State", STATES),
)
"""What images can be filtered by: key, name, and words for its values where they need any."""
_TOLD_ELSEWHERE = frozenset({"platform", "size", "journey"})
UNANSWERED = ":unknown"
_MOST_EVIDENCE = 4
_OWNERS = {True: "own", False: "base", None: "other"}
_WORDS = {False: "base", True: "own layers", None: "not known whose"}


@dataclass(frozen=True)
class ImageView:
    """An image with everything the templates ask for."""

    summary: ImageSummary

    @cached_property
    def anchor(self) -> str:
        """Its place on the page: the same in every report about the same reference."""
        digest = hashlib.sha256(self.summary.image.encode("utf-8", "replace")).hexdigest()
        return f"image-{digest[:12]}"

    @property
    def profile(self) -> ImageProfile | None:
        """What the image is."""
        return self.summary.profile

    @property
    def verdict(self) -> str:
        """One of ``VERDICTS``."""
        action = self.summary.action
        return action.value if action is not None else "ok"

    @cached_property
    def path(self) -> tuple[str, ...]:
        """Where the image is kept: the registry and the folders, each with its slash."""
        return tuple(f"{part}/" for part in plain(self.summary.image).split("/")[:-1])

    @cached_property
    def name(self) -> str:
        """What people call the image: the end of its reference."""
        return plain(self.summary.image).rpartition("/")[2]

    @property
    def is_python(self) -> bool:
        """Whether it is a Python image, or may be one."""
        return self.profile is not None and self.profile.is_python

    @property
    def variant(self) -> str:
        """One of ``VARIANTS``."""
        if self.profile is None:
            return "unread"
        return self.profile.base.variant.value if self.is_python else "no-python"

    @property
    def step(self) -> str:
        """One of ``STEPS``."""
        step = self.profile.journey.step if self.profile is not None else None
        return str(step) if step is not None else "none"

    @property
    def python(self) -> str:
        """The minor release of Python: ``3.13``; ``?`` when not known, empty for no Python."""
        if self.profile is None or not self.is_python:
            return ""
        version = plain(self.profile.python.version or "?", 20)
        return ".".join(version.split(".")[:2])

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Those of ``STATES`` that hold."""
        told = [each.finding for each in self.summary.told]
        held = {
            "unread": any(finding.rule == UNVERIFIED for finding in told),
            "open": any(is_open(finding) for finding in told),
            "drift": bool(self.summary.drift),
        }
        return tuple(state for state, holds in held.items() if holds)

    @cached_property
    def rules(self) -> tuple[str, ...]:
        """Rules that have something to say; with a word behind those that could not be answered."""
        told = [each.finding for each in (*self.acting, *self.recorded)]
        unknown = (f.rule + UNANSWERED for f in told if f.outcome is Outcome.UNKNOWN)
        return _once((*(finding.rule for finding in told), *unknown))

    @cached_property
    def namespaces(self) -> tuple[str, ...]:
        """Names of the namespaces, as words."""
        return _once(name for name, _ in self.summary.namespaces)

    @cached_property
    def acting(self) -> tuple[Told, ...]:
        """What denies or warns."""
        return tuple(
            told
            for told in self.summary.told
            if told.finding.is_problem and told.finding.action is not Action.AUDIT
        )

    @cached_property
    def recorded(self) -> tuple[Told, ...]:
        """What is recorded only."""
        return tuple(
            told
            for told in self.summary.told
            if told.finding.is_problem and told.finding.action is Action.AUDIT
        )

    @cached_property
    def skipped(self) -> tuple[Told, ...]:
        """What was left out, and why."""
        return tuple(told for told in self.summary.told if told.finding.outcome is Outcome.SKIP)

    def evidence(self, told: Told) -> tuple[tuple[str, str], ...]:
        """The weightiest evidence of a finding: where it was seen, and what."""
        ranked = sorted(told.finding.evidence, key=lambda piece: -piece.weight)
        return tuple((piece.source.value, piece.detail) for piece in ranked[:_MOST_EVIDENCE])

    def scope(self, told: Told) -> str:
        """Where a finding holds, whose policies ask for it, and how sure it is."""
        said, summary = told.finding, self.summary
        parts = [", ".join(told.containers)]
        if len(summary.platforms) > 1:
            parts.append(", ".join(told.platforms))
        if summary.owners:
            parts.append(f"{count(told.pods)} of {counted(summary.pods, 'Pod')}")
        parts.append(", ".join(said.policies))
        if said.confidence < 100:
            parts.append(f"confidence {said.confidence}")
        return "; ".join(part for part in parts if part)

    def facts(self) -> tuple[tuple[str, str, str], ...]:
        """What the image is: name, statement, and why it is believed."""
        if self.profile is None:
            return ()
        return tuple(fact for fact in statements(self.profile) if fact[0] not in _TOLD_ELSEWHERE)

    @property
    def first_pull(self) -> str:
        """How long a first pull takes by the guide's table."""
        return duration(seconds(self._pull))

    @property
    def transfers(self) -> str:
        """How long the transfer alone takes on faster links."""
        rates = RATES.items()
        return ", ".join(f"{duration(self._pull / rate)} at {name}" for name, rate in rates)

    @property
    def _pull(self) -> int:
        return self.profile.size.pull if self.profile is not None else 0

    @property
    def _layers(self) -> tuple[Layer, ...]:
        return self.profile.size.layers if self.profile is not None else ()

    def layers(self) -> Markup:
        """Its layers drawn as one strip, bottom first."""
        parts = [(_OWNERS[layer.own], float(layer.size)) for layer in self._layers]
        told = ", ".join(words for _, words in self.owned)
        return strip(f"Layers by bytes to pull, bottom first: {told}", parts, 18)

    @property
    def owned(self) -> tuple[tuple[str, str], ...]:
        """Whose the bytes are: the class of its parts of the strip, and words with the bytes."""
        sizes: dict[bool | None, int] = {}
        for layer in self._layers:
            sizes[layer.own] = sizes.get(layer.own, 0) + layer.size
        return tuple((_OWNERS[own], f"{_WORDS[own]} {amount(sizes[own])}") for own in sizes)

    @property
    def largest(self) -> str:
        """The largest layer, and what made it."""
        layer = max(self._layers, key=lambda each: each.size)
        by = f", by {plain(layer.created_by, 160)}" if layer.created_by else ""
        return f"the largest is layer {self._layers.index(layer) + 1}, {amount(layer.size)}{by}"


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(token(name) for name in names))
