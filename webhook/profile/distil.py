"""From the names of files in layers to what rules ask of them.

Only layers above the base count: a base's compilers are told by what the base is. Everything is
worked out once for an image; a rule looks up names.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from webhook.layer import Look
from webhook.profile import inside
from webhook.profile.contents import NOT_ASKED, Contents
from webhook.profile.environments import Environments
from webhook.profile.origins import Made, destinations, made
from webhook.profile.places import CACHE_FOLDERS, Places
from webhook.profile.reading import Reading
from webhook.profile.search import Search
from webhook.profile.stack import Stack

_CACHE_VARIABLES = {
    "PIP_CACHE_DIR": "pip",
    "UV_CACHE_DIR": "uv",
    "POETRY_CACHE_DIR": "poetry",
    "PIPENV_CACHE_DIR": "pipenv",
    "PDM_CACHE_DIR": "pdm",
    "CONDA_PKGS_DIRS": "conda",
}
_CACHE_OPTION = "--cache-dir"


def contents(stack: Stack, own: Sequence[bool | None], reading: Reading) -> Contents:
    """What is in the own layers of an image; ``own`` says of each layer whether it is one.

    Where that is not known, every layer but the first is taken for one, and one alone for all.
    """
    layers = made(reading.steps, len(own))
    above = tuple(at > 0 or len(own) == 1 if flag is None else flag for at, flag in enumerate(own))
    looked: tuple[Literal["all", "head"] | None, ...] = tuple(map(_extent, stack.files))
    reached = tuple(look.entries[-1].path if look and look.entries else "" for look in stack.files)
    origins = tuple(each.origin for each in layers)
    blind = _blind(stack, above, layers)
    if stack.is_blank:
        return Contents(looked=looked, reached=reached, origins=origins, blind=blind)
    home = reading.config.config.working_dir or ""
    of_own = [each for each, is_own in zip(layers, above, strict=True) if is_own]
    places = Places(destinations(of_own, home), _caches(reading))
    found = Search(stack, above, layers, places, Environments(stack, layers, home))
    found.run()
    return Contents(
        looked=looked,
        reached=reached,
        origins=origins,
        blind=blind,
        programs=found.programs,
        packages=found.packages,
        caches=found.of("caches"),
        bytecode=found.of("bytecode"),
        installed_bytecode=found.of("installed_bytecode"),
        tests=found.of("tests"),
        installed_tests=found.of("installed_tests"),
        leaks=found.leaks(),
        loose=found.loose(),
        secrets=found.of("secrets"),
        venvs=found.of("venvs"),
        lockfiles=found.of("lockfiles"),
        notes=found.notes(),
        machine=inside.machine(stack),
    )


def _extent(look: Look | None) -> Literal["all", "head"] | None:
    if look is None:
        return None
    return "all" if look.complete else "head"


def _blind(stack: Stack, own: Sequence[bool], layers: Sequence[Made]) -> str:
    """Why no own layer was looked at; a ``WORKDIR`` has nothing to look at."""
    asked = [at for at, each in enumerate(layers) if own[at] and each.holds_files]
    if not asked or any(stack.files[at] is not None for at in asked):
        return ""
    seen = (stack.seen[at] for at in asked)
    lost = next((each.lost for each in seen if each and each.lost), None)
    return lost.detail if lost else NOT_ASKED


def _caches(reading: Reading) -> Mapping[str, str]:
    """Where variables and options put the caches of package managers."""
    found = {reading.env.get(name, ""): tool for name, tool in _CACHE_VARIABLES.items()}
    home = reading.env.get("XDG_CACHE_HOME", "").rstrip("/")
    found |= {f"{home}/{folder}": tool for folder, tool in CACHE_FOLDERS.items() if home}
    for install in reading.installs:
        for at, word in enumerate(install.command):
            if word == _CACHE_OPTION:
                found |= dict.fromkeys(install.command[at + 1 : at + 2], install.tool)
            elif word.startswith(f"{_CACHE_OPTION}="):
                found[word.partition("=")[2]] = install.tool
    return {folder.strip("/"): tool for folder, tool in found.items() if folder.startswith("/")}
