"""How big an image is: exactly to transfer, and about how much on disk."""

from collections.abc import Sequence

from webhook.oci import Descriptor, Manifest
from webhook.profile.evidence import cut
from webhook.profile.history import Instruction
from webhook.profile.image import Layer, Size, Unpacked

UNCOMPRESSED_SIZE = "io.containers.estargz.uncompressed-size"
"""Annotation in which buildah and podman say a layer's uncompressed bytes."""
RATIO = 2.75
"""Bytes on disk for one byte of gzip, as images go."""
ZSTD_RATIO = 3.2
"""Bytes on disk for one byte of zstd."""
RATIO_ERROR = 0.25
"""How far off the ratios are, either way."""
TAR_OVERHEAD = 0.05
"""The most of a tar stream that is headers and padding, and not on disk."""


def measure(
    manifest: Manifest,
    diff_ids: Sequence[str],
    steps: Sequence[Instruction],
    first_own: int | None,
) -> Size:
    """Size of an image; ``first_own`` is the index of its first own step, None when unknown."""
    made_by = layer_steps(steps, len(manifest.layers))
    unpacked = [_uncompressed(layer, diff_ids, i) for i, layer in enumerate(manifest.layers)]
    layers = []
    for index, layer in enumerate(manifest.layers):
        step = made_by[index] if made_by else None
        known = unpacked[index]
        layers.append(
            Layer(
                digest=str(layer.digest),
                media_type=cut(layer.media_type),
                size=layer.size,
                unpacked=known[0] if known else None,
                created_by=cut(steps[step].raw) if step is not None else None,
                own=step >= first_own if step is not None and first_own is not None else None,
            )
        )
    return Size(manifest.pull_size, _total(manifest.layers, unpacked), tuple(layers))


def layer_steps(steps: Sequence[Instruction], layers: int) -> tuple[int, ...] | None:
    """For each layer the index of the step that made it; None when the counts do not agree."""
    made = tuple(index for index, step in enumerate(steps) if not step.empty)
    return made if len(made) == layers else None


_Known = tuple[int, str]
"""Uncompressed bytes, and how they are known."""


def _uncompressed(layer: Descriptor, diff_ids: Sequence[str], index: int) -> _Known | None:
    # A blob whose digest is its own diff_id is not compressed, whatever its media type says.
    is_plain = layer.media_type.endswith(".tar") or diff_ids[index : index + 1] == (
        str(layer.digest),
    )
    if is_plain:
        return layer.size, "plain"
    text = layer.annotations.get(UNCOMPRESSED_SIZE, "")
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text), "annotation"
    return None


def _total(layers: Sequence[Descriptor], known: Sequence[_Known | None]) -> Unpacked:
    value = low = high = 0.0
    for layer, sure in zip(layers, known, strict=True):
        if sure is not None:
            value += sure[0]
            low += sure[0] * (1 - TAR_OVERHEAD)
            high += sure[0]
        else:
            guess = layer.size * (ZSTD_RATIO if layer.media_type.endswith("zstd") else RATIO)
            value += guess
            low += guess * (1 - RATIO_ERROR)
            high += guess * (1 + RATIO_ERROR)
    methods = {sure[1] if sure else "ratio" for sure in known}
    method = next((name for name in ("ratio", "annotation") if name in methods), "plain")
    return Unpacked(round(value), round(low), round(high), method)
