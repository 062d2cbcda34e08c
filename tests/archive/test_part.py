"""Parts of layers that lie on disk."""

import gzip
import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.archive.crafted import config, layout, link, manifest, saved, tar
from webhook.archive import Routed, open_image
from webhook.archive.unreadable import Unreadable
from webhook.errors import FailureKind, FetchError
from webhook.oci import Descriptor, Digest, Manifest, MediaType, Reference
from webhook.services.ports import MAX_PART, ImageSource, Keychain

Write = Callable[[Path], str]

LAYER = Random("layer").randbytes(200_000)
END = len(LAYER)
DIFF_ID = str(Digest.of(LAYER))
CONFIG = config(DIFF_ID)
MANIFEST = manifest(CONFIG, LAYER)
PACKED = b"\x1f\x8b" + LAYER


def folder(path: Path) -> str:
    return f"oci:{layout(path / 'image', ('1.0', MANIFEST), blobs=(CONFIG, LAYER))}"


def oci_archive(path: Path) -> str:
    folder(path)
    with tarfile.open(path / "image.tar", "w") as archive:
        archive.add(path / "image", ".")
    return f"oci-archive:{path}/image.tar"


def docker_archive(path: Path, name: str = "a/layer.tar", layer: bytes = LAYER) -> str:
    listed = saved(("c.json", ["app:1.0"], [name]))
    return f"docker-archive:{tar(path / 'a', (name, layer), ('c.json', CONFIG), listed)}"


def linked(path: Path) -> str:
    listed = saved(("c.json", ["app:1.0"], ["b/layer.tar"]))
    entries = ("a/layer.tar", LAYER), link("b/layer.tar", "../a/layer.tar"), ("c.json", CONFIG)
    return f"docker-archive:{tar(path / 'b', *entries, listed)}"


def compressed(path: Path) -> str:
    scheme, _, file = docker_archive(path).partition(":")
    (path / "a.gz").write_bytes(gzip.compress(Path(file).read_bytes(), compresslevel=1))
    return f"{scheme}:{path}/a.gz"


everywhere = pytest.mark.parametrize(
    "write", [folder, oci_archive, docker_archive, linked, compressed]
)


async def opened(
    source: str, keychain: Keychain
) -> tuple[ImageSource, Reference, tuple[Descriptor, ...]]:
    """An image on disk, a reference to ask for it by, and its layers."""
    image, reference = await open_image(source)
    document = (await image.resolve(reference, keychain)).document
    assert isinstance(document, Manifest)
    return image, reference, document.layers


async def failure(source: str, keychain: Keychain, start: int, length: int) -> FailureKind:
    """How asking for a part of the only layer fails."""
    image, reference, (layer,) = await opened(source, keychain)
    with pytest.raises(FetchError) as caught:
        await image.part(reference, layer, start, length, keychain)
    assert caught.value.detail.isprintable()
    return caught.value.kind


@everywhere
async def test_beginning_middle_end_and_all_of_a_layer(
    tmp_path: Path, write: Write, keychain: Keychain
) -> None:
    image, reference, (layer,) = await opened(write(tmp_path), keychain)
    routed = Routed(Unreadable(FailureKind.REFUSED, "not this one"), {reference: image})
    for start, length in ((0, 4096), (99_999, 4096), (END - 4, 4), (END - 4, 400), (0, MAX_PART)):
        found = await routed.part(reference, layer, start, length, keychain)
        assert found == LAYER[start : start + length]


@everywhere
async def test_behind_the_end_there_is_nothing(
    tmp_path: Path, write: Write, keychain: Keychain
) -> None:
    image, reference, (layer,) = await opened(write(tmp_path), keychain)
    assert await image.part(reference, layer, END, 4, keychain) == b""
    assert await image.part(reference, layer, END + 9, 4, keychain) == b""


@everywhere
@pytest.mark.parametrize(("start", "length"), [(-4, 4), (0, 0), (0, MAX_PART + 1)])
async def test_what_nobody_may_ask_is_a_bug(
    tmp_path: Path, write: Write, start: int, length: int, keychain: Keychain
) -> None:
    image, reference, (layer,) = await opened(write(tmp_path), keychain)
    with pytest.raises(ValueError, match="are no part of a layer"):
        await image.part(reference, layer, start, length, keychain)


@everywhere
async def test_a_layer_of_another_size_than_promised_is_refused(
    tmp_path: Path, write: Write, keychain: Keychain
) -> None:
    image, reference, (layer,) = await opened(write(tmp_path), keychain)
    with pytest.raises(FetchError) as caught:
        await image.part(reference, replace(layer, size=END + 1), 0, 4, keychain)
    assert caught.value.kind in (FailureKind.DIGEST_MISMATCH, FailureKind.NOT_FOUND)


