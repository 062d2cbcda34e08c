"""``development-server``: a server, or a switch, that is meant for a developer's desk."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.launch import Launch
from webhook.profile.need import Need

_TRUE = frozenset({"1", "true", "yes", "on", "y", "t"})
_RELOADERS = frozenset(
    {"uvicorn", "fastapi", "gunicorn", "hypercorn", "granian", "sanic", "litestar"}
)
_SERVER_FIX = "Use gunicorn or uvicorn without --reload"


class DevelopmentServer(Rule):
    """The container runs a development server, or a debug switch is on in its environment.

    Found in the effective command (``manage.py runserver``, ``flask run``, ``--reload``,
    ``fastapi dev``, ``python -m http.server``, Jupyter as root) and in the effective environment
    (``FLASK_DEBUG``, ``FLASK_ENV=development``, ``DJANGO_DEBUG``, ``WERKZEUG_DEBUG_PIN=off``,
    ``PYTHONDEVMODE``). A variable called just ``DEBUG`` may mean anything and weighs less.
    ``app.run()`` in code cannot be seen.
    """

    id: ClassVar[str] = "development-server"
    title: ClassVar[str] = "A development server is started"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Development servers answer one request at a time or watch files, show tracebacks with "
        "local variables to whoever asks, and Werkzeug's debugger runs code for anyone who has "
        "guessed its PIN. Their own documentation says not to use them in production."
    )
    remedy: ClassVar[str] = (
        '`CMD ["gunicorn", "app:create_app()", "--bind", "0.0.0.0:8000"]` or '
        '`CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]`.'
    )

    debug_env: Literal["off", "audit", "warn"] = "audit"
    """What a true ``DEBUG`` variable leads to at most."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        for found in _servers(facts.launch):
            return Violation(f"{quoted(found)} is a development server", _SERVER_FIX)
        if facts.env.visible.keys().isdisjoint(_VARIABLES):
            return None
        for name, setting in _switches(facts):
            problem = f"{name}={quoted(setting, 20)} turns development mode on"
            return Violation(problem, f"Remove {name} from the image and the Pod")
        value = facts.variable("DEBUG")
        if self.debug_env != "off" and isinstance(value, str) and value.lower() in _TRUE:
            problem = f"DEBUG={quoted(value, 20)} may turn debugging on"
            ceiling = Action(self.debug_env)
            return Violation(problem, "Remove DEBUG from the image and the Pod", ceiling=ceiling)
        return None

    examples: ClassVar[tuple[Example, ...]] = (
        Example("Django", fires=True, config={"Cmd": ["python", "manage.py", "runserver"]}),
        Example("Flask", fires=True, config={"Cmd": ["flask", "--app", "hello", "run"]}),
        Example("python -m flask", fires=True, config={"Cmd": ["python", "-m", "flask", "run"]}),
        Example("flask --debug", fires=True, config={"Cmd": ["flask", "--debug", "run"]}),
        Example("--reload", fires=True, config={"Cmd": ["uvicorn", "app:app", "--reload"]}),
        Example("fastapi dev", fires=True, config={"Cmd": ["fastapi", "dev", "main.py"]}),
        Example("http.server", fires=True, config={"Cmd": ["python3", "-m", "http.server"]}),
        Example("in a shell", fires=True, config={"Cmd": ["sh", "-c", "exec flask run"]}),
        Example("uvicorn", fires=False, config={"Cmd": ["uvicorn", "app:app"]}),
        Example("fastapi run", fires=False, config={"Cmd": ["fastapi", "run", "main.py"]}),
        Example("a migration", fires=False, config={"Cmd": ["python", "manage.py", "migrate"]}),
        Example("flask db upgrade", fires=False, config={"Cmd": ["flask", "db", "upgrade"]}),
        Example("FLASK_DEBUG", fires=True, config={"Env": [*PYTHON_ENV, "FLASK_DEBUG=1"]}),
        Example("FLASK_DEBUG off", fires=False, config={"Env": [*PYTHON_ENV, "FLASK_DEBUG=0"]}),
        Example(
            "the Pod brings one",
            fires=True,
            config={"Cmd": ["gunicorn", "app:app"]},
            container={"args": ["flask", "run"]},
        ),
        Example(
            "the Pod replaces it",
            fires=False,
            config={"Cmd": ["flask", "run"]},
            container={"command": ["gunicorn", "app:app"]},
        ),
        Example("DEBUG by itself", fires=True, config={"Env": [*PYTHON_ENV, "DEBUG=true"]}),
        Example(
            "DEBUG may be left alone",
            fires=False,
            config={"Env": [*PYTHON_ENV, "DEBUG=true"]},
            options={"debugEnv": "off"},
        ),
    )


def _servers(launch: Launch) -> Iterator[str]:
    """The development servers that are started, as a person would write them."""
    for name, (_, *words) in zip(launch.names, launch.programs, strict=True):
        if "runserver" in words and name in {"manage.py", "django-admin", "django"}:
            yield f"{name} runserver"
        elif name == "flask" and "run" in words:
            yield "flask --debug run" if "--debug" in words else "flask run"
        elif name == "fastapi" and words[:1] == ["dev"]:
            yield "fastapi dev"
        elif name in _RELOADERS and "--reload" in words:
            yield f"{name} --reload"
        elif name == "http.server":
            yield "python -m http.server"
        elif name.startswith("jupyter") and "--allow-root" in words:
            yield f"{name} --allow-root"


def _switches(facts: Facts) -> Iterator[tuple[str, str]]:
    """Variables that certainly turn a framework's development mode on."""
    for name, values in _MODES.items():
        value = facts.variable(name)
        if isinstance(value, str) and value.lower() in values:
            yield name, value


_MODES = {
    "FLASK_DEBUG": _TRUE,
    "FLASK_ENV": frozenset({"development"}),
    "DJANGO_DEBUG": _TRUE,
    "WERKZEUG_DEBUG_PIN": frozenset({"off"}),
    "PYTHONDEVMODE": _TRUE,
}
_VARIABLES = frozenset({*_MODES, "DEBUG"})
