"""What a rule says of an image and a Pod, in a line."""

from typing import Any

from tests.conftest import policy_text
from tests.policy.catalogue import IMAGE, TODAY
from tests.profile.images import Json, from_config, layer
from tests.tables import TABLES
from webhook.kube.imageuse import bare_use
from webhook.oci import Reference
from webhook.policy.decide import decide
from webhook.policy.example import SLIM, Example, facts_of
from webhook.policy.facts import Facts
from webhook.policy.finding import Finding
from webhook.policy.loader import load
from webhook.policy.place import Place
from webhook.policy.plan import Planner
from webhook.policy.rule import Rule, Verdict, Violation
from webhook.profile import ImageProfile, profile
from webhook.rules import CATALOGUE


def verdict(rule: Rule, **example: Any) -> Verdict:
    """The verdict on an example; keywords are its fields."""
    return rule.check(facts_of(Example("", fires=False, **example), TABLES))


def fires(rule: Rule, **example: Any) -> bool:
    return isinstance(verdict(rule, **example), Violation)


def violation(rule: Rule, **example: Any) -> Violation:
    """The violation that an example is."""
    found = verdict(rule, **example)
    assert isinstance(found, Violation), found
    return found


def profiled(
    history: list[Json] | tuple[str, ...] = SLIM,
    layers: list[Json] | None = None,
    annotations: dict[str, str] | None = None,
    **config: Any,
) -> ImageProfile:
    """An image with more told than an example can tell; keywords are of ``config``."""
    steps = [{"created_by": step} if isinstance(step, str) else step for step in history]
    document = {"architecture": "amd64", "os": "linux", "config": config, "history": steps}
    return profile(from_config(document, layers or [layer(1_000_000)], annotations))


def facts_about(image: ImageProfile) -> Facts:
    """The facts of a container that adds nothing to ``image``."""
    return Facts.of(bare_use(IMAGE), Reference.parse(IMAGE), TODAY, TABLES, image)


def enforced(
    rule: str, image: ImageProfile, options: str = "{}", action: str = "deny"
) -> list[Finding]:
    """What a policy with one rule of the catalogue finds in an image."""
    text = policy_text(f"rule: {rule}, action: {action}, with: {options}")
    plan = Planner(load([("policy.yaml", text)], CATALOGUE, TABLES)).plan(
        [bare_use(IMAGE)], Place(None)
    )
    (result,) = decide(plan, {Reference.parse(IMAGE): [image]}, TODAY)
    return list(result.findings)
