"""``development-server``: a server, or a switch, that is meant for a developer's desk."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.interpreter import switch
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.server import setting
from webhook.policy.text import quoted
from webhook.profile.flags import is_true
from webhook.profile.need import Need
from webhook.profile.serving import Server

_RELOADERS = frozenset(
    {"uvicorn", "fastapi", "gunicorn", "hypercorn", "granian", "sanic", "litestar"}
)
_SERVER_FIX = "Use gunicorn or uvicorn without --reload"


class DevelopmentServer(Rule):
    """The container runs a development server, or a debug switch is on in its environment.

    Found in the effective command (``manage.py runserver``, ``flask run``, ``--reload``,
    ``fastapi dev``, ``python -m http.server``, Jupyter as root) and in the effective environment
    (``FLASK_DEBUG``, ``FLASK_ENV=development``, ``DJANGO_DEBUG``, ``WERKZEUG_DEBUG_PIN=off``,
    ``PYTHONDEVMODE``), each read as the program reads it. A variable called just ``DEBUG`` may mean
    anything and weighs less. ``app.run()`` in code cannot be seen. Namespaces for development are
    the policy's to leave out.
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
        for server in facts.launch.servers:
            if called := _called(facts, server):
                return Violation(f"{quoted(called)} is a development server", _SERVER_FIX)
        if not facts.env.prefixes and facts.env.visible.keys().isdisjoint(_VARIABLES):
            return None
        for name, value in _switches(facts):
            problem = f"{name}={quoted(value, 20)} turns development mode on"
            return Violation(problem, f"Remove {name} from the image and the Pod")
        debug = facts.variable("DEBUG")
        if self.debug_env != "off" and isinstance(debug, str) and is_true(debug):
            problem = f"DEBUG={quoted(debug, 20)} may turn debugging on"
            ceiling = Action(self.debug_env)
            return Violation(problem, "Remove DEBUG from the image and the Pod", ceiling=ceiling)
        return _unseen(facts)

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "Django's runserver is for development",
            fires=True,
            config={"Cmd": ["python", "manage.py", "runserver"]},
        ),
        Example("so is flask run", fires=True, config={"Cmd": ["flask", "--app", "hello", "run"]}),
        Example("also as a module", fires=True, config={"Cmd": ["python", "-m", "flask", "run"]}),
        Example(
            "and in a shell's text", fires=True, config={"Cmd": ["sh", "-c", "exec flask run"]}
        ),
        Example(
            "a server that watches files",
            fires=True,
            config={"Cmd": ["uvicorn", "app:app", "--reload"]},
        ),
        Example("fastapi dev watches files", fires=True, config={"Cmd": ["fastapi", "dev"]}),
        Example(
            "http.server is for trying things out",
            fires=True,
            config={"Cmd": ["python3", "-m", "http.server"]},
        ),
        Example("fastapi run is for production", fires=False, config={"Cmd": ["fastapi", "run"]}),
        Example(
            "a migration serves nobody",
            fires=False,
            config={"Cmd": ["python", "manage.py", "migrate"]},
        ),
        Example(
            "FLASK_DEBUG turns Werkzeug's debugger on",
            fires=True,
            config={"Env": [*PYTHON_ENV, "FLASK_DEBUG=1"]},
        ),
        Example(
            "FLASK_DEBUG may be off",
            fires=False,
            config={"Env": [*PYTHON_ENV, "FLASK_DEBUG=0"]},
        ),
        Example(
            "the Pod may bring one",
            fires=True,
            config={"Cmd": ["gunicorn", "app:app"]},
            container={"args": ["flask", "run"]},
        ),
        Example(
            "the Pod may replace one",
            fires=False,
            config={"Cmd": ["flask", "run"]},
            container={"command": ["gunicorn", "app:app"]},
        ),
        Example(
            "DEBUG by itself is told, and weighs little",
            fires=True,
            config={"Env": [*PYTHON_ENV, "DEBUG=true"]},
        ),
        Example(
            "DEBUG may be left alone",
            fires=False,
            config={"Env": [*PYTHON_ENV, "DEBUG=true"]},
            options={"debugEnv": "off"},
        ),
    )


def _called(facts: Facts, server: Server) -> str:
    """A development server as a person would write it; empty for one that is none."""
    name = server.name
    if server.command in _DEVELOPMENT:
        return str(server)
    if name == "flask":
        return "flask run" if server.last("debug") is None else "flask --debug run"
    if name == "http.server":
        return "python -m http.server"
    if name.startswith("jupyter"):
        return "" if server.last("allow-root") is None else f"{name} --allow-root"
    reload = setting(facts, server, "reload") if name in _RELOADERS else None
    return f"{name} --reload" if reload == "" or is_true(reload) else ""


def _switches(facts: Facts) -> Iterator[tuple[str, str]]:
    """Variables that certainly turn a framework's development mode on, and their values."""
    for name, is_development in _MODES.items():
        value = facts.variable(name)
        if isinstance(value, str) and is_development(value):
            yield name, value
    value = facts.variable(_DEV_MODE)
    if isinstance(value, str) and switch(facts, _DEV_MODE, "") is True:
        yield _DEV_MODE, value


def _unseen(facts: Facts) -> Skip | None:
    """That a switch is set to what cannot be seen; what a launcher may set is not reckoned with."""
    for name in _VARIABLES:
        value = facts.variable(name)
        if value in (Hidden.VALUE_FROM, Hidden.ENV_FROM):
            return Skip(f"{name} may be set by {value.value}")
    return None


def _is_flask_debug(value: str) -> bool:
    """As Flask reads it: any text that is no word for no."""
    return value.lower() not in {"", "0", "false", "no"}


_DEVELOPMENT = frozenset({"runserver", "runserver_plus", "testserver", "dev"})
"""Subcommands that start a development server, of whichever program."""
_DEV_MODE = "PYTHONDEVMODE"
_MODES: dict[str, Callable[[str], bool]] = {
    "FLASK_DEBUG": _is_flask_debug,
    "FLASK_ENV": lambda value: value.lower() == "development",
    "DJANGO_DEBUG": is_true,
    "WERKZEUG_DEBUG_PIN": lambda value: value.lower() == "off",
}
"""Variable → whether a value of it turns development mode on."""
_VARIABLES = (*_MODES, _DEV_MODE, "DEBUG")
