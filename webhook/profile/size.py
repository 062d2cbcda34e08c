"""How big an image is: exactly to transfer, and on disk as exactly as few bytes can tell.

A gzip stream ends with the length of what is in it (RFC 1952, ISIZE), which is right for the layers
that builders write and silently wrong for several members, padding, eStargz and more than 4 GiB:
what it says is believed only as far as the ratio makes sense.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from webhook.oci import Descriptor, Manifest
from webhook.profile import redacted
from webhook.profile.history import Instruction
from webhook.profile.image import Layer, Size, Unpacked
from webhook.profile.printable import cut
from webhook.profile.seen import Seen
from webhook.profile.stack import Stack

UNCOMPRESSED_SIZE = "io.containers.estargz.uncompressed-size"
"""Annotation in which buildah and podman say a layer's uncompressed bytes."""
RATIO = 2.75
"""Bytes on disk for one byte of gzip, as images go."""
ZSTD_RATIO = 3.2
"""Bytes on disk for one byte of zstd."""
TINY = 4096
"""Bytes of a layer up to which its size on disk is not worth asking for."""

_RATIO_ERROR = 0.25
_TAR_ERROR = 0.03
_TAR_OVERHEAD = 1.03
"""Bytes of a tar archive for one byte on disk: headers and padding."""
_DEFLATE = 1032
"""The most bytes that deflate makes one byte of."""
_PLAUSIBLE = (0.98, 200.0)
"""Ratios of whole layers; what lies outside is the trailer of something else."""
_SUSPICIOUS = 1.2
"""A ratio below which a large layer holds compressed files, or its trailer is not all of it."""
_LARGE = 5_000_000
_WRAPS = 1_400_000_000
"""Bytes of a gzip layer from which its content may be more than ISIZE can say."""
_ISIZE = 1 << 32
_KNOWN_SHARE = 0.8

METHODS = ("ratio", "isize", "frame", "annotation", "plain", "toc", "files")
"""How a size was found, the least exact first; that of an image is the least exact of its layers'."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """Bytes on disk of one layer."""

    value: float
    low: float
    high: float
    method: str
    sure: bool = True
    """Whether it passed for more than an estimate."""


def measure(
    manifest: Manifest,
    diff_ids: Sequence[str],
    steps: Sequence[Instruction],
    first_own: int | None,
    stack: Stack,
) -> Size:
    """Size of an image; ``first_own`` is the index of its first own step, None when unknown."""
    made_by = layer_steps(steps, len(manifest.layers))
    guesses = [
        _on_disk(layer, diff_ids[at : at + 1], seen)
        for at, (layer, seen) in enumerate(zip(manifest.layers, stack.seen, strict=True))
    ]
    layers = []
    for index, layer in enumerate(manifest.layers):
        step = made_by[index] if made_by else None
        guess = guesses[index]
        layers.append(
            Layer(
                digest=str(layer.digest),
                media_type=cut(layer.media_type),
                size=layer.size,
                unpacked=round(guess.value) if guess.sure else None,
                created_by=redacted.told(steps[step].raw) if step is not None else None,
                own=step >= first_own if step is not None and first_own is not None else None,
            )
        )
    pairs = list(zip(layers, guesses, strict=True))
    own = None
    if all(layer.own is not None for layer in layers):
        own = _total([pair for pair in pairs if pair[0].own])
    return Size(manifest.pull_size, _total(pairs), tuple(layers), own)


def layer_steps(steps: Sequence[Instruction], layers: int) -> tuple[int, ...] | None:
    """For each layer the index of the step that made it; None when the counts do not agree."""
    made = tuple(index for index, step in enumerate(steps) if not step.empty)
    return made if len(made) == layers else None


def is_told(layer: Descriptor, diff_ids: Sequence[str]) -> bool:
    """Whether a layer's size on disk is clear from its descriptor; ``diff_ids`` is its own, if any."""
    return layer.size <= TINY or _is_plain(layer, diff_ids) or _annotated(layer) is not None


