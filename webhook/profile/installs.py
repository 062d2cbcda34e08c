"""What a build installed for Python: packages by pip and its kin, and interpreters."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from webhook.profile.command import name_of
from webhook.profile.history import Instruction
from webhook.profile.shell import Command


class Kind(StrEnum):
    """What was installed, by what it tells of the image."""

    PROJECT = "project"
    """A project's dependencies or the project: ``-r requirements.txt``, ``uv sync``, ``.``."""
    LIBRARY = "library"
    """Packages by name, libraries or servers among them that only Python programs use."""
    NAMED = "named"
    """Packages by name: the application, or a tool for something else."""
    INSTALLER = "installer"
    """Nothing but pip, uv, poetry and their kin."""
    ENVIRONMENT = "environment"
    """A conda environment from a file, or with Python asked for by name."""
    CONDA_NAMED = "conda-named"
    """Packages by name with conda, which need not be Python's."""
    INTERPRETER = "interpreter"
    """A Python that is not a distribution's package: built from source, by pyenv, by uv."""


@dataclass(frozen=True, slots=True)
class Install:
    """One command that installed something for Python."""

    tool: str
    """``pip``, ``uv``, ``poetry``, ``conda``, ``pyenv``, ``source`` …"""
    kind: Kind
    step: int
    """Index of the history entry."""
    command: Command
    """The command's words; for ``source`` the URL."""
    version: str | None = None
    """The Python version that was asked for, where one was."""


def python_installs(steps: Iterable[Instruction]) -> tuple[Install, ...]:
    """Everything that the history installed for Python, oldest first."""
    return tuple(install for index, step in enumerate(steps) for install in _of_step(index, step))


_PIP = re.compile(r"pip[0-9.]*")
_SUBCOMMANDS = {
    "pip": ("install",),
    "pipx": ("install",),
    "poetry": ("install", "sync"),
    "pipenv": ("install", "sync"),
    "pdm": ("install", "sync"),
    "rye": ("sync",),
    "uv": ("sync", "pip", "tool"),
}
_INSTALLERS = frozenset(
    {"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pdm", "virtualenv"}
)
_LIBRARIES = frozenset(
    {"aiohttp", "apache-airflow", "celery", "dash", "django", "djangorestframework", "fastapi"}
    | {"flask", "gradio", "gunicorn", "jax", "jupyter", "jupyterlab", "keras", "matplotlib"}
    | {"notebook", "numpy", "opencv-python", "opencv-python-headless", "pandas", "psycopg2"}
    | {"psycopg2-binary", "pyspark", "scikit-learn", "scipy", "sqlalchemy", "starlette"}
    | {"streamlit", "tensorflow", "tensorflow-gpu", "tornado", "torch", "transformers", "uvicorn"}
    | {"uwsgi", "vllm", "xgboost"}
)
_NAME_END = re.compile(r"[\[=<>~! ]")
_CONDA = frozenset({"conda", "mamba", "micromamba", "conda-lock", "pixi"})
_PROJECT_WORD = re.compile(
    r"-r\S*|--requirements?(?:=.*)?|-e|--editable|-c|--constraint|\.{1,2}(?:\[.*\])?(?:/.*)?|/.*"
    r"|.*\.(?:whl|tar\.gz|zip|txt|toml)"
)
_SPEC_VERSION = re.compile(r"python(?:={1,2}|@)v?(\d+\.\d+(?:\.\d+)?)")
_VERSION = re.compile(r"(?:c?python[@-])?v?(\d+\.\d+(?:\.\d+)?)(?:[-+].*)?")
_SOURCE = re.compile(
    r"https?://(?:www\.)?python\.org/ftp/python/[^\s\"';]*|https?://github\.com/python/cpython\S*"
)
_STANDALONE = re.compile(r"python-build-standalone[^\s\"';]*")
_URL_VERSION = re.compile(r"(?:/Python-|/python/|/v|/cpython-)(\d+\.\d+\.\d+)")


def _of_step(index: int, step: Instruction) -> Iterator[Install]:
    for program in step.programs:
        found = next(filter(None, (read(program) for read in _READERS)), None)
        if found is not None:
            tool, kind, version = found
            yield Install(tool, kind, index, program, version)
    if step.verb in ("RUN", "ADD"):
        yield from _built(index, step.text)


_Found = tuple[str, Kind, str | None]


def _pip(command: Command) -> _Found | None:
    name = name_of(command)
    tool = "pip" if _PIP.fullmatch(name) else name
    words = [word for word in command[1:] if not word.startswith("-")]
    if not words or words[0] not in _SUBCOMMANDS.get(tool, ()):
        return _setup_py(name, command)
    if tool == "uv" and words[0] != "sync" and words[1:2] != ["install"]:
        return None
    whole = tool in ("poetry", "pdm", "rye") or words[0] == "sync" or words == ["install"]
    if whole or any(map(_PROJECT_WORD.fullmatch, command[2:])):
        return tool, Kind.PROJECT, None
    names = {_NAME_END.split(word)[0].lower() for word in words[1:]} - {"install"}
    if names & _LIBRARIES:
        return tool, Kind.LIBRARY, None
    return tool, Kind.INSTALLER if names <= _INSTALLERS else Kind.NAMED, None


def _setup_py(name: str, command: Command) -> _Found | None:
    if name == "setup.py" and command[1:2] in (("install",), ("develop",)):
        return "setuptools", Kind.PROJECT, None
    return ("setuptools", Kind.NAMED, None) if name == "easy_install" else None


def _conda(command: Command) -> _Found | None:
    tool = name_of(command)
    if tool not in _CONDA or not set(command[1:3]) & {"install", "create", "env", "update"}:
        return None
    if not set(command[1:]) & {"install", "create", "update"}:
        return None
    asked = [word for word in command if re.match(r"(?:python|pip)(?:[=<>@].*)?$", word)]
    is_file = bool({"-f", "--file"} & set(command)) or any(w.startswith("--file=") for w in command)
    is_environment = bool(asked) or is_file or "env" in command[1:2]
    version = next((m[1] for word in asked if (m := _SPEC_VERSION.match(word))), None)
    return tool, Kind.ENVIRONMENT if is_environment else Kind.CONDA_NAMED, version


def _interpreter(command: Command) -> _Found | None:
    tool, words = name_of(command), command[1:]
    if tool == "pyenv" and words[:1] == ("install",):
        asked = words[1:]
    elif tool == "uv" and words[:2] == ("python", "install"):
        asked = words[2:]
    else:
        return None
    version = next((m[1] for word in asked if (m := _VERSION.fullmatch(word))), None)
    return tool, Kind.INTERPRETER, version


_READERS: tuple[Callable[[Command], _Found | None], ...] = (_pip, _conda, _interpreter)


def _built(index: int, text: str) -> Iterator[Install]:
    for tool, pattern in (("source", _SOURCE), ("standalone", _STANDALONE)):
        if match := pattern.search(text):
            version = _URL_VERSION.search(match[0])
            asked = version[1] if version else None
            yield Install(tool, Kind.INTERPRETER, index, (match[0],), asked)
