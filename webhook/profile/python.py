"""Whether an image runs Python: a table of independent signals, joined by noisy-or.

A signal's weight says how sure one would be with nothing else to go by. Signals of one group (say
five variables that configure the interpreter) are one observation and count once. Evidence that says
something else than Python tells of another runtime: unless Python is certain, or is what the command
runs, it is then a guest in the image, and the verdict no more than "maybe".
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from webhook.profile.boundary import declared_base
from webhook.profile.command import RUNS, name_of, other_runtime, programs, runs_python
from webhook.profile.copied import copy_of
from webhook.profile.evidence import Evidence, Source, noisy_or, observed
from webhook.profile.image import Python
from webhook.profile.installs import Kind
from webhook.profile.packages import PYTHON_PACKAGE
from webhook.profile.reading import Reading

YES = 75
"""Score from which an image is a Python image."""
MAYBE = 40
"""Score from which it may be one."""
CERTAIN = 85
"""Weight from which one signal outweighs every sign of another runtime."""

_SAYS = "python"
_INTERPRETER_ENV = re.compile(
    r"PYTHON[A-Z]+|VIRTUAL_ENV|CONDA_DEFAULT_ENV|PYENV_ROOT|(?:PIP|POETRY|PIPENV|PDM)_[A-Z_]+"
    r"|UV_(?!THREADPOOL_SIZE$|USE_IO_URING$)[A-Z_]+"  # those two are libuv's, hence Node's
)
_VENV_PATH = re.compile(
    r"/(?:\.?env\d*|[\w.-]{0,40}venv[\w.-]{0,40}|\.?virtualenvs?)(?:/[\w.-]{1,60})?/bin(?=:|$)"
)
_LIBRARY_ENV = re.compile(
    r"(?:DJANGO|FLASK|GUNICORN|UVICORN|HYPERCORN|GRANIAN|CELERY|AIRFLOW|JUPYTER|STREAMLIT|GRADIO"
    r"|DAGSTER|MLFLOW|NUMBA|KERAS|PYTORCH|TRANSFORMERS|PYSPARK|ANSIBLE|SCRAPY)_[A-Z_]+"
    r"|MPLCONFIGDIR|MPLBACKEND|HF_HUB_\w+|TORCH_HOME"
)
_VERSION = re.compile(r"[23](?:\.\d+){0,2}(?:[a-z]+\d+)?")
_RIVAL_ENV = {
    "DOTNET_VERSION": "dotnet",
    "GOLANG_VERSION": "go",
    "JAVA_VERSION": "java",
    "JULIA_VERSION": "julia",
    "NODE_VERSION": "node",
    "PHP_VERSION": "php",
    "RUBY_VERSION": "ruby",
    "RUST_VERSION": "rust",
    "R_HOME": "R",
    "R_VERSION": "R",
}
"""Variables that other languages' official images set."""
_BUILDPACK = re.compile(
    r"(?:^|[/._-])(?:c?python\d*|pip(?:-install)?|pipenv(?:-install)?|poetry(?:-install|-run)?"
    r"|(?:mini)?conda(?:-env-update)?|uv)(?:$|[/._-])"
)
_PYTHON_BASE = re.compile(r"/(?:python|pypy)[\d.-]*$|/python\d*-")
_NODE = frozenset({"node", "npm", "yarn", "pnpm"})
_BARE = re.compile(r"python[23]?(?:-is-python3|-minimal)?")
"""A distribution's interpreter, without anything to install packages with."""
_TOOLCHAIN = frozenset({"make", "g++", "gcc-c++", "build-base", "build-essential"})
_SOURCES = re.compile(
    r"(?:\S*/)?(?:[\w*.-]+\.py|requirements[\w.-]*\.txt|pyproject\.toml|Pipfile(?:\.lock)?|uv\.lock"
    r"|poetry\.lock|setup\.cfg|environment\.ya?ml)"
)
_ENVIRONMENT = re.compile(
    r"/(?:\.?venv|virtualenvs?|site-packages|dist-packages|conda|lib/python[23]\.\d+)(?:/|$)"
    r"|/bin/python[23]?[\d.]*$"
)
_STORE = re.compile(
    r"/nix/store/[0-9a-z]{2,32}-(python3?-\d[\w.-]*|python3\d+-[\w.-]+|python3\.\d+-[\w.-]+)"
)


