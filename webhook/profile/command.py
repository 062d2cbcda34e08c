"""What an argv runs: through shells, inits, wrappers and runners down to the programs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.shell import Command, assignment, split

_MAX_DEPTH = 8
_MAX_PROGRAMS = 64
_MAX_WORDS = 4096
"""Words of an argv that are looked at: strangers write them, and each costs time."""
_MAX_SCRIPT = 32 * 1024
"""Characters of a ``sh -c`` text that are looked at; Linux takes four times as many at most."""
_FIRST_WORDS = 8
"""Words of a command among which a ``*.py`` file is looked for."""


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """A program that runs the command behind its own options and arguments."""

    values: str = ""
    """Letters of short options whose value is the next word."""
    skip: int = 0
    """Arguments of its own before the command."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WRAPPERS = {
    **dict.fromkeys(
        _names("""
            exec command nohup time stdbuf setsid xvfb-run catatonit dumb-init docker-init eval
            setpriv catchsegv ddtrace-run opentelemetry-instrument with-contenv doas
        """),
        _Wrapper(),
    ),
    "tini": _Wrapper("pe"),
    "env": _Wrapper("uCS"),
    "nice": _Wrapper("n"),
    "ionice": _Wrapper("cnp"),
    "sudo": _Wrapper("ugpCDhRrTt"),
    "xargs": _Wrapper("nIPLdEs"),
    "gosu": _Wrapper(skip=1),
    "su-exec": _Wrapper(skip=1),
    "timeout": _Wrapper("sk", skip=1),
    "chroot": _Wrapper(skip=1),
    "numactl": _Wrapper("CNlmip"),
}
_RUNNERS = {
    **dict.fromkeys(
        _names("uv poetry pipenv pdm rye hatch conda mamba micromamba pixi coverage"), "run"
    ),
    "newrelic-admin": "run-program",
}
"""Programs that run the command behind one of their subcommands."""
_RUNNER_VALUES = _names("""
    -n --name -p --prefix --with --project --directory --extra --group --python --env-file
    --package --cwd -e --environment
""")
_REPLACES = _names("""
    exec env nice ionice nohup stdbuf setpriv numactl chroot gosu su-exec doas ddtrace-run
    opentelemetry-instrument with-contenv busybox
""")
"""Programs that hand their process over to the command they run, where others start a child."""
_KEYWORDS = _names("if then elif else while until do ! { }")
_SHELLS = _names("sh bash dash ash zsh ksh")
_REPLACES_ITSELF = _names("bash zsh ksh")
"""Shells that hand their process over to a single simple command; dash was measured not to."""
_PYTHON = re.compile(
    r"(?:python|pypy)[0-9.]*(?:\$\{?\w+\}?|\.exe)?|graalpy|hy|ipython3?"  # or python${VERSION}
)
_PYTHON_TOOLS = _names("""
    airflow ansible ansible-playbook ansible-runner arq bokeh borgmatic celery certbot chainlit
    checkov circusd coverage dagster dagster-daemon dagster-webserver daphne dask-scheduler
    dask-worker dbt ddtrace-run django-admin django-admin.py dramatiq fastapi flask flower
    gallery-dl granian gunicorn hatch hypercorn huey_consumer huey_consumer.py jupyter
    jupyter-lab jupyter-notebook jupyterhub jupyterhub-singleuser kedro litestar locust luigid
    mitmdump mitmproxy mitmweb mkdocs mlflow newrelic-admin nosetests odoo opentelemetry-instrument
    papermill pdm pelican pipenv poetry pre-commit prefect pserve pytest rq rqworker rye
    salt-master salt-minion sanic scrapy scrapyd semgrep snakemake sphinx-build start-notebook.py
    start-notebook.sh start-singleuser.py start-singleuser.sh streamlit superset torchrun tox
    trytond twistd uv uvicorn uvx uwsgi vllm voila waitress-serve yamllint youtube-dl yt-dlp
""")
"""Programs that are written in Python and nothing else (uWSGI: for Python before all)."""
_OTHER = _names("""
    apache2 apache2-foreground apache2ctl beam.smp bun bundle bundler caddy catalina.sh clojure
    consul crystal deno docker-php-entrypoint dockerd dotnet elixir envoy erl gradle grafana
    grafana-server haproxy httpd httpd-foreground iex irb java jruby jshell julia kong lein lua
    mariadbd memcached mix mongod mvn mysqld nest next nginx node nodejs npm npx nuxt perl php
    php-fpm pnpm postgres prometheus puma pwsh R rackup rails rabbitmq-server rake redis-server
    Rscript ruby rustc sbt scala sidekiq solr swift traefik ts-node tsx unicorn vault yarn
""")
"""Programs that are another language's runtime, or a server that is not written in Python."""
_VENV = re.compile(r"/(?:\.?env|[\w.-]{0,40}venv[\w.-]{0,40}|\.?virtualenvs?/[\w.-]{1,60})/bin/")
_SCRIPT = re.compile(r"(?:[^\s=]*/)?[\w.-]+\.(?:py|pyz|pex)")
_ENTRYPOINT = re.compile(r"\.sh$|entrypoint|start|run|init|launch|wrapper", re.IGNORECASE)

