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
    """Other packages by name: most likely the application."""
    TOOL = "tool"
    """Nothing but installers and programs that images of every language use: pip, awscli …"""
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

    @property
    def is_uv_sync(self) -> bool:
        """Whether it is ``uv sync``, which installs a project by its lock file."""
        return self.tool == "uv" and "sync" in self.command and "pip" not in self.command

    @property
    def asked(self) -> tuple[str, ...]:
        """What pip or its kin was asked for, as written: requirements, paths, URLs."""
        words = _words(self.command)
        for subcommand in _PIP_LIKE.get(self.tool, ()):
            if tuple(words[: len(subcommand)]) == subcommand:
                return tuple(words[len(subcommand) :])
        return ()

    @property
    def names(self) -> frozenset[str]:
        """Names of the packages that pip or its kin was asked for."""
        is_pip = self.kind in (Kind.NAMED, Kind.LIBRARY, Kind.TOOL)
        return _package_names(_words(self.command)) if is_pip else frozenset()


def python_installs(steps: Iterable[Instruction]) -> tuple[Install, ...]:
    """Everything that the history installed for Python, oldest first."""
    return tuple(install for index, step in enumerate(steps) for install in _of_step(index, step))


_PIP = re.compile(r"pip[0-9.]*(?:\$\{?\w+\}?)?")
_WHOLE = {
    "poetry": frozenset({"install", "sync"}),
    "pipenv": frozenset({"sync"}),
    "pdm": frozenset({"install", "sync"}),
    "rye": frozenset({"sync"}),
    "uv": frozenset({"sync"}),
    "pixi": frozenset({"install"}),
    "setup.py": frozenset({"install", "develop"}),
}
"""Subcommands that install a project as a whole."""
_PIP_LIKE: dict[str, tuple[tuple[str, ...], ...]] = {
    "pip": (("install",),),
    "pipx": (("install",),),
    "pipenv": (("install",),),
    "uv": (("pip", "install"), ("tool", "install")),
    "easy_install": ((),),
}
"""The words before the packages, of programs that take packages as pip does."""
_TOOLS = frozenset(
    {"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pdm", "virtualenv", "pipx"}
    | {"awscli", "azure-cli", "cmake", "conan", "cqlsh", "crudini", "docker-compose", "gsutil"}
    | {"httpie", "j2cli", "meson", "ninja", "pre-commit", "s3cmd", "scons", "supervisor", "yq"}
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
_CONDA = frozenset({"conda", "mamba", "micromamba", "conda-lock"})
_PIP_VALUES = frozenset(
    {"-t", "--target", "--prefix", "--root", "-i", "--index-url", "--extra-index-url", "-f"}
    | {"--find-links", "--cache-dir", "--timeout", "--retries", "--trusted-host", "--python", "-C"}
    | {
        "--config-settings",
        "--global-option",
        "--no-binary",
        "--only-binary",
        "--platform",
        "--abi",
    }
    | {"--implementation", "--python-version", "--upgrade-strategy", "--proxy", "--cert", "--log"}
    | {
        "--client-cert",
        "--progress-bar",
        "--report",
        "--root-user-action",
        "--src",
        "--use-feature",
    }
    | {"--exists-action", "--keyring-provider", "--use-deprecated", "--build-constraint"}
    # uv and pipx
    | {
        "--index",
        "--default-index",
        "--index-strategy",
        "--resolution",
        "--prerelease",
        "--override",
    }
    | {"--exclude-newer", "--link-mode", "--torch-backend", "--python-platform", "--directory"}
    | {"--project", "--suffix", "--pip-args", "--with", "-p", "-P", "--upgrade-package"}
)
"""Options of pip whose value is the next word, and says nothing of what is installed."""
_PROJECT_WORD = re.compile(
    r"-r\S*|--requirements?(?:=.*)?|-e|--editable|\.{1,2}(?:\[.*\])?(?:/.*)?|/.*"
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


def _project(command: Command) -> _Found | None:
    name, words = name_of(command), _words(command)
    is_whole = bool(words) and words[0] in _WHOLE.get(name, ())
    is_whole |= name == "pipenv" and words == ["install"]
    is_whole |= name == "pip-sync" or (name == "uv" and words[:2] == ["pip", "sync"])
    return (name, Kind.PROJECT, None) if is_whole else None


def _pip(command: Command) -> _Found | None:
    name, words = name_of(command), _words(command)
    tool = "pip" if _PIP.fullmatch(name) else name
    subcommands = _PIP_LIKE.get(tool, ())
    start = next((len(sub) for sub in subcommands if words[: len(sub)] == list(sub)), None)
    if start is None:
        return None
    options = [word for word in command if word.startswith("-")]
    if any(map(_PROJECT_WORD.fullmatch, (*words, *options))):
        return tool, Kind.PROJECT, None
    names = _package_names(words[start:])
    if names & _LIBRARIES:
        return tool, Kind.LIBRARY, None
    return tool, Kind.TOOL if names <= _TOOLS else Kind.NAMED, None


def _package_names(words: Iterable[str]) -> frozenset[str]:
    return frozenset(_NAME_END.split(word)[0].lower() for word in words)


def _words(command: Command) -> list[str]:
    """The arguments that are neither options nor the values of pip's."""
    words: list[str] = []
    skip = False
    for word in command[1:]:
        if not skip and not word.startswith("-"):
            words.append(word)
        skip = word in _PIP_VALUES
    return words


def _conda(command: Command) -> _Found | None:
    tool = name_of(command)
    words = _words(command)
    is_env = words[:2] in (["env", "create"], ["env", "update"])
    if tool not in _CONDA or not (is_env or words[:1] in (["install"], ["create"])):
        return None
    asked = [word for word in words if _NAME_END.split(word)[0] in ("python", "pip")]
    named = {_NAME_END.split(word)[0] for word in words}
    is_file = any(word == "-f" or word.startswith("--file") for word in command)
    is_environment = is_env or is_file or asked or named & _LIBRARIES
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


_READERS: tuple[Callable[[Command], _Found | None], ...] = (_project, _pip, _conda, _interpreter)


def _built(index: int, text: str) -> Iterator[Install]:
    for tool, pattern in (("source", _SOURCE), ("standalone", _STANDALONE)):
        if match := pattern.search(text):
            version = _URL_VERSION.search(match[0])
            asked = version[1] if version else None
            yield Install(tool, Kind.INTERPRETER, index, (match[0],), asked)
