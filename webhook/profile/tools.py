"""Names of programs: ``x86_64-linux-gnu-gcc-12`` is ``gcc``."""

import re

_VERSION = re.compile(r"-\d{1,3}(?:\.\d{1,3}){0,2}\Z")
_TARGET = re.compile(r"(?:[a-z]\w*-){1,2}(?:linux(?:-(?:gnu|musl)\w*)?|mingw32)-(?=\w)")
"""What stands before the names of compilers for one machine (GNU triplets)."""
_KIN = {
    "c++": "g++",
    "c89": "cc",
    "c89-gcc": "cc",
    "c99": "cc",
    "c99-gcc": "cc",
    "cc1plus": "g++",
    "gmake": "make",
    "ld.bfd": "ld",
    "ld.gold": "ld",
}
ALTERNATIVES = {"c++": "g++", "c89": "cc", "c99": "cc", "cc": "cc", "cpp": "cc1"}
"""Debian's links for compilers → the tool. ``cpp`` comes with ``cc1``, which compiles."""


def tool_of(name: str) -> str:
    """The tool that a program is, whatever version and target its name has."""
    if "-" in name:
        name = _VERSION.sub("", name)
        target = _TARGET.match(name)
        if target is not None:
            name = name[target.end() :]
    return _KIN.get(name, name)
