from typing import Any

import pytest

from tests.rules.verdicts import facts_about, fires, profiled, verdict, violation
from webhook.kube.imageuse import ContainerKind
from webhook.policy.rule import Skip, Unknown, Verdict
from webhook.rules.loopback_bind import LoopbackBind

RULE = LoopbackBind()
PORTS = {"ports": [{"containerPort": 8080}]}
HTTP = {"httpGet": {"path": "/", "port": 8080}}


def judged(line: str, *env: str, container: dict[str, Any] = PORTS, **more: Any) -> Verdict:
    """The verdict on an image that runs ``line`` with these variables."""
    config = {"Cmd": line.split(), "Env": ["PYTHON_VERSION=3.13.1", *env]}
    return verdict(RULE, config=config, container=container, **more)


def is_told(line: str, *env: str, **more: Any) -> bool:
    found = judged(line, *env, **more)
    return found is not None and not isinstance(found, Skip | Unknown)


def test_the_server_is_named_and_both_options_with_the_declared_port():
    found = violation(RULE, config={"Cmd": ["uvicorn", "app:app"]}, container=PORTS)
    assert found.problem == "'uvicorn' listens on 127.0.0.1 only"
    assert found.fix == "Add --host 0.0.0.0 or --bind 0.0.0.0:8080"
    probed = violation(
        RULE, config={"Cmd": ["uvicorn", "app:app"]}, container={"livenessProbe": HTTP}
    )
    assert probed.fix == "Add --host 0.0.0.0 or --bind 0.0.0.0:8000"


@pytest.mark.parametrize(
    "line",
    [
        "uvicorn app:app",
        "gunicorn app:app",
        "hypercorn app:app",
        "daphne project.asgi:application",
        "daphne -p 8000 project.asgi:application",
        "granian app:app",
        "flask run",
        "fastapi dev main.py",
        "litestar run",
        "sanic server:app",
        "python manage.py runserver",
        "python manage.py runserver 8000",
        "python -m uvicorn app:app",
        "tini -- gunicorn app:app",
    ],
)
def test_a_default_of_loopback_is_told_with_medium_confidence(line: str):
    found = violation(RULE, config={"Cmd": line.split()}, container=PORTS)
    assert 60 <= found.confidence < 85


@pytest.mark.parametrize(
    "line",
    [
        "uvicorn app:app --host 127.0.0.1",
        "uvicorn app:app --host=localhost",
        "uvicorn app:app --host ::1",
        "fastapi run --host 127.0.0.1",
        "flask run -h 127.0.0.1",
        "gunicorn -b 127.0.0.1:8000 app:app",
        "gunicorn --bind=localhost:8000 app:app",
        "gunicorn -b 127.0.0.1 app:app",
        "gunicorn -b tcp://127.0.0.1:80 app:app",
        "gunicorn -b [::1]:8000 -b 127.0.0.1:8000 app:app",
        "gunicorn -c conf.py -b 127.0.0.1:80 app:app",
        "hypercorn -b 127.0.0.53:80 app:app",
        "waitress-serve --host=127.0.0.1 app:app",
        "python -m http.server --bind 127.0.0.1",
        "manage.py runserver localhost:8000",
    ],
)
def test_an_address_that_is_written_out_is_told_with_high_confidence(line: str):
    found = violation(RULE, config={"Cmd": line.split()}, container=PORTS)
    assert found.confidence >= 85


@pytest.mark.parametrize(
    "line",
    [
        "uvicorn app:app --host 0.0.0.0",
        "uvicorn app:app --host ::",
        "uvicorn app:app --host 10.0.0.1",
        "flask run --host=0.0.0.0",
        "gunicorn -b 0.0.0.0:8000 app:app",
        "gunicorn -b :8000 app:app",
        "gunicorn -b [::]:8000 app:app",
        "gunicorn -b 127.0.0.1:8000 -b 0.0.0.0:8001 app:app",
        "gunicorn -b unix:/run/app.sock app:app",
        "gunicorn -b fd://3 app:app",
        "daphne -b 0.0.0.0 project.asgi:application",
        "granian --host 0.0.0.0 app:app",
        "manage.py runserver 0.0.0.0:8000",
        "manage.py runserver 0:8000",
    ],
)
def test_an_address_that_others_reach_passes(line: str):
    assert judged(line) is None


@pytest.mark.parametrize(
    "line", ["fastapi run main.py", "waitress-serve app:app", "python -m http.server 8000"]
)
def test_servers_that_listen_everywhere_by_default_pass(line: str):
    assert judged(line) is None


