"""What was found in an image's own layers: the part of the profile that takes a look at files.

Only what is there is told, never what is not: a look sees the beginning of a layer, so that a file
that was not found may still be there. ``looked`` and ``blind`` say how far it went.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

NOT_ASKED = "layers were not looked into"


class Origin(StrEnum):
    """Where the files of a layer came from."""

    CONTEXT = "context"
    """Copied from the build context."""
    STAGE = "stage"
    """Copied out of another stage or image."""
    COPY = "copy"
    """Copied: the builder does not say from where."""
    RUN = "run"
    """Made by a command of the build."""
    UNKNOWN = "unknown"
    """The history does not tell, or of more than one of these."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """A file or folder of a layer that no later layer removes, as far as those were looked at."""

    path: str
    """Without a leading slash."""
    layer: int
    """Index of the layer, bottom first, counted from 0."""
    size: int = 0
    """Bytes on disk; of a folder, those of the files in it that were seen."""
    what: str = ""
    """What it is, where the path alone does not say: ``pip``, ``private key``, ``cpython-312`` …"""
    weight: int = 95
    """How far it is to be believed, 0 to 100: less where later layers were not looked at."""


class Contents(msgspec.Struct, frozen=True):
    """What was found above the base. Every list is in the order of the layers, and bounded."""

    looked: tuple[Literal["all", "head"] | None, ...] = ()
    """How far each layer of the image was looked at, bottom first; None for not at all."""
    reached: tuple[str, ...] = ()
    """The last path that was in view of each layer; empty for one that was not looked at. Files
    stand in the order of their names."""
    origins: tuple[Origin, ...] = ()
    """Where the files of each layer came from, bottom first."""
    blind: str = NOT_ASKED
    """Why no own layer was looked at; empty when one was, or when there is none."""
    programs: Mapping[str, Found] = {}
    """Name → program in a folder of programs: compilers and installers among them. A compiler with
    a version or a target in its name is found under the bare one, too (``gcc-12``: ``gcc``)."""
    packages: Mapping[str, Found] = {}
    """Normalised name → Python distribution (``*.dist-info``, ``*.egg-info``)."""
    caches: tuple[Found, ...] = ()
    """Caches of package managers; ``what`` names the manager."""
    bytecode: tuple[Found, ...] = ()
    """``__pycache__`` folders of the application; ``what`` is the tag of the files in them, or the
    tags, apart by a blank."""
    installed_bytecode: tuple[Found, ...] = ()
    """The first of those below ``site-packages``, which installers write."""
    tests: tuple[Found, ...] = ()
    """Test suites of the application, and what test runners leave behind."""
    installed_tests: tuple[Found, ...] = ()
    """The first of those that libraries brought."""
    leaks: tuple[Found, ...] = ()
    """What nobody means to ship: ``.git``, editors' folders, virtual environments of a host (whose
    ``what`` is ``venv``) …"""
    loose: tuple[Found, ...] = ()
    """What is often a leak and often meant: notebooks, databases, logs, ``build`` …"""
    secrets: tuple[Found, ...] = ()
    """Files that may hold secrets, removed ones included: they stay in the layer below. ``what`` is
    the shape that was seen in them, or ``NO_SHAPE`` for one that was read to its end and has none."""
    venvs: tuple[Found, ...] = ()
    """``pyvenv.cfg`` of virtual environments."""
    lockfiles: tuple[Found, ...] = ()
    """``uv.lock``, ``poetry.lock``, ``pylock.toml``, ``Pipfile.lock`` …"""
    notes: Mapping[int, tuple[str, ...]] = {}
    """Index of a layer → what is in it, in a few words for people; base layers too."""
    machine: str | None = None
    """Architecture of the programs that were seen, in Go's words; None when none was."""


NO_SHAPE = "no shape"
"""``what`` of a file whose content has not the shape of a secret."""
