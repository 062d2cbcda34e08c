"""``python-eol``: a Python that gets no security fixes any more, or soon will not."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.tables import minor_of
from webhook.profile.need import Need

_MAINTAINED_ELSEWHERE = "distribution"
_UNTOLD = 70
"""Confidence at most where nothing tells who built the interpreter, and so who maintains it."""
_BULLSEYE = "# debian.sh --arch 'amd64' out/ 'bullseye' '@1754899200'"


def _python(version: str) -> dict[str, object]:
    """The config of an official image of this version."""
    return {"Env": [f"PYTHON_VERSION={version}", f"PYTHON_SHA256={'9cf9427b' * 8}"]}


class PythonEol(Rule):
    """The image's CPython is past its end of life, or comes to it within ``warnDaysBefore`` days.

    Only where python.org's dates hold: for the official images, and for what uv, pyenv, conda or a
    build from source put there. A distribution supports its own python3 for longer and is left alone
    (``distroPython: judge`` judges it too); where nothing tells whose it is, nothing is denied. What
    is past its end is warned of; with ``denyAfterDays`` it is denied so many days later.
    """

    id: ClassVar[str] = "python-eol"
    title: ClassVar[str] = "Python is past its end of life"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    why: ClassVar[str] = (
        "After a release's end of life its security holes stay open, and packages stop publishing "
        "wheels for it."
    )
    remedy: ClassVar[str] = (
        "Build on a supported release: `FROM python:3.13-slim-trixie`. Each release is supported "
        "for five years from its October."
    )

    warn_days_before: Annotated[int, Field(ge=0)] = 90
    """Days before the end from which to tell."""
    deny_after_days: Annotated[int, Field(ge=0)] | None = None
    """Days after the end from which to deny; never when absent."""
    distro_python: Literal["skip", "judge"] = "skip"
    """Whether a distribution's own python3 is judged by python.org's dates."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        python = facts.python
        minor = minor_of(python.version)
        if minor is None:
            return Unknown("the Python version could not be determined")
        if python.origin == _MAINTAINED_ELSEWHERE and self.distro_python == "skip":
            return Skip("the distribution maintains its own Python")
        end = facts.tables.python.end_of(minor)
        overdue = (facts.today - end).days if end is not None else None
        if overdue is None or overdue < -self.warn_days_before:
            return None
        return self._violation(facts, f"{minor[0]}.{minor[1]}", overdue)

    def _violation(self, facts: Facts, minor: str, overdue: int) -> Violation:
        end = facts.today - timedelta(days=overdue)
        ended = overdue > 0
        problem = (
            f"Python {minor} is end-of-life since {end}"
            if ended
            else f"Python {minor} reaches end-of-life on {end}"
        )
        oldest, newest = facts.tables.python.supported(facts.today)
        dooms = self.deny_after_days is not None and ended and overdue >= self.deny_after_days
        return Violation(
            problem,
            f"Rebuild on a supported release ({oldest} to {newest})",
            min(facts.python.version_confidence, 100 if facts.python.origin else _UNTOLD),
            ceiling=None if ended else Action.WARN,
            raise_to=Action.DENY if dooms else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("support for 3.9 has ended", fires=True, config=_python("3.9.20")),
        Example("support for 2.7 ended long ago", fires=True, config=_python("2.7.18")),
        Example("3.13 is supported", fires=False, config=_python("3.13.1")),
        Example(
            "a month counts with its last day",
            fires=False,
            config=_python("3.10.16"),
            today=date(2026, 10, 30),
            options={"warnDaysBefore": 0},
        ),
        Example(
            "the end is told ahead of time",
            fires=True,
            config=_python("3.10.16"),
            today=date(2026, 8, 20),
        ),
        Example(
            "a distribution maintains its own Python",
            fires=False,
            config={"Env": [], "Cmd": ["python3", "app.py"]},
            history=(_BULLSEYE, "RUN /bin/sh -c apt-get install -y python3.9 # buildkit"),
        ),
    )