@pytest.mark.parametrize(
    ("line", "env", "told"),
    [
        ("uvicorn app:app", "UVICORN_HOST=0.0.0.0", False),
        ("uvicorn app:app", "UVICORN_HOST=127.0.0.1", True),
        ("uvicorn app:app", "HOST=0.0.0.0", True),
        ("flask run", "FLASK_RUN_HOST=0.0.0.0", False),
        ("granian app:app", "GRANIAN_HOST=0.0.0.0", False),
        ("gunicorn app:app", "PORT=8000", False),
        ("uvicorn app:app", "PORT=8000", True),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=--bind=0.0.0.0:8000", False),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=--bind 127.0.0.1:8000", True),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=--workers 4", True),
        ("gunicorn app:app", "GUNICORN_CMD_ARGS=-c conf.py", False),
    ],
)
def test_the_variables_that_the_server_reads_are_read(line: str, env: str, told: bool):
    assert is_told(line, env) is told
    name, _, value = env.partition("=")
    assert is_told(line, container=PORTS | {"env": [{"name": name, "value": value}]}) is told


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("gunicorn -c gunicorn.conf.py app:app", "config"),
        ("gunicorn --paste production.ini", "paste"),
        ("hypercorn -c hypercorn.toml app:app", "config"),
        ("uvicorn --uds /run/app.sock app:app", "uds"),
        ("uvicorn --fd 3 app:app", "fd"),
        ("daphne -u /run/app.sock project.asgi:application", "unix-socket"),
        ("daphne -e tcp:8000:interface=0.0.0.0 project.asgi:application", "endpoint"),
        ("waitress-serve --listen=*:8080 app:app", "listen"),
    ],
)
def test_a_file_that_is_not_seen_and_a_socket_are_no_loopback(line: str, option: str):
    assert judged(line) in (Skip(f"--{option} says where"), None)


def test_a_variable_that_cannot_be_seen_is_skipped_and_a_launchers_unknown():
    hidden = [{"name": "UVICORN_HOST", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]
    assert judged("uvicorn a:b", container=PORTS | {"env": hidden}) == Skip(
        "may be set by valueFrom"
    )
    settings = {"envFrom": [{"configMapRef": {"name": "x"}}]}
    assert judged("gunicorn a:b", container=PORTS | settings) == Skip("may be set by envFrom")
    assert isinstance(judged("uvicorn a:b", "CNB_LAYERS_DIR=/layers"), Unknown)


def test_an_address_that_the_shell_fills_in_is_read_where_it_can_be():
    shell = {"Cmd": ["sh", "-c", "exec uvicorn a:b --host ${HOST:-0.0.0.0}"]}
    assert verdict(RULE, config=shell, container=PORTS) is None
    local = PORTS | {"env": [{"name": "HOST", "value": "localhost"}]}
    assert fires(RULE, config=shell, container=local)
    unknown = {"Cmd": ["sh", "-c", "exec uvicorn a:b --host $HOST"]}
    assert verdict(RULE, config=unknown, container=PORTS) == Skip("may be set by the shell")


def test_a_reference_in_the_pods_args_is_filled_in():
    args = {"args": ["uvicorn", "a:b", "--host", "$(HOST)"]}
    assert fires(RULE, container=PORTS | args | {"env": [{"name": "HOST", "value": "127.0.0.1"}]})


@pytest.mark.parametrize(
    ("container", "told"),
    [
        ({}, False),
        ({"ports": []}, False),
        (PORTS, True),
        ({"readinessProbe": HTTP}, True),
        ({"livenessProbe": {"tcpSocket": {"port": 1}}}, True),
        ({"startupProbe": {"grpc": {"port": 1}}}, True),
        ({"readinessProbe": {"exec": {"command": ["curl", "localhost:8000"]}}}, False),
    ],
)
def test_only_containers_that_somebody_is_to_reach_are_judged(
    container: dict[str, Any], told: bool
):
    assert is_told("uvicorn a:b", container=container) is told


def test_an_image_by_itself_is_left_alone():
    image = profiled(Cmd=["uvicorn", "app:app"], ExposedPorts={"8000/tcp": {}})
    assert isinstance(RULE.check(facts_about(image)), Skip)


@pytest.mark.parametrize(
    ("kind", "container", "told"),
    [
        (ContainerKind.CONTAINER, PORTS, True),
        (ContainerKind.SIDECAR, PORTS, False),
        (ContainerKind.SIDECAR, {"readinessProbe": HTTP}, True),
        (ContainerKind.INIT, PORTS, False),
        (ContainerKind.EPHEMERAL, PORTS, False),
    ],
)
def test_a_sidecar_may_serve_its_pod_over_loopback(
    kind: ContainerKind, container: dict[str, Any], told: bool
):
    assert is_told("uvicorn a:b", kind=kind, container=container) is told


def test_on_its_nodes_network_a_pod_may_listen_on_loopback():
    assert not is_told("uvicorn a:b", pod={"hostNetwork": True})


@pytest.mark.parametrize("text", ["nginx && exec gunicorn a:b", "gunicorn a:b & exec nginx"])
def test_a_server_behind_a_proxy_of_its_own_container_is_left_alone(text: str):
    found = verdict(RULE, config={"Cmd": ["sh", "-c", text]}, container=PORTS)
    assert found == Skip("a proxy is started beside the server")


def test_one_server_that_others_reach_is_enough():
    text = "uvicorn admin:app & exec uvicorn app:app --host 0.0.0.0"
    assert verdict(RULE, config={"Cmd": ["sh", "-c", text]}, container=PORTS) is None


@pytest.mark.parametrize("line", ["python app.py", "celery -A app worker", "/entrypoint.sh", ""])
def test_where_no_server_is_known_nothing_is_told(line: str):
    assert judged(line) is None


def test_a_server_of_which_no_address_is_known_is_skipped():
    assert isinstance(judged("jupyter lab"), Skip)


def test_the_pods_command_mends_it_and_introduces_it():
    assert not is_told(
        "uvicorn a:b", container=PORTS | {"args": ["uvicorn", "a:b", "--host", "::"]}
    )
    assert is_told("uvicorn a:b --host ::", container=PORTS | {"args": ["uvicorn", "a:b"]})