def signals(reading: Reading) -> Iterator[Evidence]:
    """Everything in the metadata that speaks for Python, weakest included."""
    for signal in _SIGNALS:
        yield from signal(reading)


def judge(evidence: Sequence[Evidence], tells_nothing: bool) -> Python:
    """The verdict over all evidence, wherever it was made; versions are another judge's."""
    pro = [piece for piece in evidence if piece.says == _SAYS]
    score = noisy_or(piece.weight for piece in pro)
    has_rival = len(pro) < len(evidence)
    is_certain = any(p.weight >= CERTAIN or p.source is Source.COMMAND for p in pro)
    verdict: Literal["yes", "maybe", "no", "unknown"] = "no"
    if score >= YES and (is_certain or not has_rival):
        verdict = "yes"
    elif score >= MAYBE:
        verdict = "maybe"
    elif tells_nothing and not has_rival:
        verdict = "unknown"
    return Python(verdict=verdict, score=score, evidence=tuple(evidence))


def with_command(python: Python, argv: Sequence[str]) -> Python:
    """The verdict on a container whose Pod runs ``argv`` instead of the image's own command."""
    kept = [piece for piece in python.evidence if piece.source is not Source.COMMAND]
    judged = judge([*_of_argv(argv), *kept], tells_nothing=python.verdict == "unknown")
    return msgspec.structs.replace(
        python, verdict=judged.verdict, score=judged.score, evidence=judged.evidence
    )


def _command(reading: Reading) -> Iterator[Evidence]:
    told = list(_of_argv(reading.argv))
    yield from told
    if not told:
        asked = {name for install in reading.installs for name in install.names}
        own = next((p for p in programs(reading.argv) if name_of(p) in asked), None)
        if own is not None:
            yield observed(Source.COMMAND, _SAYS, RUNS, f"{own[0]}, which pip installed")


def _of_argv(argv: Sequence[str]) -> Iterator[Evidence]:
    run = runs_python(argv)
    if run is not None:
        yield run
    elif rival := other_runtime(argv):
        yield observed(Source.COMMAND, rival, RUNS, " ".join(argv[:6]))


def _rivals(reading: Reading) -> Iterator[Evidence]:
    """Another language's official image: Python is its guest, if it is there at all."""
    for name, language in _RIVAL_ENV.items():
        if reading.env.get(name):
            yield observed(Source.CONFIG, language, 60, f"ENV {name}={reading.env[name]}")


def _interpreter(reading: Reading) -> Iterator[Evidence]:
    version = reading.env.get("PYTHON_VERSION", "")
    pypy = reading.env.get("PYPY_VERSION", "")
    if pypy:
        yield observed(Source.CONFIG, _SAYS, 85, f"ENV PYPY_VERSION={pypy}")
    elif _VERSION.fullmatch(version):
        weight, beside = (90, " beside its proof") if reading.is_official else (55, "")
        yield observed(Source.CONFIG, _SAYS, weight, f"ENV PYTHON_VERSION={version}{beside}")


def _declared(reading: Reading) -> Iterator[Evidence]:
    version = reading.annotations.get("com.google.distroless.python.version")
    if version:
        yield observed(Source.ANNOTATION, _SAYS, 90, f"distroless python {version}")
    base = declared_base(reading)
    if base is not None and _PYTHON_BASE.search(base.path):
        yield observed(base.source, _SAYS, min(90, base.weight), f"base {base.reference}")
    for pack in reading.buildpacks:
        if _BUILDPACK.search(pack):
            yield observed(Source.LABEL, _SAYS, 85, f"buildpack {pack}")
            break
    if "python" in re.split(r"[\s,]+", reading.labels.get("io.openshift.tags", "")):
        yield observed(Source.LABEL, _SAYS, 80, "io.openshift.tags names python")
    if _PYTHON_BASE.search(reading.labels.get("com.docker.dhi.name", "")):
        yield observed(Source.LABEL, _SAYS, 80, "com.docker.dhi.name names python")
    for name in ("FUNCTIONS_WORKER_RUNTIME", "BITNAMI_APP_NAME", "GOOGLE_RUNTIME"):
        if reading.env.get(name, "").startswith("python"):
            yield observed(Source.CONFIG, _SAYS, 80, f"ENV {name}={reading.env[name]}")


