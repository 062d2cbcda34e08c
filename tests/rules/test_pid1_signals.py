from typing import Any

import pytest

from tests.rules.verdicts import fires, verdict, violation
from webhook.kube.imageuse import ContainerKind
from webhook.policy.rule import Skip
from webhook.rules.pid1_signals import Pid1Signals

RULE = Pid1Signals()


def judged(line: str, **more: Any) -> bool:
    return fires(RULE, config={"Cmd": line.split()}, **more)


def test_the_signal_and_both_ways_out_are_named():
    found = violation(RULE, config={"Cmd": ["python", "app.py"]})
    assert found.problem == "python runs as PID 1 without an init and may ignore SIGTERM"
    assert found.fix == "Handle SIGTERM, or start with tini"


def test_that_the_application_may_have_a_handler_is_no_certainty():
    assert 60 <= violation(RULE, config={"Cmd": ["python", "app.py"]}).confidence < 85


@pytest.mark.parametrize(
    "line",
    [
        "python app.py",
        "/usr/local/bin/python3.13 -u -m app",
        "/app/.venv/bin/python -c pass",
        "pypy3 app.py",
        "python",
        "env A=b python app.py",
        "gosu app python app.py",
    ],
)
def test_a_bare_interpreter_is_process_one(line: str):
    assert judged(line)


@pytest.mark.parametrize("text", ["exec python app.py", "cd /app && exec python -m app"])
def test_a_shell_that_hands_its_process_over_makes_it_process_one(text: str):
    assert fires(RULE, config={"Cmd": ["sh", "-c", text]})


@pytest.mark.parametrize(
    "line",
    [
        "tini -- python app.py",
        "/usr/bin/dumb-init -- python app.py",
        "catatonit -- python app.py",
        "docker-init -- python app.py",
    ],
)
def test_an_init_reaps_and_passes_signals_on(line: str):
    config = {"Cmd": line.split()}
    assert verdict(RULE, config=config) is None


@pytest.mark.parametrize(
    "line",
    [
        "gunicorn app:app",
        "uvicorn app:app",
        "python -m gunicorn app:app",
        "python -m uvicorn app:app",
        "python -m hypercorn app:app",
        "python -m granian app:app",
        "python -m daphne app:app",
        "python -m celery -A app worker",
        "python -m fastapi run main.py",
    ],
)
def test_a_server_that_handles_sigterm_passes(line: str):
    assert verdict(RULE, config={"Cmd": line.split()}) is None


@pytest.mark.parametrize(
    "argv",
    [
        ["sh", "-c", "python app.py"],
        ["/entrypoint.sh", "python", "app.py"],
        ["/app/start.sh"],
        ["flask", "run"],
        [],
    ],
)
def test_where_process_one_is_something_else_the_rule_has_nothing_to_say(argv: list[str]):
    assert verdict(RULE, config={"Cmd": argv}) == Skip("process 1 is not python")


@pytest.mark.parametrize("pod", [{"shareProcessNamespace": True}, {"hostPID": True}])
def test_in_a_shared_process_namespace_python_is_not_process_one(pod: dict[str, Any]):
    assert not judged("python app.py", pod=pod)
    assert judged("python app.py", pod=dict.fromkeys(pod, False))


def test_a_stop_signal_that_python_handles_passes():
    interrupt = {"Cmd": ["python", "app.py"], "StopSignal": "SIGINT"}
    assert not fires(RULE, config=interrupt)
    assert fires(RULE, config=interrupt | {"StopSignal": "SIGQUIT"})
    assert fires(RULE, config=interrupt, container={"lifecycle": {"stopSignal": "SIGTERM"}})
    assert not judged("python app.py", container={"lifecycle": {"stopSignal": "SIGINT"}})


def test_the_pods_command_brings_an_init_or_takes_it_away():
    assert not judged("python app.py", container={"command": ["tini", "--", "python", "app.py"]})
    assert judged("tini -- python app.py", container={"command": ["python", "app.py"]})


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ContainerKind.CONTAINER, True),
        (ContainerKind.SIDECAR, True),
        (ContainerKind.INIT, False),
        (ContainerKind.EPHEMERAL, False),
    ],
)
def test_containers_that_end_by_themselves_are_left_alone(kind: ContainerKind, told: bool):
    assert judged("python app.py", kind=kind) is told
