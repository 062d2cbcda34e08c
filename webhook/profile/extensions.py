"""For which Python the compiled extensions in the layers were built.

An interpreter imports ``*.cpython-313-x86_64-linux-gnu.so`` of its own minor version only (PEP 3149);
one without such a tag, or with ``abi3``, is for several and says nothing.
"""

import re

from webhook.profile.evidence import Evidence, Source, observed
from webhook.profile.stack import Stack

_EXTENSION = re.compile(r"\.cpython-(3)(\d{1,2})t?-[\w.-]{1,64}\.so\Z", re.ASCII)
_LONGEST = 96
"""Characters at the end of a path within which the tag stands."""
_MOST = 8
"""Versions that are told of."""
_WEIGHT = 95
_OVERSEEN = 85
"""Weight where a layer above was not looked at, and may have removed the file."""


def extensions(stack: Stack) -> tuple[Evidence, ...]:
    """One extension for each Python there are any for; ``says`` is the version, ``3.13``."""
    found: dict[str, Evidence] = {}
    for layer, entry in stack.entries():
        if not entry.path.endswith(".so"):
            continue
        match = _EXTENSION.search(entry.path[-_LONGEST:])
        version = f"{match[1]}.{match[2]}" if match else ""
        if not version or version in found or stack.is_gone(entry.path, layer):
            continue
        weight = _OVERSEEN if stack.is_overseen(layer) else _WEIGHT
        found[version] = observed(Source.LAYER, version, weight, entry.path, layer)
        if len(found) == _MOST:
            break
    return tuple(found.values())
