"""Parts of layers: what is asked for, and what the bytes that came mean."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from msgspec import structs

from webhook.errors import TEMPORARY
from webhook.layer import Look
from webhook.layer.head import look_of_head
from webhook.layer.streams import isize, zstd_content_size
from webhook.layer.toc import (
    STARGZ_DIGEST,
    chunked_digest,
    look_of_chunked_toc,
    look_of_stargz_toc,
    stargz_toc_offset,
)
from webhook.oci import Descriptor, Digest
from webhook.oci.image import Unavailable
from webhook.profile.seen import Layers, Seen


class Part(StrEnum):
    """What a part of a layer is."""

    HEAD = "head"
    """Its first bytes."""
    SIZE = "size"
    """The trailer of gzip or the frame header of zstd: they say how much it unpacks to."""
    FOOTER = "footer"
    """The end of an eStargz blob: it says where the table of contents is."""
    STARGZ_TOC = "stargz-toc"
    CHUNKED_TOC = "chunked-toc"


@dataclass(frozen=True, slots=True)
class AskPart:
    """Read a part of a layer."""

    descriptor: Descriptor
    part: Part
    start: int
    length: int

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole blob, so that its digest can be checked."""
        return self.start == 0 and self.length >= self.descriptor.size


Answer = Look | int | None
"""What a part means: a look, a size or an offset; None when it means nothing."""


def meaning(ask: AskPart, data: bytes) -> Answer:
    """What the bytes that came for ``ask`` mean, whatever they are. Never raises."""
    match ask.part:
        case Part.HEAD:
            return look_of_head(data, whole=ask.is_whole)
        case Part.SIZE if ask.start:
            return isize(data) if len(data) == ask.length else None
        case Part.SIZE:
            return zstd_content_size(data)
        case Part.FOOTER:
            return stargz_toc_offset(data)
        case Part.STARGZ_TOC:
            return look_of_stargz_toc(data, ask.descriptor.annotations.get(STARGZ_DIGEST))
        case Part.CHUNKED_TOC:
            return look_of_chunked_toc(data, chunked_digest(ask.descriptor.annotations))


@dataclass(frozen=True)
class Parts:
    """Everything that was asked of layers, with what came of it."""

    answers: Mapping[AskPart, Answer | Unavailable] = field(default_factory=dict)

    def learn(self, ask: AskPart, answer: Answer | Unavailable) -> "Parts":
        """With one more answer."""
        return replace(self, answers={**self.answers, ask: answer})

    @property
    def asked(self) -> Collection[AskPart]:
        """Everything that was asked."""
        return self.answers.keys()

    @property
    def is_lasting(self) -> bool:
        """Whether asking again would bring nothing else."""
        lost = (answer for answer in self.answers.values() if isinstance(answer, Unavailable))
        return not any(each.kind in TEMPORARY for each in lost)

    @cached_property
    def offsets(self) -> Mapping[Digest, int]:
        """Layer → where its table of contents begins."""
        return {
            ask.descriptor.digest: answer
            for ask, answer in self.answers.items()
            if ask.part is Part.FOOTER and isinstance(answer, int)
        }

    @cached_property
    def seen(self) -> Layers:
        """Layer → what was read of it."""
        seen: dict[Digest, Seen] = {}
        for ask, answer in self.answers.items():
            digest = ask.descriptor.digest
            seen[digest] = _with(seen.get(digest, Seen()), ask, answer)
        return seen


def _with(seen: Seen, ask: AskPart, answer: Answer | Unavailable) -> Seen:
    match answer:
        case Unavailable():
            return structs.replace(seen, lost=answer)
        case Look(by="toc"):
            return structs.replace(seen, toc=answer)
        case Look() if seen.head is None or len(answer.entries) >= len(seen.head.entries):
            return structs.replace(seen, head=answer)
        case int() if ask.part is Part.SIZE:
            return structs.replace(seen, told=answer)
    return seen