@pytest.mark.parametrize("write", [folder, oci_archive, docker_archive])
async def test_a_damaged_layer_is_found_out_when_it_is_read_whole(
    tmp_path: Path, write: Write, keychain: Keychain
) -> None:
    source = write(tmp_path)
    for file in filter(Path.is_file, tmp_path.rglob("*")):
        file.write_bytes(file.read_bytes().replace(LAYER[5000:5010], bytes(10)))
    image, reference, (layer,) = await opened(source, keychain)
    assert await image.part(reference, layer, 0, 4, keychain) == LAYER[:4]
    assert await failure(source, keychain, 0, MAX_PART) is FailureKind.DIGEST_MISMATCH


async def test_a_layer_that_was_cut_short_is_refused(tmp_path: Path, keychain: Keychain) -> None:
    source = folder(tmp_path)
    (tmp_path / "image" / "blobs" / "sha256" / Digest.of(LAYER).hex).write_bytes(LAYER[:-1])
    assert await failure(source, keychain, 0, 4) is FailureKind.DIGEST_MISMATCH


async def test_a_layer_that_is_not_there_is_not_found(tmp_path: Path, keychain: Keychain) -> None:
    source = f"oci:{layout(tmp_path / 'image', ('1.0', MANIFEST), blobs=(CONFIG,))}"
    assert await failure(source, keychain, 0, 4) is FailureKind.NOT_FOUND


async def test_a_pipe_in_the_place_of_a_layer_is_malformed(
    tmp_path: Path, keychain: Keychain
) -> None:
    folder = layout(tmp_path / "image", ("1.0", MANIFEST), blobs=(CONFIG,))
    os.mkfifo(folder / "blobs" / "sha256" / Digest.of(LAYER).hex)
    assert await failure(f"oci:{folder}", keychain, 0, 4) is FailureKind.MALFORMED


@pytest.mark.parametrize(
    ("left", "kind"), [(1024, FailureKind.MALFORMED), (None, FailureKind.UNREACHABLE)]
)
async def test_an_archive_may_change_after_it_was_opened(
    tmp_path: Path, left: int | None, kind: FailureKind, keychain: Keychain
) -> None:
    image, reference, (layer,) = await opened(docker_archive(tmp_path), keychain)
    if left is None:
        (tmp_path / "a").unlink()
    else:
        os.truncate(tmp_path / "a", left)
    with pytest.raises(FetchError) as caught:
        await image.part(reference, layer, END - 4, 4, keychain)
    assert caught.value.kind is kind


async def test_the_end_of_a_large_layer_is_read_without_the_rest(
    tmp_path: Path, keychain: Keychain
) -> None:
    """A sparse archive: 32 GiB of layer, of which only the last bytes were written."""
    header, end = tarfile.TarInfo("layer.tar"), 2**35
    header.size = end
    rest = tar(tmp_path / "rest", ("c.json", CONFIG), saved(("c.json", None, ["layer.tar"])))
    with (tmp_path / "a").open("wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.seek(end - 4, 1)
        file.write(b"last" + rest.read_bytes())
    image, reference, (layer,) = await opened(f"docker-archive:{tmp_path}/a", keychain)
    assert await image.part(reference, layer, end - 4, 4, keychain) == b"last"


async def test_what_is_no_layer_of_the_image_is_not_given(
    tmp_path: Path, keychain: Keychain
) -> None:
    image, reference, _ = await opened(docker_archive(tmp_path), keychain)
    other = Descriptor(MediaType.DOCKER_CONFIG, Digest.of(CONFIG), len(CONFIG))
    with pytest.raises(FetchError) as caught:
        await image.part(reference, other, 0, 4, keychain)
    assert caught.value.kind is FailureKind.NOT_FOUND


async def test_a_packed_layer_is_checked_by_the_digest_it_is_called_by(
    tmp_path: Path, keychain: Keychain
) -> None:
    name = f"{Digest.of(PACKED).hex}.tar.gz"
    image, reference, (layer,) = await opened(docker_archive(tmp_path, name, PACKED), keychain)
    assert await image.part(reference, layer, 0, MAX_PART, keychain) == PACKED
    source = docker_archive(tmp_path, name, PACKED + b"!")
    assert await failure(source, keychain, 0, MAX_PART) is FailureKind.DIGEST_MISMATCH


@pytest.mark.parametrize("name", ["layer.tar.gz", f"{'a' * 64}/layer.tar"])
async def test_a_packed_layer_without_a_digest_of_its_own_is_given_in_parts_only(
    tmp_path: Path, name: str, keychain: Keychain
) -> None:
    source = docker_archive(tmp_path, name, PACKED)
    image, reference, (layer,) = await opened(source, keychain)
    assert (layer.media_type, str(layer.digest)) == (MediaType.DOCKER_LAYER_GZIP, DIFF_ID)
    assert await image.part(reference, layer, 0, 4096, keychain) == PACKED[:4096]
    assert await failure(source, keychain, 0, MAX_PART) is FailureKind.UNSUPPORTED
