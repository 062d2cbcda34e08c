"""``python-unbuffered``: what a killed container printed last is lost."""

from typing import ClassVar, Literal

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.interpreter import switch, unseen
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.profile.need import Need

_NAME = "PYTHONUNBUFFERED"
_FIX = "Set env PYTHONUNBUFFERED=1"


class PythonUnbuffered(Rule):
    """``PYTHONUNBUFFERED`` is not on for the container's process.

    The Pod's ``env`` counts before ``envFrom``, and that before the image's ``ENV``; ``python -u``
    is as good, and ``-E`` or ``-I`` make the interpreter ignore the variable. The value is read as
    CPython reads it: unset, empty and every spelling of zero are off, anything else is on, even
    ``false``. A value that cannot be seen at admission is never a violation by itself, and of an
    image of buildpacks, whose launcher sets the environment, nothing is known. What an entrypoint
    script exports or unsets, a shebang with ``-u`` and an application that mends its own stdout cannot
    be seen either. What a step of the build exported for itself is no variable of the image.
    """

    id: ClassVar[str] = "python-unbuffered"
    title: ClassVar[str] = "PYTHONUNBUFFERED is not on"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Python buffers stdout when it is no terminal. A container that is killed, by the OOM "
        "killer or after its grace period, takes what it printed last with it: measured, a process "
        "ended by SIGKILL or SIGTERM had written 0 bytes of a print(), and all of them with the "
        "switch on. stderr, where logging goes by default, has been line-buffered since 3.9."
    )
    remedy: ClassVar[str] = (
        "`ENV PYTHONUNBUFFERED=1` in the Dockerfile, or in the Pod `env: [{name: PYTHONUNBUFFERED, "
        'value: "1"}]`.'
    )

    accept_flag: bool = True
    """Whether ``python -u`` is as good."""
    exempt_servers: tuple[str, ...] = ()
    """Programs whose loggers write to stderr, and which therefore need no switch."""
    on_env_from: Literal["skip", "warn"] = "skip"
    """What a value that may come from ``envFrom`` or ``valueFrom`` leads to."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if self.exempt_servers and self._is_exempt(facts):
            return Skip("the server logs to stderr")
        state = switch(facts, _NAME, "u" if self.accept_flag else "")
        if isinstance(state, Hidden):
            return self._hidden(state)
        if state:
            return None
        problem = "PYTHONUNBUFFERED is not on; stdout can be lost when the container is killed"
        return Violation(problem, _FIX)

    def _is_exempt(self, facts: Facts) -> bool:
        return not set(self.exempt_servers).isdisjoint(facts.launch.names)

    def _hidden(self, value: Hidden) -> Verdict:
        if value is Hidden.LAUNCHER or self.on_env_from == "skip":
            return unseen(value)
        problem = f"PYTHONUNBUFFERED may or may not be set by {value.value}"
        return Violation(problem, _FIX, Certainty.MEDIUM)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("the variable is not set", fires=True),
        Example("the image sets it", fires=False, config={"Env": [*PYTHON_ENV, f"{_NAME}=1"]}),
        Example("even false is on", fires=False, config={"Env": [*PYTHON_ENV, f"{_NAME}=false"]}),
        Example("empty is off", fires=True, config={"Env": [*PYTHON_ENV, f"{_NAME}="]}),
        Example("zero is off", fires=True, config={"Env": [*PYTHON_ENV, f"{_NAME}= +00"]}),
        Example("0x0 is on", fires=False, config={"Env": [*PYTHON_ENV, f"{_NAME}=0x0"]}),
        Example("a blank behind zero is on", fires=False, config={"Env": [f"{_NAME}=0 "]}),
        Example(
            "the Pod sets it",
            fires=False,
            container={"env": [{"name": _NAME, "value": "1"}]},
        ),
        Example(
            "the Pod turns it off",
            fires=True,
            config={"Env": [*PYTHON_ENV, f"{_NAME}=1"]},
            container={"env": [{"name": _NAME, "value": ""}]},
        ),
        Example(
            "the last of two equal names counts",
            fires=False,
            container={"env": [{"name": _NAME, "value": "0"}, {"name": _NAME, "value": "1"}]},
        ),
        Example("python -u is as good", fires=False, config={"Cmd": ["python", "-u", "app.py"]}),
        Example(
            "-u may stand behind a value",
            fires=False,
            config={"Cmd": ["python", "-X", "dev", "-Bu"]},
        ),
        Example(
            "-u of the script is not the same",
            fires=True,
            config={"Cmd": ["python", "app.py", "-u"]},
        ),
        Example(
            "-I ignores the variable",
            fires=True,
            config={"Env": [*PYTHON_ENV, f"{_NAME}=1"], "Cmd": ["python", "-I", "app.py"]},
        ),
        Example(
            "it may come from a ConfigMap",
            fires=False,
            container={"envFrom": [{"configMapRef": {"name": "settings"}}]},
        ),
        Example(
            "a ConfigMap with another prefix cannot set it",
            fires=True,
            container={"envFrom": [{"prefix": "APP_", "configMapRef": {"name": "settings"}}]},
        ),
    )
