import pytest

from webhook.profile.command import (
    name_of,
    other_runtime,
    process_one,
    programs,
    runs_python,
    shell_text,
)


@pytest.mark.parametrize(
    ("argv", "last"),
    [
        (["python", "app.py"], ("app.py",)),
        (["/usr/bin/python3.11", "-u", "-W", "ignore", "/app/main.py"], ("/app/main.py",)),
        (["python", "-m", "uvicorn", "app:app"], ("uvicorn", "app:app")),
        (["python", "-c", "print(1)"], ("python", "-c", "print(1)")),
        (["sh", "-c", "exec gunicorn app:app"], ("gunicorn", "app:app")),
        (["/bin/bash", "-o", "pipefail", "-c", "a | uvicorn x"], ("uvicorn", "x")),
        (["bash", "-lc", "A=b flask run"], ("flask", "run")),
        (["bash", "/start.sh", "x"], ("x",)),
        (["/bin/sh", "nosetests", "-v"], ("nosetests", "-v")),
        (["tini", "-g", "--", "celery", "-A", "x"], ("celery", "-A", "x")),
        (["tini", "-p", "SIGTERM", "celery"], ("celery",)),
        (
            ["/usr/bin/dumb-init", "--", "/entrypoint", "airflow", "webserver"],
            ("airflow", "webserver"),
        ),
        (["env", "-u", "X", "A=b", "gunicorn", "x"], ("gunicorn", "x")),
        (["uv", "run", "--frozen", "--with", "x", "granian", "y"], ("granian", "y")),
        (["poetry", "run", "daphne"], ("daphne",)),
        (["conda", "run", "--no-capture-output", "-n", "app", "streamlit"], ("streamlit",)),
        (["gosu", "app", "hypercorn"], ("hypercorn",)),
        (["su", "app", "-c", "python x.py"], ("x.py",)),
        (["newrelic-admin", "run-program", "gunicorn", "x"], ("gunicorn", "x")),
        (["opentelemetry-instrument", "--a=b", "gunicorn"], ("gunicorn",)),
        (["dockerize", "-wait", "tcp://db:5432", "--", "uwsgi"], ("uwsgi",)),
        (["docker-entrypoint.sh", "gunicorn", "x"], ("gunicorn", "x")),
        (["", "python"], ("python",)),
        (["timeout", "-k", "5", "10", "python"], ("python",)),
    ],
)
def test_programs_are_followed_down_to_what_runs(argv: list[str], last: tuple[str, ...]) -> None:
    assert programs(argv)[-1] == last


@pytest.mark.parametrize(
    ("argv", "process"),
    [
        (["python", "app.py"], ("python", "app.py")),
        (["sh", "-c", "exec python app.py"], ("python", "app.py")),
        (["sh", "-c", "cd /app && A=b exec python app.py"], ("python", "app.py")),
        (["sh", "-c", "exec sh -c 'exec python a'"], ("python", "a")),
        (["bash", "-c", "python app.py"], ("python", "app.py")),
        (["bash", "-o", "pipefail", "-c", "A=b python app.py"], ("python", "app.py")),
        (["env", "A=b", "python", "app.py"], ("python", "app.py")),
        (["gosu", "app", "python", "app.py"], ("python", "app.py")),
        (["opentelemetry-instrument", "python", "app.py"], ("python", "app.py")),
        (["busybox", "sh", "-c", "exec python app.py"], ("python", "app.py")),
        (["", "python"], ("python",)),
        ([], ()),
        ([""], ()),
    ],
)
def test_whoever_hands_its_process_over_is_not_process_one(
    argv: list[str], process: tuple[str, ...]
) -> None:
    assert process_one(argv) == process


@pytest.mark.parametrize(
    "argv",
    [
        ["sh", "-c", "python app.py"],
        ["sh", "-c", "exec python migrate.py; python app.py"],
        ["bash", "-c", "cd /app; python app.py"],
        ["bash", "-c", ""],
        ["sh", "/start.sh"],
        ["tini", "--", "python", "app.py"],
        ["timeout", "10", "python", "app.py"],
        ["uv", "run", "python", "app.py"],
        ["/entrypoint.sh", "python", "app.py"],
        ["env"],
        ["exec"],
    ],
)
def test_a_shell_an_init_and_a_script_stay_process_one(argv: list[str]) -> None:
    assert process_one(argv) == tuple(argv)


