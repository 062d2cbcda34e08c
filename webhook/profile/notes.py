"""What is in a layer, in a few words for people."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from webhook.layer import Look
from webhook.profile.printable import cut

MAX_NOTE = 60
"""Characters of all that is said of one layer."""
_MAX_NAME = 24
_MAX_ENVIRONMENTS = 2
_SMALL = 100_000
"""Bytes of a cache below which it is not worth a word."""
_SYSTEMS = {"etc/alpine-release": "Alpine", "etc/debian_version": "Debian"}
_PYTHON = re.compile(r"(?:python|pypy)[23]\.\d{1,2}t?")
_TOLD = (
    *("gcc", "g++", "cc", "cc1", "clang", "as", "ld", "make", "cmake", "cargo", "rustc", "go"),
    *("pip", "uv", "poetry", "pdm", "pipenv", "hatch", "conda", "mamba", "micromamba"),
    *("node", "java", "git", "curl", "gunicorn", "uvicorn", "celery"),
)
"""Programs that are worth a word, in the order in which they are told."""
_WORTH = frozenset(_TOLD)


class Tally:
    """What was seen of one layer."""

    def __init__(self, head: Look | None) -> None:
        self._texts = head.texts if head else {}
        self._programs: set[str] = set()
        self._caches: Counter[str] = Counter()
        self.packages: set[str] = set()
        """Normalised names of Python distributions."""
        self.environments: dict[str, None] = {}
        """Folders of virtual environments, in the order in which they were seen."""
        self.files: Counter[str] = Counter()
        """Files of the application, by its outermost folder."""

    def program(self, name: str, tool: str) -> None:
        """A program was seen, which is a tool whatever version is in its name."""
        if tool in _WORTH or (name.startswith("py") and _PYTHON.fullmatch(name)):
            self._programs.add(tool)

    def cache(self, manager: str, size: int) -> None:
        """A cache of a package manager was seen."""
        self._caches[manager] += size

    def notes(self) -> tuple[str, ...]:
        """What there is to say, the most telling first, as much as there is room for."""
        told: list[str] = []
        room = MAX_NOTE
        for phrase in self._phrases():
            if len(phrase) <= room:
                told.append(phrase)
                room -= len(phrase) + 2
        return tuple(told)

    def _phrases(self) -> Iterator[str]:
        for path, name in _SYSTEMS.items():
            if path in self._texts:
                yield cut(f"{name} {self._texts[path].strip()}", _MAX_NAME)
        yield from sorted(name for name in self._programs if name not in _WORTH)
        yield from (name for name in _TOLD if name in self._programs)
        for folder in islice(self.environments, _MAX_ENVIRONMENTS):
            yield f"venv {cut(folder, _MAX_NAME)}"
        for manager, size in self._caches.items():
            if size >= _SMALL:
                yield f"{manager} cache {size / 1e6:.1f} MB"
        if self.packages:
            count = len(self.packages)
            yield f"{count} Python package{'s' if count > 1 else ''}"
        for folder, count in self.files.most_common(1):
            where = cut(folder, _MAX_NAME) or "/"
            yield f"{where}: {count} file{'s' if count > 1 else ''}"
