"""A rule: options, documentation and examples in one class, and the verdicts it may come to.

A subclass's fields are the options a policy may set; its docstring is its documentation page; its
``examples`` are tests. A rule sees the facts of one container and knows nothing of policies.
"""

from abc import abstractmethod
from enum import StrEnum
from typing import ClassVar, Literal

import msgspec
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.profile import Evidence
from webhook.profile.need import Need, SizeLimit


class Action(StrEnum):
    """What a violation leads to, weakest first."""

    AUDIT = "audit"
    WARN = "warn"
    DENY = "deny"

    @property
    def weight(self) -> int:
        """Rank among the actions: audit 0, warn 1, deny 2."""
        return _WEIGHT[self]


_WEIGHT = {Action.AUDIT: 0, Action.WARN: 1, Action.DENY: 2}


def weakest(*actions: Action) -> Action:
    """The weakest of some actions: how ceilings are applied."""
    return min(actions, key=_WEIGHT.__getitem__)


def strictest(*actions: Action) -> Action:
    """The strictest of some actions: how several policies agree."""
    return max(actions, key=_WEIGHT.__getitem__)


class Violation(msgspec.Struct, frozen=True):
    """The container breaks the rule."""

    problem: str
    """What is wrong, without a full stop."""
    fix: str
    """What to do, without a full stop."""
    confidence: int = 100
    evidence: tuple[Evidence, ...] = ()
    ceiling: Action | None = None
    """The action is at most this, whatever the policy says."""
    raise_to: Action | None = None
    """The action is at least this: a warning whatever the policy asked for, a denial where it asked
    for a warning or more."""


class Skip(msgspec.Struct, frozen=True):
    """The rule does not apply here."""

    reason: str


class Unknown(msgspec.Struct, frozen=True):
    """Whether the rule is broken could not be known."""

    problem: str
    fix: str = "Check it by hand: slimgate inspect IMAGE"


Verdict = Violation | Skip | Unknown | None
"""What a rule comes to; None is a pass."""

Scope = Literal["python", "all"]
"""Which images a rule judges."""


class Rule(BaseModel):
    """The base of every rule. Fields of a subclass are the rule's options."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        use_attribute_docstrings=True,
    )

    id: ClassVar[str]
    """Kebab-case; the module is named alike in snake_case."""
    title: ClassVar[str]
    """One line for lists."""
    action: ClassVar[Action]
    """What the catalogue recommends; severity follows from it."""
    needs: ClassVar[Need]
    """What must be known of an image to judge it."""
    scope: ClassVar[Scope] = "python"
    """Which images it judges unless the policy says ``appliesTo``."""
    judges_any: ClassVar[bool] = False
    """Whether a policy may have it judge images that are not Python (``appliesTo: all``)."""
    windows: ClassVar[bool] = False
    """Whether it means anything for Windows images."""
    why: ClassVar[str]
    """Why it matters, a few sentences with figures where there are some."""
    remedy: ClassVar[str]
    """How to mend it: Dockerfile or Pod lines."""
    examples: ClassVar[tuple[Example, ...]]
    """Documented cases: at least one that fires and one that does not. Each is a test."""

    @property
    def needed(self) -> Need:
        """What must be known of an image with these options."""
        return self.needs

    @property
    def limits(self) -> tuple[SizeLimit, ...]:
        """The sizes on disk that decide, where that is all that ``needs`` SIZES for."""
        return ()

    @property
    def lacks(self) -> str:
        """What a policy must still say for the rule to mean anything; empty when nothing."""
        return ""

    @abstractmethod
    def check(self, facts: Facts) -> Verdict:
        """Judge one container by its facts; those that ``needs`` names are there."""
