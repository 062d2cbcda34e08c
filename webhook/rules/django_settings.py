"""``django-settings``: Django without its settings named, or with debugging on."""

import re
from collections.abc import Iterator
from typing import ClassVar

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.interpreter import unseen
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.flags import is_true
from webhook.profile.need import Need

_NAME = "DJANGO_SETTINGS_MODULE"
_APPLICATION = re.compile(r"(?:\w+\.)+[wa]sgi(?::\w+)?", re.ASCII)
_TOOLS = frozenset({"django", "django-admin", "django-admin.py", "manage.py"})
_SWITCHES = ("DJANGO_DEBUG", "DEBUG")
_FIX = "Set DJANGO_SETTINGS_MODULE and keep DEBUG off"
_GUNICORN = ["gunicorn", "project.wsgi:application"]


class DjangoSettings(Rule):
    """A Django application whose settings no variable names, or whose debugging a variable turns on.

    Told for Django by its command (``manage.py``, an application such as ``project.wsgi`` or
    ``project.asgi:application``) or by a ``DJANGO_*`` variable. ``DJANGO_SETTINGS_MODULE`` is looked
    for in the effective environment and in the command (``--settings``, ``env``, gunicorn's
    ``--env``). Only advice: ``manage.py`` and ``wsgi.py`` of most projects set a default.
    """

    id: ClassVar[str] = "django-settings"
    title: ClassVar[str] = "Django's settings are not named, or debug"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "The default that `wsgi.py` sets is, in many projects, the developers' settings. With DEBUG "
        "on, Django shows settings and local variables to whoever causes an error, and remembers "
        "every SQL query until memory runs out."
    )
    remedy: ClassVar[str] = (
        "`ENV DJANGO_SETTINGS_MODULE=project.settings.production` in the Dockerfile, or in the Pod's "
        "`env`; and no DEBUG there."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if not _is_django(facts):
            return Skip("nothing says that it is Django")
        debugging = list(_debugging(facts))
        settings = facts.variable(_NAME)
        is_named = bool(settings) or _is_named_in_command(facts)
        if not debugging and isinstance(settings, Hidden) and not _is_named_in_command(facts):
            return unseen(settings)
        found = debugging if is_named else [f"{_NAME} is not set", *debugging]
        if not found:
            return None
        confidence = 100 if debugging else int(Certainty.MEDIUM)
        return Violation(" and ".join(found), _FIX, confidence)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("no variable names the settings", fires=True, config={"Cmd": _GUNICORN}),
        Example(
            "the image names them",
            fires=False,
            config={"Cmd": _GUNICORN, "Env": [*PYTHON_ENV, f"{_NAME}=project.settings"]},
        ),
        Example(
            "the Pod names them",
            fires=False,
            config={"Cmd": _GUNICORN},
            container={"env": [{"name": _NAME, "value": "project.settings"}]},
        ),
        Example(
            "the command names them",
            fires=False,
            config={"Cmd": ["python", "manage.py", "migrate", "--settings=project.settings"]},
        ),
        Example(
            "debugging is on",
            fires=True,
            config={
                "Cmd": _GUNICORN,
                "Env": [*PYTHON_ENV, f"{_NAME}=project.settings", "DEBUG=True"],
            },
        ),
        Example("another framework is left alone", fires=False, config={"Cmd": ["uvicorn", "a:b"]}),
    )


def _is_django(facts: Facts) -> bool:
    launch = facts.launch
    if not _TOOLS.isdisjoint(launch.names):
        return True
    if any(_APPLICATION.fullmatch(server.application) for server in launch.servers):
        return True
    return any(name.startswith("DJANGO_") for name in facts.env.visible)


def _is_named_in_command(facts: Facts) -> bool:
    """Whether an argument names the settings, for Django or for the server to set."""
    launch = facts.launch
    if any(_NAME in word for word in launch.argv):
        return True
    words = (
        word
        for name, p in zip(launch.names, launch.programs, strict=True)
        if name in _TOOLS
        for word in p
    )
    return any(word.partition("=")[0] == "--settings" for word in words)


def _debugging(facts: Facts) -> Iterator[str]:
    """The variables that turn debugging on, as far as they can be seen."""
    for name in _SWITCHES:
        value = facts.variable(name)
        if isinstance(value, str) and is_true(value):
            yield f"{name}={quoted(value, 20)} turns debugging on"
