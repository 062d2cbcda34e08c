"""Histories as printed listings show them, turned back into what builders wrote.

The listing's printer takes the shell off ``RUN`` lines, puts build arguments into a comment line of
their own and ``RUN`` in front of whatever has no instruction; see the corpus's own description.
"""

import re
from typing import Any

Json = dict[str, Any]

_ARGS = re.compile(r"# ARGS: (.*)\n")
_OPAQUE = re.compile(r"# debian\.sh |BusyBox |KIWI |Apply image |Install update |umoci |bazel ")
_BUILDKIT = " # buildkit"


def written_history(document: Json) -> list[Json]:
    """The ``history`` of an image config, as its builders would have written it."""
    entries = document["history"]
    first_buildkit = next(
        (i for i, entry in enumerate(entries) if entry["created_by"].endswith(_BUILDKIT)),
        len(entries),
    )
    shell = " ".join(document.get("shell") or ("/bin/sh", "-c"))
    return [
        _entry(entry, shell if index >= first_buildkit else "/bin/sh -c", index >= first_buildkit)
        for index, entry in enumerate(entries)
    ]


def _entry(entry: Json, shell: str, is_buildkit: bool) -> Json:
    written: Json = {"created_by": _created_by(entry["created_by"], shell, is_buildkit)}
    if is_buildkit:
        written["comment"] = "buildkit.dockerfile.v0"
    if entry["empty_layer"]:
        written["empty_layer"] = True
    return written


def _created_by(text: str, shell: str, is_buildkit: bool) -> str:
    match = _ARGS.match(text)
    arguments = f"|{len(match[1].split())} {match[1]} " if match else ""
    body = text[match.end() :] if match else text
    verb, _, rest = body.partition(" ")
    if verb != "RUN":
        return body if is_buildkit else f"/bin/sh -c #(nop)  {body}"
    if _OPAQUE.match(rest):
        return rest
    run = f"{arguments}{shell} {rest}"
    return f"RUN {run}" if is_buildkit else run
