from typing import Any

import pytest

from tests.policy.catalogue import facts
from webhook.policy.effective import Hidden
from webhook.policy.facts import Facts
from webhook.policy.server import setting, settings


def bind(line: str, option: str, *env: str, **container: Any) -> object:
    """What an option of the only server comes to; ``env`` is the image's."""
    return setting_of(facts(line.split(), config={"Env": list(env)}, **container), option)


def setting_of(found: Facts, option: str) -> object:
    (server,) = found.launch.servers
    return setting(found, server, option)


@pytest.mark.parametrize(
    ("line", "option", "env", "value"),
    [
        ("uvicorn a:b", "host", [], None),
        ("uvicorn a:b --host ::", "host", ["UVICORN_HOST=127.0.0.1"], "::"),
        ("uvicorn a:b", "host", ["UVICORN_HOST=0.0.0.0"], "0.0.0.0"),
        ("uvicorn a:b", "host", ["UVICORN_HOST="], None),
        ("uvicorn a:b", "host", ["HOST=0.0.0.0", "GRANIAN_HOST=0.0.0.0"], None),
        ("granian a:b", "host", ["GRANIAN_HOST=0.0.0.0"], "0.0.0.0"),
        ("flask run", "host", ["FLASK_RUN_HOST=0.0.0.0"], "0.0.0.0"),
        ("litestar run", "host", ["LITESTAR_HOST=0.0.0.0"], "0.0.0.0"),
        ("hypercorn a:b", "bind", ["PORT=80", "GUNICORN_CMD_ARGS=-b x"], None),
        ("gunicorn a:b", "bind", ["PORT=80"], "0.0.0.0:80"),
        ("gunicorn a:b", "bind", ["GUNICORN_CMD_ARGS=-w 2 --bind=:80", "PORT=81"], ":80"),
        ("gunicorn a:b", "bind", ["GUNICORN_CMD_ARGS=-w 2", "PORT=81"], "0.0.0.0:81"),
        ("gunicorn a:b -b :82", "bind", ["GUNICORN_CMD_ARGS=-b :80", "PORT=81"], ":82"),
        ("gunicorn a:b", "workers", ["WEB_CONCURRENCY=4"], "4"),
        ("gunicorn a:b -w 2", "workers", ["WEB_CONCURRENCY=4"], "2"),
        ("gunicorn a:b", "worker-class", ["GUNICORN_CMD_ARGS=-k 'gevent'"], "gevent"),
        ("uvicorn a:b", "reload", ["UVICORN_RELOAD=true"], "true"),
    ],
)
def test_the_command_line_counts_before_the_servers_own_variables(
    line: str, option: str, env: list[str], value: str | None
):
    assert bind(line, option, *env) == value


HIDDEN = [{"name": "UVICORN_HOST", "valueFrom": {"fieldRef": {}}}]


def test_a_variable_that_cannot_be_seen_is_said_so():
    assert bind("uvicorn a:b", "host", env=HIDDEN) is Hidden.VALUE_FROM
    assert bind("uvicorn a:b", "host", envFrom=[{}]) is Hidden.ENV_FROM
    assert bind("uvicorn a:b --host ::", "host", env=HIDDEN, envFrom=[{}]) == "::"
    assert bind("gunicorn a:b", "bind", envFrom=[{"prefix": "GUNICORN_"}]) is Hidden.ENV_FROM
    assert bind("gunicorn a:b", "bind", envFrom=[{"prefix": "PO"}]) is Hidden.ENV_FROM
    assert bind("gunicorn a:b", "bind", envFrom=[{"prefix": "APP_"}]) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$HOST", "1.2.3.4"),
        ("${HOST}", "1.2.3.4"),
        ("${HOST:-::}", "1.2.3.4"),
        ("${OTHER:-::}", "::"),
        ("${OTHER-::}", "::"),
        ("${EMPTY:-::}", "::"),
        ("${OTHER:-}", ""),
        ("$HOST:${OTHER:-80}", "1.2.3.4:80"),
        ("$OTHER", Hidden.SHELL),
        ("${HOST%%.*}", Hidden.SHELL),
        ("$(hostname)", Hidden.SHELL),
        ("$" * 300, Hidden.SHELL),
    ],
)
def test_variables_of_the_shell_are_filled_in_where_they_can_be_seen(
    text: str, value: str | Hidden
):
    assert bind(f"uvicorn a:b --host {text}", "host", "HOST=1.2.3.4", "EMPTY=") == value


def test_a_shells_variable_may_be_hidden_itself():
    env = [{"name": "HOST", "valueFrom": {"fieldRef": {}}}]
    assert bind("uvicorn a:b --host $HOST", "host", env=env) is Hidden.VALUE_FROM


def test_all_values_are_told_where_an_option_adds_to_others():
    found = facts(["gunicorn", "-b", ":80", "-b", ":81", "a:b"])
    (server,) = found.launch.servers
    assert settings(found, server, "bind") == (":80", ":81")
    assert settings(found, server, "config") == ()