def _environment(reading: Reading) -> Iterator[Evidence]:
    path = reading.env.get("PATH", "")
    venv = _VENV_PATH.search(path)
    if venv:
        yield observed(Source.CONFIG, _SAYS, 45, f"virtual environment on PATH: {venv[0]}")
    else:
        yield from _first_name(reading, _INTERPRETER_ENV)
    yield from _first_name(reading, _LIBRARY_ENV)


def _first_name(reading: Reading, pattern: re.Pattern[str]) -> Iterator[Evidence]:
    for name in reading.env:
        if pattern.fullmatch(name):
            yield observed(Source.CONFIG, _SAYS, 45, f"ENV {name}")
            return


def _conda(reading: Reading) -> Iterator[Evidence]:
    """Conda is there: packages of any language installed by it say little more."""
    named = next((i for i in reading.installs if i.kind is Kind.CONDA_NAMED), None)
    conda = reading.conda
    if named is not None:
        yield observed(Source.HISTORY, _SAYS, 50, f"conda: {' '.join(named.command)}")
    elif conda is not None:
        yield observed(conda[0], _SAYS, 45, f"conda: {conda[1]}")


_INSTALL_WEIGHTS = {
    Kind.PROJECT: 60,
    Kind.LIBRARY: 60,
    Kind.NAMED: 55,
    Kind.TOOL: 40,
    Kind.ENVIRONMENT: 60,
    Kind.INTERPRETER: 60,
}
_INSTALL_GROUPS = (
    (Kind.PROJECT, Kind.LIBRARY, Kind.NAMED, Kind.TOOL),
    (Kind.ENVIRONMENT,),
    (Kind.INTERPRETER,),
)


def _installs(reading: Reading) -> Iterator[Evidence]:
    for group in _INSTALL_GROUPS:
        found = [install for install in reading.installs if install.kind in group]
        best = max(found, key=lambda install: _INSTALL_WEIGHTS[install.kind], default=None)
        if best is not None:
            detail = f"{best.tool}: {' '.join(best.command)}"
            yield observed(Source.HISTORY, _SAYS, _INSTALL_WEIGHTS[best.kind], detail)


def _packages(reading: Reading) -> Iterator[Evidence]:
    found = [package for package in reading.packages if PYTHON_PACKAGE.fullmatch(package.name)]
    if not found:
        return
    # node-gyp wants python3, make and a compiler, in images of other languages' web applications
    # too: that Python is there to build, not to run.
    runtime = other_runtime(reading.argv)
    is_node = "NODE_VERSION" in reading.env or runtime in _NODE
    is_toolchain = bool(is_node or runtime) and all(
        package.beside & _TOOLCHAIN and (is_node or _BARE.fullmatch(package.name))
        for package in found
    )
    names = " ".join(dict.fromkeys(package.name for package in found))
    weight = 30 if is_toolchain else 45
    yield observed(Source.HISTORY, _SAYS, weight, f"{found[0].family}: {names}")


def _copies(reading: Reading) -> Iterator[Evidence]:
    """The best of what was copied in: a function's code, an environment, a project's files."""
    is_function = bool(reading.env.get("LAMBDA_TASK_ROOT"))
    found: list[tuple[int, str]] = []
    for step in reading.steps:
        copy = copy_of(step)
        if copy is None:
            continue
        source = next(filter(_SOURCES.fullmatch, copy.sources), None)
        if source is not None:
            found.append((80 if is_function and source.endswith(".py") else 45, step.text))
        if _ENVIRONMENT.search(copy.destination[-256:]):
            found.append((60, step.text))
    if found:
        weight, text = max(found, key=lambda item: item[0])
        yield observed(Source.HISTORY, _SAYS, weight, f"copied: {text}")


def _store_paths(reading: Reading) -> Iterator[Evidence]:
    found: dict[str, None] = {}
    for step in reading.steps:
        if step.comment.startswith("store paths:"):
            found |= dict.fromkeys(_STORE.findall(step.comment[:65_536]))
    if found:
        # An interpreter alone may be a dependency; an environment or libraries are meant.
        is_meant = any("-env" in name or not name.startswith("python3-") for name in found)
        yield observed(Source.HISTORY, _SAYS, 80 if is_meant else 45, f"nix: {' '.join(found)}")


_SIGNALS: tuple[Callable[[Reading], Iterable[Evidence]], ...] = (
    _command,
    _rivals,
    _interpreter,
    _declared,
    _environment,
    _conda,
    _installs,
    _packages,
    _copies,
    _store_paths,
)
