"""What ``COPY`` and ``ADD`` brought into an image."""

import re
from dataclasses import dataclass

from webhook.profile.history import Builder, Instruction

_HIDDEN = re.compile(r"(?:file|dir|multi):[0-9a-f]{64}\Z")
_ROOTFS = re.compile(r"\S+\.(?:tar|tar\.\w{2,4}|tgz|txz)\Z|(?:\S*/)?\S*rootfs\S*\Z|/\Z")


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


def _from_stage(step: Instruction, sources: list[str]) -> bool | None:
    if any(flag.startswith("--from=") for flag in step.flags):
        return True
    if step.builder is Builder.KANIKO:
        return False
    # BuildKit drops --from; sources in the build context are seldom written from the root.
    return True if all(source.startswith("/") for source in sources) else None
