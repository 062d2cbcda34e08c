import gzip
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.archive.crafted import config, link, saved, tar
from tests.parts import require
from webhook.archive import open_image
from webhook.errors import FailureKind, FetchError, UsageError
from webhook.oci import Descriptor, Digest, ImageConfig, Manifest, MediaType
from webhook.sandbox.images import SAMPLES, Sample
from webhook.sandbox.layers import File, tarball
from webhook.sandbox.layers import gzip as packed_as_gzip
from webhook.sandbox.layout import write_docker_archive, write_layout
from webhook.sandbox.store import Store
from webhook.services.ports import Keychain

API = "shop/api"
LAYERS = [tarball([File(name, name.encode() * 300)]) for name in ("one", "two")]
DIFF_IDS = [str(Digest.of(layer)) for layer in LAYERS]
CONFIG = config(*DIFF_IDS, User="10001")
HEX = Digest.of(CONFIG).hex
PLAIN = MediaType.DOCKER_LAYER

by_name = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


async def read(source: str, keychain: Keychain) -> tuple[Manifest, ImageConfig]:
    image, reference = await open_image(source)
    resolved = await image.resolve(reference, keychain)
    assert resolved.digest == image.known(reference, keychain) == reference.digest
    assert isinstance(resolved.document, Manifest)
    found = await image.config(reference, resolved.document.config, keychain)
    assert resolved.digest.matches(found.raw)
    return resolved.document, found


async def failure(path: Path, keychain: Keychain) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await read(f"docker-archive:{path}", keychain)
    assert caught.value.detail.isprintable()
    return caught.value


def content(path: Path, *layers: tuple[str, bytes]) -> Path:
    """An archive in the form of Docker 25 and later, with ``layers`` as paths and contents."""
    name = f"blobs/sha256/{HEX}"
    listed = saved((name, ["app:1.0"], [path for path, _ in layers]))
    return tar(path, *layers, (name, CONFIG), listed)


@by_name
async def test_what_was_saved_is_what_is_read(
    store: Store, tmp_path: Path, sample: Sample, keychain: Keychain
) -> None:
    file = tmp_path / "image.tar"
    write_docker_archive(store, sample.repository, file, {sample.tag: "app:1.0"})
    document, found = await read(f"docker-archive:{file}", keychain)
    assert store.blobs[str(Digest.of(found.raw))] == found.raw
    assert [str(layer.digest) for layer in document.layers] == list(found.diff_ids)


async def test_pull_size_is_honestly_the_unpacked_one(tmp_path: Path, keychain: Keychain) -> None:
    layers = [(f"{number}/layer.tar", layer) for number, layer in enumerate(LAYERS)]
    document, _ = await read(f"docker-archive:{content(tmp_path / 'a', *layers)}", keychain)
    assert document.media_type == MediaType.DOCKER_MANIFEST
    assert document.layers == tuple(
        Descriptor(PLAIN, Digest.of(layer), len(layer)) for layer in LAYERS
    )
    assert document.pull_size == sum(map(len, LAYERS))


async def test_layers_that_were_saved_packed_are_told_as_packed(
    tmp_path: Path, keychain: Keychain
) -> None:
    gz, zstd = packed_as_gzip(LAYERS[0]), b"\x28\xb5\x2f\xfd" + b"z" * 96
    path = content(tmp_path / "a", (f"blobs/sha256/{Digest.of(gz).hex}", gz), ("two.tar.zst", zstd))
    document, _ = await read(f"docker-archive:{path}", keychain)
    assert document.layers == (
        Descriptor(MediaType.DOCKER_LAYER_GZIP, Digest.of(gz), len(gz)),
        Descriptor(MediaType.OCI_LAYER_ZSTD, Digest.parse(DIFF_IDS[1]), 100),
    )


async def test_a_layer_saved_as_a_link_weighs_what_it_links_to(
    tmp_path: Path, keychain: Keychain
) -> None:
    twice = config(DIFF_IDS[0], DIFF_IDS[0])
    path = tar(
        tmp_path / "a",
        ("a/layer.tar", LAYERS[0]),
        link("b/layer.tar", "../a/layer.tar"),
        ("image.json", twice),
        saved(("image.json", ["app:1.0"], ["a/layer.tar", "b/layer.tar"])),
    )
    document, _ = await read(f"docker-archive:{path}", keychain)
    assert document.pull_size == 2 * len(LAYERS[0])