def test_handing_over_without_end_is_given_up() -> None:
    assert process_one(["env"] * 1000)[0] == "env"


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (("sh", "-c", "x"), "x"),
        (("/bin/bash", "-o", "pipefail", "-ec", "x", "y"), "x"),
        (("bash", "-O", "extglob", "-c", "x"), "x"),
        (("bash", "--login", "-c", "x"), "x"),
        (("sh", "-c", ""), ""),
        (("sh", "-c"), None),
        (("bash", "-o", "-c"), None),
        (("sh", "/start.sh", "-c", "x"), None),
        (("python", "-c", "x"), None),
        ((), None),
    ],
)
def test_the_text_of_a_shell_stands_behind_its_c(argv: tuple[str, ...], text: str | None) -> None:
    assert shell_text(argv) == text


@pytest.mark.parametrize(
    "argv", [[], [""], ["sh", "-c"], ["sh"], ["--"], ["env", "A=b"], ["su", "-c"]]
)
def test_an_argv_that_ends_early_breaks_nothing(argv: list[str]) -> None:
    assert runs_python(argv) is None


def test_wrapping_without_end_is_given_up() -> None:
    assert len(programs(["env"] * 1000)) <= 8
    assert len(programs(["sh", "-c", "a;" * 1000])) <= 64


@pytest.mark.parametrize(
    ("argv", "weight"),
    [
        (["python3.12", "-m", "app"], 80),
        (["/opt/conda/envs/x/bin/python", "a"], 80),
        (["gunicorn", "app:app"], 80),
        (["pypy3", "x.py"], 80),
        (["sh", "-c", "cd /app && exec python manage.py migrate"], 80),
        (["C:\\Python\\python.exe", "x.py"], 80),
        (["/entrypoint.sh", "celery"], 80),
        (["sh", "-c", "python${PY} app.py"], 80),
        (["poetry", "run", "mytool"], 80),
        (["tini", "-g", "--", "start-notebook.sh"], 80),
        (["/app/main.py"], 60),
        (["spark-submit", "--master", "local", "/app/job.py"], 60),
        (["/opt/venv/bin/mytool", "serve"], 60),
        (["/app/.venv/bin/mytool"], 60),
        (["/home/x/.virtualenvs/a/bin/mytool"], 60),
    ],
)
def test_an_argv_that_runs_python_is_evidence(argv: list[str], weight: int) -> None:
    evidence = runs_python(argv)
    assert evidence is not None
    assert (evidence.weight, evidence.says) == (weight, "python")


@pytest.mark.parametrize(
    "argv",
    [
        ["node", "server.js"],
        ["supervisord", "-n"],
        ["/bin/bash"],
        ["/start.sh"],
        ["java", "-jar", "python.jar"],
        ["/server", "--config=/etc/x.py"],
        ["nginx", "-g", "daemon off;"],
        ["/usr/bin/irb"],
    ],
)
def test_an_argv_without_python_is_none(argv: list[str]) -> None:
    assert runs_python(argv) is None


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["tini", "--", "node", "server.js"], "node"),
        (["docker-php-entrypoint", "php-fpm"], "docker-php-entrypoint"),
        (["sh", "-c", "exec java -jar x.jar"], "java"),
        (["sh", "-c", "python migrate.py && nginx"], None),
        (["supervisord"], None),
        (["/start.sh"], None),
    ],
)
def test_another_runtime_is_named_only_where_no_python_runs(
    argv: list[str], name: str | None
) -> None:
    assert other_runtime(argv) == name


def test_a_programs_name_has_no_directory() -> None:
    assert name_of(("/usr/bin/python3", "x")) == "python3"
    assert name_of(()) == ""


@pytest.mark.parametrize(
    "argv",
    [
        ("sh", "-c", "\\" * 1_000_000),
        ("sh", "-c", '"' * 1_000_000),
        ("sh", "-c", ";" * 1_000_000),
        ("env", *["A=b"] * 300_000, "python"),
    ],
    ids=["escapes", "quotes", "commands", "assignments"],
)
def test_what_is_longer_than_any_command_is_not_read_to_its_end(argv):
    assert len(programs(argv)) <= 2
