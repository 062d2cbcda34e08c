"""Which parts of an image's layers are worth reading next.

A layer's files stand in the order of their names, so that its first kilobytes tell much: a Python
layer begins with the interpreter, one that compiled begins with the compiler. What decides is read
first, and when it has decided, nothing more is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from webhook.layer.toc import FOOTER, MAX_TOC, STARGZ_DIGEST, chunked_position
from webhook.oci import Descriptor
from webhook.profile.assemble import Examination
from webhook.profile.boundary import python_block
from webhook.profile.evidence import Source
from webhook.profile.image import Libc, Python, Variant
from webhook.profile.need import Need, Question
from webhook.profile.part import AskPart, Part, Parts
from webhook.profile.size import is_told

MAX_LAYERS = 4
"""Layers of one image that are looked into."""
MAX_REQUESTS = 8
"""Requests for looks into one image; sizes come beside them."""
MAX_BYTES = 1024 * 1024
"""Bytes that are asked for, of all looks into one image."""
WINDOW = 128 * 1024
"""Bytes of a look: a Debian base shows 196 files in them, and 216 in eight times as many."""
FIRST = 16 * 1024
"""Bytes in which a Python layer shows its interpreter."""
EXTENDED = 512 * 1024
"""Bytes of a second look into a small base: Alpine's busybox stands before its release file."""
SMALL_BASE = 6 * 1024 * 1024
WHOLE = 256 * 1024
"""Bytes up to which a layer of copied files is read whole."""
COPIED = 64 * 1024
"""Bytes of a look into a larger one."""
ENOUGH = 85
"""Confidence from which a C library need not be looked for."""
SETTLED = 8
"""No layer is more than so many times larger on disk, so that a limit above is never reached."""

_TRAILER = 4
_FRAME = 18


def parts_wanted(examination: Examination, question: Question, parts: Parts) -> tuple[AskPart, ...]:
    """The parts to read next, all at once; empty when everything is decided or nothing can be."""
    return tuple(_Plan(examination, question, parts).asks())


@dataclass(frozen=True)
class _Candidate:
    """A layer that may answer something, and how much of it to read."""

    layer: int
    length: int