async def test_a_compressed_archive_is_read(
    store: Store, tmp_path: Path, keychain: Keychain
) -> None:
    file, packed = tmp_path / "image.tar", tmp_path / "image.tar.gz"
    write_docker_archive(store, "shop/web", file)
    packed.write_bytes(gzip.compress(file.read_bytes(), compresslevel=1))
    plain = await read(f"docker-archive:{file}", keychain)
    assert await read(f"docker-archive:{packed}", keychain) == plain


async def test_skopeo_writes_archives_that_are_read(
    store: Store, tmp_path: Path, keychain: Keychain
) -> None:
    write_layout(store, API, tmp_path / "layout")
    source = f"oci:{tmp_path}/layout:3-multi-stage"
    target = f"docker-archive:{tmp_path}/image.tar:registry.example.com/shop/api:1.0"
    command = [require("skopeo"), "copy", "--quiet", "--insecure-policy", source, target]
    subprocess.run(command, check=True, timeout=30)
    image, reference = await open_image(f"docker-archive:{tmp_path}/image.tar")
    assert (reference.repository, reference.tag) == ("registry.example.com/shop/api", "1.0")
    document, found = await read(f"docker-archive:{tmp_path}/image.tar", keychain)
    assert (found.config.user, len(document.layers)) == ("appuser", 7)
    assert all(layer.media_type == PLAIN for layer in document.layers)
    with pytest.raises(FetchError) as caught:
        await image.manifest(reference, document.config, keychain)
    assert caught.value.kind == FailureKind.NOT_FOUND


@pytest.mark.parametrize(
    "tag",
    ["shop/api:2-slim", "2-slim", "docker.io/shop/api:2-slim", "index.docker.io/shop/api:2-slim"],
)
async def test_names_and_tags_choose_the_image(store: Store, tmp_path: Path, tag: str) -> None:
    write_docker_archive(store, API, tmp_path / "a.tar")
    _, reference = await open_image(f"docker-archive:{tmp_path}/a.tar:{tag}")
    assert reference.tag == "2-slim"


async def test_several_images_and_no_tag_is_told_with_the_tags(
    store: Store, tmp_path: Path
) -> None:
    write_docker_archive(store, API, tmp_path / "a.tar")
    with pytest.raises(UsageError, match=r"7 images in there; .* shop/api:1-full, shop/api:2-slim"):
        await open_image(f"docker-archive:{tmp_path}/a.tar")
    with pytest.raises(
        UsageError, match=r"no image called 'shop/api:9' in there; .* shop/api:1-full"
    ):
        await open_image(f"docker-archive:{tmp_path}/a.tar:shop/api:9")


async def test_what_is_no_name_names_no_image(store: Store, tmp_path: Path) -> None:
    write_docker_archive(store, "shop/web", tmp_path / "a.tar")
    with pytest.raises(UsageError, match=r"no image called 'shop/WEB:1.30' in there"):
        await open_image(f"docker-archive:{tmp_path}/a.tar:shop/WEB:1.30")


async def test_one_tag_on_two_names_is_not_enough(tmp_path: Path) -> None:
    image = (f"{HEX}.json", CONFIG)
    listed = saved((f"{HEX}.json", ["a:1"], []), (f"{HEX}.json", ["b:1"], []))
    path = tar(tmp_path / "x.tar", image, listed)
    with pytest.raises(UsageError, match=r"2 images called '1' in there; .* a:1, b:1"):
        await open_image(f"docker-archive:{path}:1")


async def test_many_names_are_not_all_listed(tmp_path: Path) -> None:
    images = [("c.json", [f"a:{number}"], []) for number in range(50)]
    path = tar(tmp_path / "x.tar", ("c.json", CONFIG), saved(*images))
    with pytest.raises(UsageError, match=r"50 images in there; .*, \.\.\.$"):
        await open_image(f"docker-archive:{path}")


