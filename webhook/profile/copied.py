"""What ``COPY`` and ``ADD`` brought into an image."""

import re
from dataclasses import dataclass
from enum import StrEnum

from webhook.profile.history import Builder, Instruction

_HIDDEN = re.compile(r"(?:file|dir|multi):[0-9a-f]{64}\Z")
_ROOTFS = re.compile(r"\S+\.(?:tar|tar\.\w{2,4}|tgz|txz)\Z|(?:\S*/)?\S*rootfs\S*\Z|/\Z")
_WHOLE = re.compile(r"(?:file|dir|multi):|(?:.*/)?(?:\.{0,2}|\*)\Z")
"""Sources that may hold any file: hidden ones, and folders as a whole."""
_PACKAGES = re.compile(r"(?:^|/)(?:site|dist)-packages(?:/|\Z)")
_ENVIRONMENT = re.compile(
    r"(?:^|/)(?:[\w.-]{0,40}venv|env|virtualenvs?|(?:mini|ana)?conda\d?)(?:/|\Z)"
)
"""A virtual environment, or one of conda's."""
_PREFIX = re.compile(
    r"(?:^|/)\.local(?:/|\Z)"
    r"|^/(?:usr/local|install|prefix)(?:/lib|/lib64)?(?:/python[\d.]*)?/?\Z"
)
"""Where ``pip install --user`` and ``--prefix`` install to."""
_WHEELS = re.compile(r"(?:^|/)wheel(?:s|house)?(?:/|\Z)|\.whl\Z")
_PASSING = re.compile(r"/(?:var/)?tmp(?:/|\Z)")
_PROGRAM = re.compile(
    r"(?:^|/)s?bin/[^/]+\Z|^/?(?:uvx?|poetry|pdm|tini|dumb-init|gosu|su-exec|ff(?:mpeg|probe))\Z"
)
"""A program by itself: an installer, an init, a tool."""
_ASSETS = re.compile(
    r"(?:^|/)(?:assets|build|certs?|dist|frontend|html|node_modules|out|public|ssl|static\w*|www)/?\Z"
)
"""What builders of other things than Python make."""
_FILE = re.compile(r"(?:^|/)\.?[^/.]+\.[A-Za-z][A-Za-z0-9]{0,9}\Z")
"""A single file, by its ending."""


class Brought(StrEnum):
    """What a copy out of another stage brings of a project's dependencies."""

    ENVIRONMENT = "environment"
    """A virtual environment as a whole."""
    PREFIX = "prefix"
    """What was installed to a prefix, or the packages out of an environment."""
    WHEELS = "wheels"
    FILES = "files"
    """Folders of which the name does not say: most likely the application with all it needs."""


_PLACES = (
    (_PACKAGES, Brought.PREFIX),
    (_ENVIRONMENT, Brought.ENVIRONMENT),
    (_PREFIX, Brought.PREFIX),
)
"""What a place holds, the surest first."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One ``COPY`` or ``ADD``, as far as its builder recorded it."""

    sources: tuple[str, ...]
    """Paths or URLs; ``file:<hash>`` where the classic builder hid them."""
    destination: str
    from_stage: bool | None
    """Whether it came out of another stage or image; None when the builder does not say."""
    is_root: bool
    """Whether it looks like a whole file system put at ``/``."""


def copy_of(step: Instruction) -> Copy | None:
    """What a ``COPY`` or ``ADD`` step brought; None for any other step."""
    if step.verb not in ("COPY", "ADD"):
        return None
    words = step.text.replace('"', " ").replace(",", " ").strip("[] ").split()
    if "in" in words[:-1] or words[:1] == ["in"]:
        # Classic and buildah say hashes for sources; --chown stands before them without a blank.
        at = words.index("in")
        sources = [
            match[0] for word in (*step.flags, *words[:at]) if (match := _HIDDEN.search(word))
        ]
        destination, from_stage = " ".join(words[at + 1 :]), None
    elif len(words) >= 2:
        *sources, destination = words
        from_stage = _from_stage(step, sources)
    else:
        return None
    is_archive = step.verb == "ADD" and any(s.startswith(("file:", "multi:")) for s in sources)
    is_root = destination == "/" and (is_archive or any(map(_ROOTFS.match, sources)))
    return Copy(tuple(sources), destination, from_stage, is_root)


def brought(copy: Copy) -> Brought | None:
    """What a copy brings of dependencies that another stage installed; None when it brings none.

    Where the classic builder hides the sources, an environment tells: nobody has one in a build
    context on purpose. Programs, assets and single files bring none.
    """
    if copy.from_stage is False:
        return None
    bare = (_PROGRAM, _ASSETS, _FILE)
    folders = [path for path in copy.sources if not any(kind.search(path) for kind in bare)]
    is_hidden = any(path.startswith(("dir:", "multi:")) for path in copy.sources)
    places = [*folders, copy.destination] if copy.from_stage or is_hidden else folders
    for pattern, what in _PLACES:
        if folders and any(map(pattern.search, places)):
            return what
    if any(map(_WHEELS.search, (*copy.sources, *places))):
        return Brought.WHEELS
    is_lasting = not copy.is_root and not _PASSING.match(copy.destination)
    return Brought.FILES if copy.from_stage and folders and is_lasting else None


def may_hold(copy: Copy, name: str) -> bool:
    """Whether a copy may have brought a file of this name: by name, in a folder, or unsaid."""
    return any(
        _WHOLE.match(source) or source.rpartition("/")[2] in (name, f"{name}*", "*.lock")
        for source in copy.sources
    )


def _from_stage(step: Instruction, sources: list[str]) -> bool | None:
    if any(flag.startswith("--from=") for flag in step.flags):
        return True
    if step.builder is Builder.KANIKO:
        return False
    # BuildKit drops --from; sources in the build context are seldom written from the root.
    return True if all(source.startswith("/") for source in sources) else None
