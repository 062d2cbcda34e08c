"""Virtual environments in layers, and which of them were made on somebody's machine.

One that was made there and swept along with the sources has paths of that machine in it, and most
often libraries that were compiled for another system. A builder stage makes them in the image.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from webhook.layer import Entry, Kind
from webhook.profile.contents import Origin
from webhook.profile.origins import Made, destination
from webhook.profile.stack import Stack

CONFIG = "pyvenv.cfg"
"""The file that makes a folder a virtual environment (PEP 405)."""
MAX_ENVIRONMENTS = 64
"""Environments that are told apart."""
CERTAIN = 95
"""How far an environment with paths of another machine is to be believed one's."""
SWEPT, PERHAPS = 85, 60
"""The same of one that was copied with the folder around it; the second where it is not told
whether that was the build context."""
BY_NAME = 70
"""The same where nothing but its name is known."""
_MAX_PLACES = 8

_PLACES = re.compile(r"^(?:home|executable|base-\w{1,16}|command) *= *(.{1,512})$", re.M | re.I)
_FOREIGN = re.compile(
    r"(?:^|\s)(?:/(?:Users|Library|Applications|System|private/var)/|/opt/(?:homebrew|hostedtoolcache)/"
    r"|/usr/local/(?:Cellar|opt)/|/home/linuxbrew/|/mnt/[a-z]/|[A-Za-z]:[\\/]|\\\\)"
)
"""Places that only a desktop has, or a host that builds."""
_SOMEBODYS = re.compile(r"(?:^|\s)/(home/[^/\s]{1,64}|builds|var/jenkins_home)/")
"""Places that an image may have, too."""


@dataclass
class Environment:
    """What was seen of one environment."""

    layer: int
    root: str
    places: list[str] = field(default_factory=list)
    """Where its interpreter is, and where it was made."""
    is_proven: bool = False
    """Whether more than its name says that it is one."""
    is_windows: bool = False


class Environments:
    """The environments of an image's own layers, as they are met."""

    def __init__(self, stack: Stack, made: Sequence[Made], working_dir: str) -> None:
        self._stack, self._made, self._working_dir = stack, made, working_dir
        self._found: dict[tuple[int, str], Environment] = {}

    def named(self, layer: int, root: str) -> None:
        """A folder has the name of one."""
        if (layer, root) not in self._found:
            self._at(layer, root)

    def config(self, layer: int, root: str) -> None:
        """A folder has the file of one."""
        found = self._at(layer, root)
        head = self._stack.heads[layer]
        text = head.texts.get(f"{root}/{CONFIG}", "") if head else ""
        if found is not None:
            found.is_proven = True
            found.places += _PLACES.findall(text)[:_MAX_PLACES]

    def program(self, layer: int, folder: str, name: str, entry: Entry) -> None:
        """A folder of programs has what those of environments have."""
        is_link = entry.kind is Kind.SYMLINK and name.startswith("python") and "/" in entry.link
        if not (is_link or name.startswith(("activate", "Activate"))):
            return
        root, _, binaries = folder.rpartition("/")
        found = self._at(layer, root)
        if found is None:
            return
        if is_link:
            found.places += [entry.link] if len(found.places) < _MAX_PLACES else []
        else:
            found.is_proven = True
            found.is_windows |= binaries == "Scripts"

    @property
    def proven(self) -> frozenset[str]:
        """The folders that are environments for certain."""
        return frozenset(each.root for each in self._found.values() if each.is_proven)

    def of_hosts(self) -> Iterator[tuple[Environment, int]]:
        """Those that were made on another machine, and how far that is to be believed."""
        for found in self._found.values():
            weight = self._weight(found)
            if weight and not self._stack.is_gone(found.root, found.layer):
                yield found, weight

    def _at(self, layer: int, root: str) -> Environment | None:
        key = layer, root
        if key not in self._found and root and len(self._found) < MAX_ENVIRONMENTS:
            self._found[key] = Environment(layer, root)
        return self._found.get(key)

    def _weight(self, found: Environment) -> int:
        made = self._made[found.layer]
        if found.is_windows or any(map(_FOREIGN.search, found.places)):
            return CERTAIN if found.is_proven or "venv" in found.root else 0
        if made.origin in (Origin.RUN, Origin.STAGE):
            return 0
        if found.is_proven and any(map(self._is_elsewhere, found.places)):
            # Of a layer with all sorts of files in it, the home may be out of view.
            return CERTAIN if made.copied else PERHAPS
        if not self._is_swept(found, made):
            return 0
        if not found.is_proven:
            is_called_so = "venv" in found.root.rpartition("/")[2]
            return min(BY_NAME, _weight_of(made)) if is_called_so else 0
        # What the classic builder copied may have been made in a stage of the same base.
        is_told = made.origin is Origin.CONTEXT
        return SWEPT if is_told else 0 if found.places else PERHAPS

    def _is_elsewhere(self, place: str) -> bool:
        """Whether a place is in a home that the image does not have."""
        match = _SOMEBODYS.search(place)
        if match is None:
            return False
        inside = f"{match[1]}/"
        return not any(entry.path.startswith(inside) for _, entry in self._stack.entries())

    def _is_swept(self, found: Environment, made: Made) -> bool:
        """Whether it came with the folder around it, and was not copied itself."""
        if made.copied is None:
            return False
        target = destination(made.copied, self._working_dir)
        names = {source.rstrip("/").rpartition("/")[2] for source in made.copied.sources}
        is_inside = not target or found.root.startswith(f"{target}/")
        return is_inside and found.root.rpartition("/")[2] not in names


def _weight_of(made: Made) -> int:
    return SWEPT if made.origin is Origin.CONTEXT else PERHAPS
