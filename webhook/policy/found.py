"""What rules say of files that were found in an image's layers."""

from collections.abc import Iterable

from webhook.policy.facts import Facts
from webhook.policy.rule import Unknown
from webhook.policy.text import megabytes, shown
from webhook.profile import Evidence, ImageProfile, Source
from webhook.profile.contents import Found
from webhook.profile.evidence import observed

MAX_EVIDENCE = 16
"""Files that one finding names as its evidence."""
_REASON = 90


def unseen(facts: Facts, what: str) -> Unknown | None:
    """``what`` is not known, and why; None when at least one own layer was looked at."""
    blind = facts.image.contents.blind
    return Unknown(f"{what} is not known: {shown(blind, _REASON)}") if blind else None


def untold(facts: Facts, what: str) -> Unknown | None:
    """The same for what the history tells as well; None when either was read."""
    return unseen(facts, what) if facts.image.build.silence else None


def evidence_of(found: Iterable[Found], says: str) -> tuple[Evidence, ...]:
    """The files as evidence, with the numbers of their layers."""
    return tuple(
        observed(Source.LAYER, says, each.weight, _named(each), each.layer)
        for each, _ in zip(found, range(MAX_EVIDENCE), strict=False)
    )


def layer_of(image: ImageProfile, index: int) -> str:
    """``layer 5, 122 MB``: people count layers from one, and pull them packed."""
    return f"layer {index + 1}, {megabytes(image.size.layers[index].size)}"


def is_whole(image: ImageProfile, index: int | None) -> bool:
    """Whether all files of a layer were in view."""
    return index is not None and image.contents.looked[index] == "all"


def _named(found: Found) -> str:
    return f"{found.path} ({found.what})" if found.what else found.path