RUNS = 80
"""Weight of a Python interpreter, server or runner in an argv."""
SCRIPT = 60
"""Weight of a ``*.py`` file, or of a program of a virtual environment, in an argv."""


def programs(argv: Sequence[str]) -> tuple[Command, ...]:
    """Every program that ``argv`` comes to run, with its arguments, outermost first.

    Looks through ``sh -c`` (whose text is split), inits, ``exec``, ``env A=b``, ``uv run``,
    ``python -m`` and entrypoint scripts that are handed a command.
    """
    found: list[Command] = []
    for command in _followed(tuple(argv[:_MAX_WORDS]), _MAX_DEPTH):
        found.append(command)
        if len(found) == _MAX_PROGRAMS:
            break
    return tuple(found)


def process_one(argv: Sequence[str]) -> Command:
    """The program that is process 1 in the end, with its arguments: what signals are sent to.

    A shell that stays, an init and a script that is handed a command are process 1 themselves.
    """
    command = tuple(argv[:_MAX_WORDS])
    for _ in range(_MAX_DEPTH):
        successor = _successor(_without_prefix(command))
        if not successor:
            break
        command = successor
    return _without_prefix(command)


def shell_text(command: Command) -> str | None:
    """The text that a shell is given with ``-c``; None for other programs and for script files."""
    if name_of(command) not in _SHELLS:
        return None
    is_text, index = _operand(command[1:])
    return command[index + 1] if is_text and index + 1 < len(command) else None


def runs_python(argv: Sequence[str]) -> Evidence | None:
    """Evidence that ``argv`` runs Python; None when nothing in it says so."""
    best: tuple[int, str] | None = None
    for command in programs(argv):
        weight = _python_weight(command)
        if weight and (best is None or weight > best[0]):
            best = weight, " ".join(command[:4])
    return observed(Source.COMMAND, "python", *best) if best else None


def other_runtime(argv: Sequence[str]) -> str | None:
    """The program of another language's runtime that ``argv`` runs, if it runs no Python."""
    if runs_python(argv) is not None:
        return None
    names = (name_of(command) for command in programs(argv))
    return next((name for name in names if name in _OTHER), None)


def name_of(command: Command) -> str:
    """The program's name without its directory."""
    return command[0].replace("\\", "/").rpartition("/")[2] if command else ""


def _python_weight(command: Command) -> int:
    name = name_of(command)
    if _PYTHON.fullmatch(name) or name in _PYTHON_TOOLS:
        return RUNS
    names_script = any(map(_SCRIPT.fullmatch, command[:_FIRST_WORDS]))
    return SCRIPT if names_script or _VENV.search(command[0]) else 0


