"""How a container is started: its command line, and the programs and servers it comes to run.

Source of the interpreter's options: CPython, Python/initconfig.c.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Self

import msgspec

from webhook.profile.command import name_of, process_one, programs
from webhook.profile.serving import Server, servers
from webhook.profile.shell import Command

INTERPRETER = re.compile(r"(?:python|pypy)[0-9.]*", re.ASCII)
"""Name of a Python interpreter."""
_WITH_VALUE = "XWQ"
_LONG_WITH_VALUE = "--check-hash-based-pycs"


class Launch(msgspec.Struct, frozen=True):
    """A command line and what is to be known of it, worked out once."""

    argv: tuple[str, ...]
    programs: tuple[Command, ...]
    """Every program that ``argv`` comes to run, outermost first."""
    names: tuple[str, ...]
    """Their names, without directories."""
    options: frozenset[str]
    """Letters of the options of the first Python interpreter among them."""
    process: Command
    """The program that is process 1 in the end, see :func:`webhook.profile.command.process_one`."""
    servers: tuple[Server, ...]
    """The servers among the programs."""

    @classmethod
    def of(cls, argv: tuple[str, ...]) -> Self:
        """What there is to know of ``argv``."""
        started = programs(argv)
        names = tuple(map(name_of, started))
        python = (c for name, c in zip(names, started, strict=True) if INTERPRETER.fullmatch(name))
        letters = frozenset(_letters(next(python, ())[1:]))
        return cls(argv, started, names, letters, process_one(argv), servers(started))


def _letters(words: Sequence[str]) -> Iterator[str]:
    """The option letters in front of the script, module or command."""
    skip = False
    for word in words:
        if skip or word == _LONG_WITH_VALUE:
            skip = not skip
            continue
        if not word.startswith("-") or word == "-" or word.startswith("--"):
            return
        for at, letter in enumerate(word[1:], 1):
            yield letter
            if letter in "cm":
                return
            if letter in _WITH_VALUE:
                skip = at == len(word) - 1
                break
