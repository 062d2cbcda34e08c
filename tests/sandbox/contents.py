"""Reading layers back with the standard library: what is in them, and where."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator

from webhook.sandbox.layers import Layer


def members(blob: bytes) -> dict[str, tarfile.TarInfo]:
    """The entries of a gzip layer by name, in order."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob)), mode="r:") as archive:
        return {member.name: member for member in archive}


def read(blob: bytes, name: str) -> bytes:
    """One file of a gzip layer."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(blob)), mode="r:") as archive:
        file = archive.extractfile(name)
        assert file is not None
        return file.read()


def names(layers: Iterable[Layer]) -> Iterator[str]:
    """Everything in these layers, bottom first."""
    for layer in layers:
        yield from members(layer.blob)
