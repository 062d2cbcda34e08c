from typing import Any

import pytest

from tests.rules.verdicts import fires, verdict, violation
from webhook.policy.rule import Action, Skip
from webhook.rules.development_server import DevelopmentServer

RULE = DevelopmentServer()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("python manage.py runserver 0.0.0.0:8000", "manage.py runserver"),
        ("./manage.py runserver", "manage.py runserver"),
        ("django-admin runserver", "django-admin runserver"),
        ("python -m django runserver", "django runserver"),
        ("flask run", "flask run"),
        ("flask --app hello run --host 0.0.0.0", "flask run"),
        ("flask --debug run", "flask --debug run"),
        ("python -m flask run", "flask run"),
        ("uvicorn app:app --reload", "uvicorn --reload"),
        ("gunicorn --reload app:app", "gunicorn --reload"),
        ("hypercorn --reload app:app", "hypercorn --reload"),
        ("litestar run -r", "litestar --reload"),
        ("manage.py runserver_plus", "manage.py runserver_plus"),
        ("fastapi dev main.py", "fastapi dev"),
        ("fastapi run --reload main.py", "fastapi --reload"),
        ("python -m http.server 8000", "python -m http.server"),
        ("python3 -u -m http.server", "python -m http.server"),
        ("jupyter lab --allow-root", "jupyter --allow-root"),
        ("jupyter-notebook --allow-root", "jupyter-notebook --allow-root"),
        ("tini -- flask run", "flask run"),
        ("uv run flask run", "flask run"),
        ("poetry run uvicorn app:app --reload", "uvicorn --reload"),
    ],
)
def test_a_development_server_is_called_by_its_name(line: str, name: str):
    found = violation(RULE, config={"Cmd": line.split()})
    assert found.problem == f"'{name}' is a development server"
    assert found.fix == "Use gunicorn or uvicorn without --reload"
    assert (found.confidence, found.ceiling) == (100, None)


def test_one_inside_a_shells_text_is_found():
    assert fires(RULE, config={"Cmd": ["sh", "-c", "python manage.py migrate && flask run"]})


@pytest.mark.parametrize(
    "line",
    [
        "gunicorn app:app",
        "uvicorn app:app --host 0.0.0.0",
        "fastapi run main.py",
        "python manage.py migrate",
        "python manage.py check --deploy",
        "flask db upgrade",
        "flask --debug shell",
        "jupyter lab",
        "python app.py --reload",
        "python runserver.py",
        "celery worker --loglevel info",
        "python manage.py test runserver",
        "gunicorn -n --reload app:app",
        "uvicorn app:app --no-reload",
        "",
    ],
)
def test_servers_for_production_and_other_commands_pass(line: str):
    assert not fires(RULE, config={"Cmd": line.split()})


@pytest.mark.parametrize(
    ("setting", "on"),
    [
        ("FLASK_DEBUG=1", True),
        ("FLASK_DEBUG=True", True),
        ("FLASK_DEBUG=enabled", True),
        ("FLASK_DEBUG=no", False),
        ("FLASK_DEBUG=0", False),
        ("FLASK_DEBUG=", False),
        ("FLASK_ENV=development", True),
        ("FLASK_ENV=production", False),
        ("DJANGO_DEBUG=yes", True),
        ("DJANGO_DEBUG=False", False),
        ("WERKZEUG_DEBUG_PIN=off", True),
        ("WERKZEUG_DEBUG_PIN=1234", False),
        ("PYTHONDEVMODE=1", True),
        ("PYTHONDEVMODE=", False),
        ("MY_FLASK_DEBUG=1", False),
    ],
)
def test_a_switch_of_a_framework_counts_in_image_and_pod(setting: str, on: bool):
    name, _, value = setting.partition("=")
    pod = {"env": [{"name": name, "value": value}]}
    assert fires(RULE, config={"Env": [setting]}) is on
    assert fires(RULE, container=pod) is on


