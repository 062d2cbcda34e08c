"""What rules say of an image by itself, remembered: Pods come and go, and it stays the same.

Remembered is what a rule says, never what a policy makes of it: modes, ceilings, confidence,
exemptions and all that a Pod adds are weighed every time. A rule is watched the first time that it
is put to an image. If it asked for nothing but the image, the day, the tables and some variables,
then it will go the same way and say the same for as long as these are the same.
"""

from datetime import date
from typing import cast

from webhook.kube.imageuse import ImageUse
from webhook.oci import Reference
from webhook.policy.effective import EffectiveUser, Environment, Hidden
from webhook.policy.facts import Facts
from webhook.policy.rule import Rule, Verdict
from webhook.policy.tables import Tables
from webhook.profile import ImageProfile, Python
from webhook.profile.launch import Launch

_MAX_IMAGES = 512


Variables = tuple[tuple[str, str | Hidden | None], ...]
"""Names and values of the variables that a rule asked for."""
Kept = dict[int, tuple[Verdict, Variables] | None]
"""What a rule said and what it had asked for; None where that was more than can be compared. By the
rule's identity: rules live as long as their policies."""
_NEVER_ASKED: tuple[Verdict, Variables] = (None, (("", None),))


class Spoken:
    """Remembers for one set of policies, and for one day."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._images: dict[tuple[int, bool], tuple[ImageProfile, Kept]] = {}
        """By identity, which the profile that is kept along makes its own, and by whether it is
        run by its own command, which many rules ask for."""

    def of(self, facts: Facts) -> Kept:
        """What is remembered of the image, run as it is here."""
        image = facts.image
        if facts.today != self._day or len(self._images) >= _MAX_IMAGES:
            self._images.clear()
            self._day = facts.today
        key = id(image), _is_run_as_built(facts)
        found = self._images.get(key)
        if found is None:
            found = self._images[key] = (image, {})
        return found[1]


def _is_run_as_built(facts: Facts) -> bool:
    """Whether the Pod leaves the command to the image."""
    image = facts.image
    return facts.launch is image.runtime.launch and facts.python is image.python


def say(rule: Rule, facts: Facts, kept: Kept) -> Verdict:
    """What ``rule`` says. Raises whatever it raises."""
    known = kept.get(id(rule), _NEVER_ASKED)
    if known is None:
        return rule.check(facts)
    if known is _NEVER_ASKED:
        watched = _Watched(facts)
        first = rule.check(cast("Facts", watched))
        kept[id(rule)] = None if watched.depends else (first, tuple(watched.asked.items()))
        return first
    said, asked = known
    for name, value in asked:
        if facts.variable(name) != value:
            return rule.check(facts)
    return said


class _Watched:
    """Facts that notice when somebody asks for more than the image."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.depends = False
        self.asked: dict[str, str | Hidden | None] = {}
        self.image: ImageProfile = facts.image
        self.today: date = facts.today
        self.tables: Tables = facts.tables
        self._is_run_as_built = _is_run_as_built(facts)

    def _more(self) -> Facts:
        self.depends = True
        return self._facts

    @property
    def use(self) -> ImageUse:
        return self._more().use

    @property
    def reference(self) -> Reference:
        return self._more().reference

    @property
    def user(self) -> EffectiveUser:
        return self._more().user

    @property
    def env(self) -> Environment:
        return self._more().env

    @property
    def is_windows(self) -> bool:
        return self._more().is_windows

    def variable(self, name: str) -> str | Hidden | None:
        value = self.asked[name] = self._facts.variable(name)
        return value

    @property
    def launch(self) -> Launch:
        return self._facts.launch if self._is_run_as_built else self._more().launch

    @property
    def python(self) -> Python:
        return self._facts.python if self._is_run_as_built else self._more().python
