from typing import Any

import pytest

from tests.rules.verdicts import fires, verdict, violation
from webhook.policy.example import PYTHON_ENV, SLIM
from webhook.policy.rule import Skip, Unknown
from webhook.rules.python_unbuffered import PythonUnbuffered

RULE = PythonUnbuffered()
NAME = "PYTHONUNBUFFERED"


def config(value: str | None = None, *argv: str) -> dict[str, Any]:
    env = [] if value is None else [f"{NAME}={value}"]
    return {"Env": [*PYTHON_ENV, *env], "Cmd": list(argv) or ["python", "app.py"]}


@pytest.mark.parametrize("value", ["1", "x", "false", "no", "0x0", "0.0", "0 ", " "])
def test_any_text_is_on(value: str):
    assert not fires(RULE, config=config(value))


@pytest.mark.parametrize("value", [None, "", "0", "00", "+0", "-0", " 0"])
def test_unset_empty_and_every_zero_are_off(value: str | None):
    found = violation(RULE, config=config(value))
    assert found.problem == (
        "PYTHONUNBUFFERED is not on; stdout can be lost when the container is killed"
    )
    assert found.fix == "Set env PYTHONUNBUFFERED=1"
    assert found.confidence == 100


@pytest.mark.parametrize(
    "argv",
    [
        ("python", "-u", "app.py"),
        ("python3.13", "-Bu", "-m", "app"),
        ("sh", "-c", "exec python -u app.py"),
        ("tini", "--", "python", "-u", "app.py"),
    ],
)
def test_the_flag_is_as_good_unless_it_is_not_accepted(argv: tuple[str, ...]):
    assert not fires(RULE, config=config(None, *argv))
    strict = PythonUnbuffered(accept_flag=False)
    assert fires(strict, config=config(None, *argv))
    assert not fires(strict, config=config("1", *argv))


@pytest.mark.parametrize("flag", ["-E", "-I", "-sI"])
def test_an_interpreter_that_ignores_the_environment_ignores_the_variable(flag: str):
    assert fires(RULE, config=config("1", "python", flag, "app.py"))
    assert not fires(RULE, config=config("1", "python", flag, "-u", "app.py"))


def test_the_pods_arguments_may_bring_the_flag_or_take_it_away():
    given = {"command": ["python", "-u", "app.py"]}
    assert not fires(RULE, config=config(), container=given)
    assert fires(
        RULE, config=config(None, "python", "-u", "app.py"), container={"args": ["python"]}
    )


HIDDEN = [
    ({"env": [{"name": NAME, "valueFrom": {"configMapKeyRef": {}}}]}, "valueFrom"),
    ({"envFrom": [{"secretRef": {"name": "x"}}]}, "envFrom"),
    ({"envFrom": [{"prefix": "PYTHON", "secretRef": {"name": "x"}}]}, "envFrom"),
]


@pytest.mark.parametrize(("container", "source"), HIDDEN)
def test_a_value_that_cannot_be_seen_is_skipped_with_the_reason(
    container: dict[str, Any], source: str
):
    assert verdict(RULE, config=config(), container=container) == Skip(f"may be set by {source}")


@pytest.mark.parametrize(("container", "source"), HIDDEN)
def test_a_value_that_cannot_be_seen_may_be_warned_of_but_is_no_certainty(
    container: dict[str, Any], source: str
):
    rule = PythonUnbuffered(on_env_from="warn")
    found = violation(rule, config=config("1"), container=container)
    assert found.problem == f"PYTHONUNBUFFERED may or may not be set by {source}"
    assert 60 <= found.confidence < 85


def test_the_environment_of_a_buildpacks_image_is_unknown():
    built = {"Env": ["CNB_LAYERS_DIR=/layers"], "Cmd": ["python", "app.py"]}
    found = verdict(RULE, config=built)
    assert found == Unknown("the environment is set at start by the buildpack launcher")
    pod = {"env": [{"name": NAME, "value": "1"}]}
    assert verdict(RULE, config=built, container=pod) is None


def test_servers_whose_loggers_use_stderr_may_be_exempted():
    rule = PythonUnbuffered(exempt_servers=("gunicorn",))
    assert verdict(rule, config=config(None, "gunicorn", "app:app")) == Skip(
        "the server logs to stderr"
    )
    assert fires(rule, config=config(None, "uvicorn", "app:app"))


def test_what_an_entrypoint_script_exports_or_unsets_cannot_be_seen():
    script = {"Entrypoint": ["/entrypoint.sh"]}
    assert fires(RULE, config=config() | script)
    assert not fires(RULE, config=config("1") | script)


def test_a_shebang_with_the_flag_cannot_be_seen():
    assert fires(RULE, config=config(None, "/app/main.py"))


def test_an_application_that_mends_its_own_stdout_cannot_be_seen():
    assert fires(RULE, config=config(None, "python", "-m", "app"))


def test_the_history_is_not_asked():
    history = (*SLIM, f"RUN /bin/sh -c export {NAME}=1 # buildkit", f"ENV {NAME}=1")
    assert fires(RULE, history=history, config=config())