def test_the_variable_and_its_value_are_named():
    found = violation(RULE, config={"Env": ["FLASK_ENV=development"]})
    assert found.problem == "FLASK_ENV='development' turns development mode on"
    assert found.fix == "Remove FLASK_ENV from the image and the Pod"


@pytest.mark.parametrize(
    ("value", "option", "ceiling"),
    [
        ("1", "audit", Action.AUDIT),
        ("true", "warn", Action.WARN),
        ("TRUE", "audit", Action.AUDIT),
        ("1", "off", None),
        ("0", "audit", None),
        ("app:*", "audit", None),
        ("", "warn", None),
    ],
)
def test_a_variable_called_just_debug_weighs_little(
    value: str, option: Any, ceiling: Action | None
):
    rule = DevelopmentServer(debug_env=option)
    env = {"Env": [f"DEBUG={value}"]}
    if ceiling is None:
        assert verdict(rule, config=env) is None
    else:
        found = violation(rule, config=env)
        assert found.ceiling is ceiling
        assert found.problem == f"DEBUG='{value}' may turn debugging on"


@pytest.mark.parametrize(
    ("container", "source"),
    [
        ({"env": [{"name": "FLASK_DEBUG", "valueFrom": {"configMapKeyRef": {}}}]}, "valueFrom"),
        ({"envFrom": [{"configMapRef": {"name": "x"}}]}, "envFrom"),
        ({"envFrom": [{"prefix": "FLASK_", "configMapRef": {"name": "x"}}]}, "envFrom"),
    ],
)
def test_a_value_that_cannot_be_seen_is_skipped_with_the_reason(
    container: dict[str, Any], source: str
):
    found = verdict(RULE, config={"Env": ["FLASK_DEBUG=1"]}, container=container)
    assert found == Skip(f"FLASK_DEBUG may be set by {source}")


def test_what_can_be_seen_is_told_whatever_cannot():
    container = {
        "env": [{"name": "FLASK_DEBUG", "valueFrom": {}}, {"name": "DJANGO_DEBUG", "value": "1"}]
    }
    assert violation(RULE, container=container).problem.startswith("DJANGO_DEBUG='1'")


def test_a_launcher_is_not_suspected_of_it():
    assert verdict(RULE, config={"Env": ["CNB_LAYERS_DIR=/layers"], "Cmd": ["python"]}) is None


def test_other_variables_of_a_pod_hide_nothing():
    container = {"envFrom": [{"prefix": "APP_", "configMapRef": {"name": "x"}}]}
    assert verdict(RULE, container=container) is None


@pytest.mark.parametrize(
    ("line", "env", "told"),
    [
        ("uvicorn app:app", "UVICORN_RELOAD=true", True),
        ("uvicorn app:app", "UVICORN_RELOAD=false", False),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=--reload -w 2", True),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=--reload-engine poll", False),
        ("gunicorn app:app", "UVICORN_RELOAD=true", False),
        ("granian app:app", "GRANIAN_RELOAD=1", True),
    ],
)
def test_a_server_may_be_told_to_watch_files_by_a_variable(line: str, env: str, told: bool):
    assert fires(RULE, config={"Cmd": line.split(), "Env": [env]}) is told


def test_the_interpreters_development_mode_is_read_as_cpython_reads_it():
    def judged(value: str, *argv: str) -> bool:
        env = [f"PYTHONDEVMODE={value}"]
        return fires(RULE, config={"Env": env, "Cmd": [*argv, "app.py"]})

    assert judged("2", "python")
    assert judged("no", "python")
    assert not judged("0", "python")
    assert not judged("1", "python", "-E")


def test_the_pods_command_introduces_and_removes_one():
    assert fires(RULE, config={"Cmd": ["gunicorn", "a"]}, container={"args": ["flask", "run"]})
    mended = {"command": ["gunicorn", "app:app"]}
    assert not fires(RULE, config={"Cmd": ["flask", "run"]}, container=mended)


def test_a_server_started_by_the_code_itself_cannot_be_seen():
    assert verdict(RULE, config={"Cmd": ["python", "app.py"]}) is None
