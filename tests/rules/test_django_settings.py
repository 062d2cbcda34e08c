from typing import Any

import pytest

from tests.rules.verdicts import verdict, violation
from webhook.policy.rule import Skip, Unknown, Verdict, Violation
from webhook.rules.django_settings import DjangoSettings

RULE = DjangoSettings()
NAME = "DJANGO_SETTINGS_MODULE"
WSGI = "gunicorn project.wsgi:application"
UNSET = f"{NAME} is not set"


def judged(line: str, *env: str, **more: Any) -> Verdict:
    """The verdict on an image that runs ``line`` with these variables."""
    return verdict(RULE, config={"Cmd": line.split(), "Env": list(env)}, **more)


def test_what_is_missing_and_what_to_set_are_named():
    found = violation(RULE, config={"Cmd": WSGI.split()})
    assert found.problem == UNSET
    assert found.fix == "Set DJANGO_SETTINGS_MODULE and keep DEBUG off"


def test_that_wsgi_py_may_set_a_default_is_no_certainty():
    assert 60 <= violation(RULE, config={"Cmd": WSGI.split()}).confidence < 85


@pytest.mark.parametrize(
    "line",
    [
        WSGI,
        "gunicorn project.wsgi",
        "uvicorn project.asgi:application",
        "daphne -b 0.0.0.0 config.asgi:application",
        "python -m hypercorn my.project.asgi:application",
        "python manage.py migrate",
        "./manage.py runserver",
        "django-admin migrate",
        "python -m django check",
    ],
)
def test_django_is_told_by_its_command(line: str):
    assert isinstance(judged(line), Violation)
    assert judged(line, f"{NAME}=project.settings") is None


def test_django_is_told_by_its_variables():
    assert isinstance(judged("celery -A project worker", "DJANGO_SECRET_KEY=x"), Violation)
    pod = {"env": [{"name": "DJANGO_ALLOWED_HOSTS", "valueFrom": {"secretKeyRef": {}}}]}
    assert isinstance(judged("celery -A project worker", container=pod), Violation)


@pytest.mark.parametrize(
    "line",
    [
        "uvicorn app.main:app",
        "gunicorn wsgi:app",
        "gunicorn app:wsgi",
        "python app.py",
        "flask run",
        "",
    ],
)
def test_other_frameworks_are_left_alone(line: str):
    assert judged(line, "DEBUG=1") == Skip("nothing says that it is Django")


@pytest.mark.parametrize(
    "argv",
    [
        ["python", "manage.py", "migrate", "--settings=project.prod"],
        ["python", "manage.py", "migrate", "--settings", "project.prod"],
        ["gunicorn", "-e", f"{NAME}=project.prod", "project.wsgi"],
        ["gunicorn", f"--env={NAME}=project.prod", "project.wsgi"],
        ["env", f"{NAME}=project.prod", *WSGI.split()],
        ["sh", "-c", f"export {NAME}=project.prod && exec {WSGI}"],
    ],
)
def test_the_command_may_name_the_settings(argv: list[str]):
    assert verdict(RULE, config={"Cmd": argv}) is None


def test_an_empty_name_is_none():
    assert isinstance(judged(WSGI, f"{NAME}="), Violation)
    pod = {"env": [{"name": NAME, "value": ""}]}
    assert isinstance(judged(WSGI, f"{NAME}=project.settings", container=pod), Violation)


def test_the_pods_env_names_them():
    pod = {"env": [{"name": NAME, "value": "project.settings"}]}
    assert judged(WSGI, container=pod) is None


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("DEBUG=True", True),
        ("DEBUG=1", True),
        ("DJANGO_DEBUG=yes", True),
        ("DEBUG=False", False),
        ("DEBUG=", False),
        ("DEBUG=app:*", False),
        ("APP_DEBUG=1", False),
    ],
)
def test_debugging_is_told_even_where_the_settings_are_named(setting: str, told: bool):
    name, _, value = setting.partition("=")
    found = judged(WSGI, f"{NAME}=project.settings", setting)
    assert isinstance(found, Violation) is told
    if isinstance(found, Violation):
        assert found.problem == f"{name}='{value}' turns debugging on"
        assert found.confidence == 100


def test_both_are_told_at_once():
    found = violation(RULE, config={"Cmd": WSGI.split(), "Env": ["DJANGO_DEBUG=1", "DEBUG=1"]})
    assert found.problem == (
        f"{UNSET} and DJANGO_DEBUG='1' turns debugging on and DEBUG='1' turns debugging on"
    )


def test_a_value_that_cannot_be_seen_is_skipped_and_a_launchers_unknown():
    hidden = {"env": [{"name": NAME, "valueFrom": {"configMapKeyRef": {}}}]}
    assert judged(WSGI, container=hidden) == Skip("may be set by valueFrom")
    settings = {"envFrom": [{"configMapRef": {"name": "x"}}]}
    assert judged(WSGI, container=settings) == Skip("may be set by envFrom")
    assert isinstance(judged(WSGI, "CNB_LAYERS_DIR=/layers"), Unknown)


def test_debugging_is_told_whatever_else_cannot_be_seen():
    settings = {
        "envFrom": [{"configMapRef": {"name": "x"}}],
        "env": [{"name": "DEBUG", "value": "1"}],
    }
    found = judged(WSGI, container=settings)
    assert isinstance(found, Violation)
    assert found.problem == "DEBUG='1' turns debugging on"


def test_the_pods_command_may_make_it_djangos():
    assert isinstance(judged("python app.py", container={"args": WSGI.split()}), Violation)
