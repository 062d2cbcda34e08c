"""The switches of the Python interpreter: what its options and variables turn on.

Source: CPython Python/initconfig.c; the parsing of variables was measured on 3.8, 3.11 and 3.13.
"""

import re
from collections.abc import Sequence

from webhook.policy.effective import Hidden
from webhook.policy.facts import Facts
from webhook.profile.command import name_of
from webhook.profile.flags import is_on
from webhook.profile.shell import Command

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*", re.ASCII)
_WITH_VALUE = "XWQ"
_LONG_WITH_VALUE = "--check-hash-based-pycs"
_IGNORE_ENVIRONMENT = frozenset("EI")
"""Options that make the interpreter ignore every ``PYTHON*`` variable."""


def switch(facts: Facts, variable: str, letter: str) -> bool | Hidden:
    """Whether a switch of the container's interpreter is on, by its option or its variable.

    ``Hidden`` when the variable exists, or may exist, with a value that cannot be seen.
    """
    given = options(facts.programs)
    if letter in given:
        return True
    if given & _IGNORE_ENVIRONMENT:
        return False
    value = facts.variable(variable)
    return value if isinstance(value, Hidden) else is_on(value)


def options(programs: Sequence[Command]) -> frozenset[str]:
    """Letters of the options of the first Python interpreter among some programs."""
    for command in programs:
        if _PYTHON.fullmatch(name_of(command)):
            return frozenset(_letters(command[1:]))
    return frozenset()


def _letters(words: Sequence[str]) -> list[str]:
    letters: list[str] = []
    skip = False
    for word in words:
        if skip or word == _LONG_WITH_VALUE:
            skip = not skip
            continue
        if not word.startswith("-") or word in {"-", "--"} or word.startswith("--"):
            break
        for at, letter in enumerate(word[1:], 1):
            letters.append(letter)
            if letter in "cm":
                return letters
            if letter in _WITH_VALUE:
                skip = at == len(word) - 1
                break
    return letters