@pytest.mark.parametrize("name", [f"{HEX}.json", f"blobs/sha256/{HEX}", f"sha256:{HEX}"])
async def test_a_config_that_is_not_what_its_name_promised_is_refused(
    tmp_path: Path, name: str, keychain: Keychain
) -> None:
    path = tar(tmp_path / "a", (name, CONFIG + b" "), saved((name, ["app:1.0"], [])))
    error = await failure(path, keychain)
    assert error.kind == FailureKind.DIGEST_MISMATCH


@pytest.mark.parametrize(
    ("listed", "kind"),
    [
        (b"", FailureKind.MALFORMED),
        (b"{}", FailureKind.MALFORMED),
        (b'[{"Config": 1, "Layers": []}]', FailureKind.MALFORMED),
        (b"[" * 100_000, FailureKind.MALFORMED),
        (b"[" + b" " * 2**22, FailureKind.TOO_LARGE),
        (saved(("gone.json", None, []))[1], FailureKind.NOT_FOUND),
        (saved(("../x.json", None, []))[1], FailureKind.MALFORMED),
        (saved(("/etc/passwd", None, []))[1], FailureKind.MALFORMED),
        (saved(("link.json", None, []))[1], FailureKind.MALFORMED),
        (saved(("image.json", None, ["only-one"]))[1], FailureKind.MALFORMED),
        (saved(("image.json", None, ["gone", "gone"]))[1], FailureKind.NOT_FOUND),
        (saved(("image.json", None, ["../x", "/x"]))[1], FailureKind.MALFORMED),
        (saved(("image.json", None, ["image.json"] * 128))[1], FailureKind.TOO_LARGE),
        (saved(("strange.json", None, ["image.json"]))[1], FailureKind.MALFORMED),
        (saved(("big.json", None, []))[1], FailureKind.TOO_LARGE),
        (saved(("text.json", None, []))[1], FailureKind.MALFORMED),
    ],
)
async def test_a_hostile_manifest_is_told_and_not_followed(
    tmp_path: Path, listed: bytes, kind: FailureKind, keychain: Keychain
) -> None:
    path = tar(
        tmp_path / "a",
        ("image.json", CONFIG),
        ("strange.json", config("sha256:x")),
        ("big.json", b" " * (2**21 + 1)),
        ("text.json", b"FROM python"),
        link("link.json", "image.json"),
        ("manifest.json", listed),
    )
    assert (await failure(path, keychain)).kind == kind


async def test_a_manifest_that_is_a_link_is_refused(tmp_path: Path, keychain: Keychain) -> None:
    path = tar(tmp_path / "a", saved(("x", None, [])), link("manifest.json", "other.json"))
    assert (await failure(path, keychain)).detail == "manifest.json is a link"


async def test_names_in_an_archive_cannot_write_on_the_terminal(
    tmp_path: Path, keychain: Keychain
) -> None:
    evil = "a\x1b[2J\nb"
    path = tar(tmp_path / "a", saved((evil, [evil], []), (evil, None, [])))
    with pytest.raises(UsageError) as caught:
        await open_image(f"docker-archive:{path}")
    assert str(caught.value).isprintable()
    one = tar(tmp_path / "b", saved((evil, None, [])))
    assert "there is no a" in (await failure(one, keychain)).detail


async def test_an_archive_cut_short_is_malformed(
    store: Store, tmp_path: Path, keychain: Keychain
) -> None:
    write_docker_archive(store, "shop/web", tmp_path / "a.tar")
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: len(data) // 2])
    assert (await failure(tmp_path / "a.tar", keychain)).kind == FailureKind.MALFORMED


async def test_layers_are_never_read(tmp_path: Path, keychain: Keychain) -> None:
    """A sparse archive: 32 GiB of layer that only its header tells of."""
    path = tmp_path / "a"
    image = config(DIFF_IDS[0])
    tail = tar(tmp_path / "tail", ("c.json", image), saved(("c.json", None, ["layer.tar"])))
    header = tarfile.TarInfo("layer.tar")
    header.size = 2**35
    with path.open("wb") as file:
        file.write(header.tobuf(tarfile.GNU_FORMAT))
        file.seek(2**35, 1)
        file.write(tail.read_bytes())
    document, _ = await read(f"docker-archive:{path}", keychain)
    assert document.pull_size == 2**35