class _Plan:
    """The next step for one image, with what is known of its layers so far."""

    def __init__(self, examination: Examination, question: Question, parts: Parts) -> None:
        self._examination, self._question, self._parts = examination, question, parts
        self._layers = examination.image.manifest.layers
        self._judged = examination.judged(parts.seen)
        asked = [ask for ask in parts.asked if ask.descriptor in self._layers]
        self._looks = [ask for ask in asked if ask.part is not Part.SIZE]
        self._room = MAX_BYTES - sum(ask.length for ask in self._looks)

    def asks(self) -> Iterator[AskPart]:
        needs = self._question.needs
        if self._judged.python.verdict == "no":
            needs &= self._question.anyway
        heads = tuple(self._heads(needs))
        yield from heads
        if Need.SIZES in needs:
            whole = {a.descriptor.digest for a in heads if a.length >= a.descriptor.size}
            yield from self._sizes(whole)

    def _heads(self, needs: Need) -> Iterator[AskPart]:
        """Looks into layers: what decides first, and the own layers beside it."""
        wanted: list[_Candidate] = []
        if needs & (Need.PEEK | Need.PROOF):
            wanted += self._deciding(needs)
        if Need.FILES in needs:
            wanted += self._own()
        seen = {ask.descriptor.digest for ask in self._looks}
        asked = len(self._looks)
        for candidate in wanted:
            descriptor = self._layers[candidate.layer]
            ask = self._ask(candidate)
            if ask is None or ask.length > self._room or asked >= MAX_REQUESTS:
                continue
            if descriptor.digest not in seen and len(seen) >= MAX_LAYERS:
                continue
            seen.add(descriptor.digest)
            asked += 1
            self._room -= ask.length
            yield ask

    def _ask(self, candidate: _Candidate) -> AskPart | None:
        """The next request for a look into a layer; None when there is none left to make."""
        descriptor = self._layers[candidate.layer]
        if Need.FILES in self._question.needs and (table := self._table(descriptor)) is not None:
            return table
        head = AskPart(descriptor, Part.HEAD, 0, min(candidate.length, descriptor.size))
        before = [ask for ask in self._looks if ask.descriptor.digest == descriptor.digest]
        is_new = all(ask.part is not Part.HEAD or ask.length < head.length for ask in before)
        return head if is_new and descriptor.size else None

    def _table(self, descriptor: Descriptor) -> AskPart | None:
        """The request that comes nearer to a layer's table of contents, where it has one."""
        position = chunked_position(descriptor.annotations)
        end = descriptor.size - FOOTER
        if position is not None:
            ask = AskPart(descriptor, Part.CHUNKED_TOC, position.offset, position.packed)
        elif STARGZ_DIGEST not in descriptor.annotations or end <= 0:
            return None
        elif offset := self._parts.offsets.get(descriptor.digest):
            ask = AskPart(descriptor, Part.STARGZ_TOC, offset, end - offset)
        else:
            ask = AskPart(descriptor, Part.FOOTER, end, FOOTER)
        fits = 0 < ask.length <= MAX_TOC and ask.start + ask.length <= descriptor.size
        return ask if fits and ask not in self._looks else None

    def _deciding(self, needs: Need) -> list[_Candidate]:
        """The layer that decides what is open of the image; one at a time, until it has decided."""
        judged = self._judged
        candidates: list[_Candidate] = []
        if _is_open(judged.python, judged.libc) or (
            Need.PROOF in needs and not _is_seen(judged.libc)
        ):
            candidates += self._of_interpreter()
        if judged.user.root is None:
            candidates += self._of_accounts()
        variant = judged.base.variant
        if variant is Variant.UNKNOWN or (variant is Variant.OTHER and judged.is_debian):
            candidates += [_Candidate(0, WINDOW)]
        fresh = (each for each in candidates if each.layer < len(self._layers))
        return [each for each in fresh if self._ask(each) is not None][:1]

    def _of_interpreter(self) -> Iterator[_Candidate]:
        """Layers in which the interpreter may be, the likeliest first, and then the base."""
        made_by = self._examination.made_by
        block = python_block(self._examination.reading.steps)
        likely = []
        if made_by is not None and block is not None:
            likely = [n for n, step in enumerate(made_by) if block.start <= step < block.end]
        largest = sorted(range(len(self._layers)), key=lambda n: -self._layers[n].size)
        likely = (
            sorted(likely, key=lambda n: -self._layers[n].size)[:1]
            or [n for n in largest if n != 0][:1]
        )
        for layer in likely:
            yield _Candidate(layer, FIRST)
            yield _Candidate(layer, WINDOW)
        yield _Candidate(0, WINDOW)
        if self._layers and self._layers[0].size <= SMALL_BASE:
            yield _Candidate(0, EXTENDED)
        yield from (_Candidate(layer, WINDOW) for layer in largest[:2])

    def _of_accounts(self) -> Iterator[_Candidate]:
        """Layers that may hold ``etc/passwd``: those that added somebody, and the base."""
        steps, made_by = self._examination.reading.steps, self._examination.made_by or ()
        adding = [
            n
            for n, step in enumerate(made_by)
            if "adduser" in steps[step].text
            or "useradd" in steps[step].text
            or "/etc/passwd" in steps[step].text
        ]
        for layer in (*reversed(adding), 0):
            yield _Candidate(layer, WINDOW)

    def _own(self) -> list[_Candidate]:
        """The image's own layers: what was copied and what was run, the largest first."""
        steps, made_by = self._examination.reading.steps, self._examination.made_by
        boundary = self._examination.boundary
        if made_by is None:
            own = [(n, "RUN") for n in range(1, len(self._layers))]
        else:
            own = [(n, steps[s].verb) for n, s in enumerate(made_by) if s >= boundary.index]
        told = [(n, verb) for n, verb in own if verb != "WORKDIR" and self._layers[n].size]
        told.sort(key=lambda item: -self._layers[item[0]].size)
        return [
            self._whole_or_head(n, verb) for n, verb in told if self._judged.stack.files[n] is None
        ]

    def _whole_or_head(self, layer: int, verb: str) -> _Candidate:
        size = self._layers[layer].size
        if verb in ("COPY", "ADD"):
            return _Candidate(layer, size if size <= WHOLE else COPIED)
        return _Candidate(layer, WINDOW)

    def _sizes(self, whole: Iterable[object]) -> Iterator[AskPart]:
        """The few bytes that tell a layer's size on disk, unless its limit is settled without."""
        if self._is_settled():
            return
        diff_ids = self._examination.reading.config.diff_ids
        read_whole = set(whole)
        for at, layer in enumerate(self._layers):
            look = self._judged.stack.files[at]
            if is_told(layer, diff_ids[at : at + 1]) or layer.digest in read_whole:
                continue
            if look is not None and look.complete:
                continue
            if layer.media_type.endswith("zstd"):
                ask = AskPart(layer, Part.SIZE, 0, _FRAME)
            else:
                ask = AskPart(layer, Part.SIZE, layer.size - _TRAILER, _TRAILER)
            if ask not in self._parts.asked:
                yield ask

    def _is_settled(self) -> bool:
        """Whether every limit is clear from what is transferred alone."""
        pull = self._examination.image.manifest.pull_size
        limits = self._question.limits
        return bool(limits) and all(
            pull * SETTLED < limit.size or (pull > limit.size and not limit.own) for limit in limits
        )


def _is_open(python: Python, libc: Libc) -> bool:
    """Whether what the image is could still change by a look at its interpreter."""
    is_told = libc.verdict in ("musl", "glibc", "none") and libc.confidence >= ENOUGH
    return python.verdict in ("maybe", "unknown") or not is_told


def _is_seen(libc: Libc) -> bool:
    return any(piece.source is Source.LAYER for piece in libc.evidence)
