"""A catalogue of rules that say what a test wants, and judgements by it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

import msgspec

from tests.conftest import policy_text
from tests.tables import TABLES
from webhook.errors import FailureKind
from webhook.kube.imageuse import ImageUse, bare_use, image_uses
from webhook.kube.workload import PodSpec
from webhook.oci import Reference
from webhook.oci.image import Unavailable
from webhook.policy.decide import decide
from webhook.policy.example import Example, profile_of
from webhook.policy.facts import Facts
from webhook.policy.finding import Finding, Result
from webhook.policy.law import PolicySet
from webhook.policy.loader import load
from webhook.policy.place import Place
from webhook.policy.plan import Planner
from webhook.policy.rule import Action, Rule, Scope, Skip, Unknown, Verdict, Violation
from webhook.profile import ImageProfile
from webhook.profile.need import Need

TODAY = date(2026, 11, 21)
IMAGE = "ghcr.io/acme/api:1"
LOST = Unavailable(FailureKind.TIMEOUT, "no answer within 4 s")
PYTHON = ("python", "app.py")
NODE = ("node", "server.js")
SILENT: tuple[str, ...] = ()


class Fires(Rule):
    """Always violated, in the way its options say."""

    id: ClassVar[str] = "fires"
    title: ClassVar[str] = "Fires"
    action: ClassVar[Action] = Action.DENY
    needs: ClassVar[Need] = Need.MANIFEST
    scope: ClassVar[Scope] = "all"
    examples: ClassVar[tuple[Example, ...]] = ()

    problem: str = "it is broken"
    confidence: int = 100
    ceiling: Action | None = None
    raise_to: Action | None = None

    def check(self, facts: Facts) -> Verdict:
        return Violation(
            self.problem,
            "Mend it",
            self.confidence,
            ceiling=self.ceiling,
            raise_to=self.raise_to,
        )


class OfPython(Fires):
    """Violated by every Python image."""

    id: ClassVar[str] = "of-python"
    scope: ClassVar[Scope] = "python"
    judges_any: ClassVar[bool] = True


class OfName(Fires):
    """Violated by every reference; needs nothing else."""

    id: ClassVar[str] = "of-name"
    needs: ClassVar[Need] = Need.NONE
    windows: ClassVar[bool] = True


class Passes(Fires):
    """Never violated."""

    id: ClassVar[str] = "passes"
    action: ClassVar[Action] = Action.AUDIT

    def check(self, facts: Facts) -> Verdict:
        return None


class Skips(Fires):
    """Never applies."""

    id: ClassVar[str] = "skips"

    def check(self, facts: Facts) -> Verdict:
        return Skip("it does not apply")


class Doubts(Fires):
    """Never knows."""

    id: ClassVar[str] = "doubts"

    def check(self, facts: Facts) -> Verdict:
        return Unknown("it could not be told")


class DoubtsPython(Doubts):
    """Never knows of any Python image."""

    id: ClassVar[str] = "doubts-python"
    scope: ClassVar[Scope] = "python"


class Breaks(Fires):
    """Has a bug."""

    id: ClassVar[str] = "breaks"

    def check(self, facts: Facts) -> Verdict:
        raise ZeroDivisionError("secret of the image")


RULES = {
    rule.id: rule for rule in (Fires, OfPython, OfName, Passes, Skips, Doubts, DoubtsPython, Breaks)
}


def policies(*texts: str) -> PolicySet:
    return load([(f"{n}.yaml", text) for n, text in enumerate(texts)], RULES, TABLES)


def policy(*rules: str, **more: str) -> PolicySet:
    """One policy; see ``policy_text``."""
    return policies(policy_text(*rules, **more))


def image(argv: Sequence[str] = PYTHON, **config: Any) -> ImageProfile:
    """An image that runs ``argv``, and of which nothing else is told; keywords are of the config."""
    run = {"Cmd": list(argv), **config.pop("config", {})}
    return profile_of({"architecture": "amd64", "os": "linux", "config": run, **config}, [1_000])


def uses_of(**pod: Any) -> tuple[ImageUse, ...]:
    return image_uses(msgspec.convert(pod, PodSpec))


def facts(
    argv: Sequence[str] = PYTHON,
    *,
    pod: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    os: str = "linux",
    **container: Any,
) -> Facts:
    """The facts of a container of an image that runs ``argv``; keywords are of the container."""
    (use,) = uses_of(containers=[{"name": "web", "image": IMAGE, **container}], **pod or {})
    profile = image(argv, config=config or {}, os=os)
    return Facts.of(use, Reference.parse(IMAGE), TODAY, TABLES, profile)


def judged(
    law: PolicySet,
    *images: ImageProfile | Unavailable,
    uses: Iterable[ImageUse] = (bare_use(IMAGE),),
    namespace: str | None = "shop",
    place: Place | None = None,
    today: date = TODAY,
    **how: Any,
) -> tuple[Result, ...]:
    """Every use judged by ``law``, where every reference names the same ``images``."""
    plan = Planner(law).plan(uses, place or Place(namespace))
    known: dict[Reference, Sequence[ImageProfile | Unavailable]] = {}
    if images:
        known = dict.fromkeys(plan.wanted, images)
    return decide(plan, known, today, **how)


def findings(law: PolicySet, *images: ImageProfile | Unavailable, **how: Any) -> list[Finding]:
    """All findings of ``judged``; an image of Python unless others are given."""
    results = judged(law, *(images or (image(),)), **how)
    return [finding for result in results for finding in result.findings]


def finding(law: PolicySet, *images: ImageProfile | Unavailable, **how: Any) -> Finding:
    """The only finding of ``judged``."""
    (only,) = findings(law, *images, **how)
    return only