def _followed(argv: Command, depth: int) -> Iterator[Command]:
    command = _without_prefix(argv)
    if not command or depth == 0:
        return
    yield command
    for inner in _inner(name_of(command), command):
        yield from _followed(inner, depth - 1)


def _without_prefix(argv: Command) -> Command:
    """Leading assignments, shell keywords and the empty words of ``Entrypoint: [""]`` dropped."""
    start = 0
    while start < len(argv) and (
        not argv[start] or argv[start] in _KEYWORDS or assignment(argv[start])
    ):
        start += 1
    return argv[start:]


def _successor(command: Command) -> Command:
    """The command that takes the process over; nothing where ``command`` keeps it."""
    name, rest = name_of(command), command[1:]
    text = shell_text(command)
    if text is not None:
        commands = split(text[:_MAX_SCRIPT])
        last = _without_prefix(commands[-1]) if commands else ()
        is_single = len(commands) == 1 and name in _REPLACES_ITSELF
        return last if last[:1] == ("exec",) or is_single else ()
    if name not in _REPLACES:
        return ()
    return rest if name == "busybox" else _of_wrapper(_WRAPPERS[name], rest)


def _inner(name: str, command: Command) -> Iterator[Command]:
    """The commands that ``command`` runs in its turn, one level down."""
    rest = command[1:]
    if name == "busybox":
        yield rest
    elif name in _SHELLS:
        yield from _of_shell(rest)
    elif name in ("su", "runuser") and "-c" in rest:
        yield from _script(rest[rest.index("-c") + 1 :])
    elif name in _WRAPPERS:
        yield _of_wrapper(_WRAPPERS[name], rest)
    elif _RUNNERS.get(name) in rest[:1]:
        yield _after_options(rest[1:])
    elif _PYTHON.fullmatch(name):
        yield _of_python(rest)
    elif "--" in rest:
        yield rest[rest.index("--") + 1 :]
    elif rest and not rest[0].startswith("-") and _ENTRYPOINT.search(name):
        yield rest  # a script that is handed a command, and most likely runs it


def _of_shell(rest: Command) -> Iterator[Command]:
    is_text, index = _operand(rest)
    if is_text:
        yield from _script(rest[index:])
    else:
        yield rest[index:]  # a script, which may be one of ours


def _operand(rest: Command) -> tuple[bool, int]:
    """Where a shell's text or script stands behind its options, and whether it is a text (-c)."""
    index = 0
    while index < len(rest) and rest[index].startswith(("-", "+")):
        word = rest[index]
        index += 1
        is_long = word.startswith("--")
        if word.endswith("c") and not is_long:
            return True, index
        index += word.endswith(("o", "O")) and not is_long  # -o pipefail -O extglob
    return False, index


def _script(rest: Command) -> tuple[Command, ...]:
    """The commands of the shell text that stands first, if any does."""
    return split(rest[0][:_MAX_SCRIPT]) if rest else ()


def _of_wrapper(wrapper: _Wrapper, rest: Command) -> Command:
    index = 0
    while index < len(rest) and (rest[index].startswith("-") or assignment(rest[index])):
        if rest[index] == "--":
            index += 1
            break
        takes_value = len(rest[index]) == 2 and rest[index][1] in wrapper.values
        index += 2 if takes_value else 1
    return rest[index + wrapper.skip :]


def _after_options(rest: Command) -> Command:
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        if rest[index] == "--":
            return rest[index + 1 :]
        index += 2 if rest[index] in _RUNNER_VALUES else 1
    return rest[index:]


def _of_python(rest: Command) -> Command:
    index = 0
    while index < len(rest) and rest[index].startswith("-"):
        if rest[index] in ("-m", "-c"):
            return rest[index + 1 :] if rest[index] == "-m" else ()
        index += 2 if rest[index] in ("-W", "-X") else 1
    return rest[index:]
