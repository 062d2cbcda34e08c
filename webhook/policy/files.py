"""Files of a layer in words, for examples and cases.

``usr/bin/gcc 1M`` is a file, ``app/.git/`` a folder, ``root/id_rsa 2k = private key`` a file whose
beginning has the shape of a secret, ``usr/local/bin/python3.13 -> /lib/ld-musl-x86_64.so.1`` an
executable and its dynamic linker, ``app/venv/bin/python => /usr/bin/python3`` a symbolic link,
``etc/alpine-release << 3.22.1`` a small file with its text. The layer is taken for looked at as a
whole, unless its last line is ``...``.
"""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from webhook.errors import UsageError
from webhook.kube.quantity import Quantity
from webhook.layer import Entry, Kind, Look, Program
from webhook.oci import Descriptor
from webhook.profile.seen import Layers, Seen

NO_FILES: Mapping[int, Sequence[str]] = MappingProxyType({})

_MORE = "..."
"""There is more in the layer than was in view."""
_FILE = re.compile(
    r"(?P<path>[^\s]+)(?: (?P<size>\d\S*))?(?: = (?P<shape>[\w ]+))?(?: -> (?P<linker>\S+))?"
    r"(?: => (?P<target>\S+))?(?: << (?P<text>.*))?",
    re.DOTALL,
)


def layers_of(blobs: Sequence[Descriptor], files: Mapping[int, Sequence[str]]) -> Layers:
    """What was seen of layers, by index. Raises ``UsageError``."""
    wrong = [at for at in files if not 0 <= at < len(blobs)]
    if wrong:
        raise UsageError(f"there is no layer {wrong[0]}: the image has {len(blobs)}, from 0")
    return {blobs[at].digest: Seen(head=_look(lines)) for at, lines in files.items()}


def _look(lines: Sequence[str]) -> Look:
    complete = tuple(lines[-1:]) != (_MORE,)
    lines = lines if complete else lines[:-1]
    read = [_FILE.fullmatch(line) for line in lines]
    for line, match in zip(lines, read, strict=True):
        if match is None:
            raise UsageError(f"not a file: {line[:80]!r} (write PATH, or PATH SIZE)")
    found = [match for match in read if match is not None]
    entries = tuple(map(_entry, found))
    return Look(
        entries=entries,
        complete=complete,
        programs={m["path"]: Program(m["linker"], "amd64") for m in found if m["linker"]},
        secrets={m["path"]: m["shape"].strip() for m in found if m["shape"]},
        texts={m["path"]: m["text"] for m in found if m["text"] is not None},
        unpacked=sum(entry.size for entry in entries) if complete else None,
    )


def _entry(match: re.Match[str]) -> Entry:
    path = match["path"]
    if path.endswith("/"):
        return Entry(path.rstrip("/"), Kind.DIRECTORY)
    if match["target"]:
        return Entry(path, Kind.SYMLINK, link=match["target"])
    return Entry(path, Kind.FILE, Quantity.parse(match["size"] or "1k").bytes)