def _on_disk(layer: Descriptor, diff_ids: Sequence[str], seen: Seen | None) -> _Guess:
    look = seen.files if seen else None
    if look is not None and look.complete and look.unpacked is not None:
        method = "toc" if look.by == "toc" else "files"
        return _Guess(look.unpacked, look.unpacked, look.unpacked, method)
    if _is_plain(layer, diff_ids):
        return _of_tar(layer.size, "plain")
    if (annotated := _annotated(layer)) is not None:
        return _of_tar(annotated, "annotation")
    if layer.size <= TINY:
        return _Guess(layer.size * RATIO, layer.size, layer.size * _DEFLATE, "files")
    told = _told(layer, seen)
    return _estimate(layer) if told is None else told


def _told(layer: Descriptor, seen: Seen | None) -> _Guess | None:
    """What the gzip trailer or the zstd frame says, as far as it can be believed."""
    members = seen.head.members if seen and seen.head else 1
    told = seen.told if seen else None
    if told is None or members > 1:
        return None
    if _is_zstd(layer):
        return _of_tar(told, "frame") if _is_plausible(told, layer.size) else None
    if layer.size >= _WRAPS:
        turns = max(0, round((layer.size * RATIO - told) / _ISIZE))
        guess = _of_tar(told + turns * _ISIZE, "isize")
        return _Guess(guess.value, layer.size, guess.high, "isize", sure=False)
    if not _is_plausible(told, layer.size):
        return None
    if told < layer.size * _SUSPICIOUS and layer.size > _LARGE:
        return _Guess(
            _estimate(layer).value, _of_tar(told, "").low, _estimate(layer).high, "ratio", False
        )
    return _of_tar(told, "isize")


def _is_plausible(unpacked: int, packed: int) -> bool:
    return _PLAUSIBLE[0] * packed <= unpacked <= _PLAUSIBLE[1] * packed


def _of_tar(length: float, method: str) -> _Guess:
    value = length / _TAR_OVERHEAD
    return _Guess(value, value * (1 - _TAR_ERROR), value * (1 + _TAR_ERROR), method)


def _estimate(layer: Descriptor) -> _Guess:
    value = layer.size * (ZSTD_RATIO if _is_zstd(layer) else RATIO)
    low, high = value * (1 - _RATIO_ERROR), value * (1 + _RATIO_ERROR)
    return _Guess(value, low, high, "ratio", sure=False)


def _is_plain(layer: Descriptor, diff_ids: Sequence[str]) -> bool:
    """A blob whose digest is its own diff_id is not compressed, whatever its media type says."""
    return layer.media_type.endswith(".tar") or tuple(diff_ids) == (str(layer.digest),)


def _is_zstd(layer: Descriptor) -> bool:
    return layer.media_type.endswith("zstd")


def _annotated(layer: Descriptor) -> int | None:
    text = layer.annotations.get(UNCOMPRESSED_SIZE, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return None
    # Whoever builds the image writes it: less than is transferred, it cannot be.
    return int(text) if layer.size <= int(text) <= layer.size * _DEFLATE else None


def _total(layers: Sequence[tuple[Layer, _Guess]]) -> Unpacked:
    guesses = [guess for _, guess in layers]
    packed = sum(layer.size for layer, _ in layers) or 1
    sure = sum(layer.size for layer, guess in layers if guess.sure) / packed
    ranks: Mapping[str, int] = {name: rank for rank, name in enumerate(METHODS)}
    return Unpacked(
        value=round(sum(guess.value for guess in guesses)),
        low=round(sum(guess.low for guess in guesses)),
        high=round(sum(guess.high for guess in guesses)),
        method=min((guess.method for guess in guesses), key=ranks.__getitem__, default="plain"),
        confidence=90 if sure == 1 or not layers else 70 if sure >= _KNOWN_SHARE else 50,
    )
