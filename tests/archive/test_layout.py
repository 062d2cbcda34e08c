import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.archive.crafted import config, descriptor, layout, manifest
from tests.parts import require
from webhook.archive import open_image
from webhook.errors import FailureKind, FetchError, UsageError
from webhook.oci import Descriptor, Digest, ImageConfig, Index, Manifest, MediaType
from webhook.sandbox.images import SAMPLES, Sample
from webhook.sandbox.layout import write_layout, write_oci_archive
from webhook.sandbox.store import Store
from webhook.services.ports import Keychain

API = "shop/api"
CONFIG = config(User="10001")
MANIFEST = manifest(CONFIG)

by_name = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


def blob(folder: Path, data: bytes) -> Path:
    return folder / "blobs" / "sha256" / Digest.of(data).hex


async def resolve(source: str, keychain: Keychain) -> Any:
    image, reference = await open_image(source)
    return (await image.resolve(reference, keychain)).document


async def read(source: str, keychain: Keychain) -> ImageConfig:
    """An image all the way down to its config."""
    image, reference = await open_image(source)
    document = (await image.resolve(reference, keychain)).document
    assert isinstance(document, Manifest)
    return await image.config(reference, document.config, keychain)


async def failure(source: str, keychain: Keychain) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await read(source, keychain)
    return caught.value


@by_name
async def test_what_was_written_is_what_is_read(
    store: Store, tmp_path: Path, sample: Sample, keychain: Keychain
) -> None:
    write_layout(store, sample.repository, tmp_path)
    image, reference = await open_image(f"oci:{tmp_path}:{sample.tag}")
    digest = store.repositories[sample.repository].tags[sample.tag]
    resolved = await image.resolve(reference, keychain)
    assert str(resolved.digest) == str(image.known(reference, keychain)) == digest
    document = resolved.document
    if isinstance(document, Index):
        document = await image.manifest(reference, document.images[1], keychain)
    assert isinstance(document, Manifest)
    found = await image.config(reference, document.config, keychain)
    assert found.raw == store.blobs[str(document.config.digest)]


async def test_an_archive_reads_like_a_folder(
    store: Store, tmp_path: Path, keychain: Keychain
) -> None:
    write_layout(store, API, tmp_path / "folder")
    write_oci_archive(store, API, tmp_path / "file")
    folder = await resolve(f"oci:{tmp_path}/folder:2-slim", keychain)
    assert await resolve(f"oci-archive:{tmp_path}/file:2-slim", keychain) == folder


async def test_skopeo_writes_archives_that_are_read(
    store: Store, tmp_path: Path, keychain: Keychain
) -> None:
    write_layout(store, API, tmp_path / "folder")
    source, target = f"oci:{tmp_path}/folder:2-slim", f"oci-archive:{tmp_path}/image.tar:1.0"
    command = [require("skopeo"), "copy", "--quiet", "--insecure-policy", source, target]
    subprocess.run(command, check=True, timeout=30)
    image, reference = await open_image(f"oci-archive:{tmp_path}/image.tar")
    resolved = await image.resolve(reference, keychain)
    assert reference.tag == "1.0"
    assert str(resolved.digest) == store.repositories[API].tags["2-slim"]


async def test_the_name_a_builder_recorded_is_kept(tmp_path: Path) -> None:
    layout(tmp_path, ("1.0", MANIFEST), blobs=(CONFIG,))
    index = json.loads((tmp_path / "index.json").read_text())
    name = "registry.example.com/team/api:1.0"
    index["manifests"][0]["annotations"]["io.containerd.image.name"] = name
    (tmp_path / "index.json").write_text(json.dumps(index))
    for source in (f"oci:{tmp_path}", f"oci:{tmp_path}:1.0", f"oci:{tmp_path}:{name}"):
        _, reference = await open_image(source)
        assert reference.canonical == f"{name}@{Digest.of(MANIFEST)}"


async def test_without_a_tag_there_must_be_one_image(store: Store, tmp_path: Path) -> None:
    write_layout(store, API, tmp_path)
    with pytest.raises(UsageError, match=r"7 images in there; write one .*: 1-full, 2-slim, 3-"):
        await open_image(f"oci:{tmp_path}")
    with pytest.raises(UsageError, match=r"no image called '9' in there; .* 1-full, 2-slim, 3-"):
        await open_image(f"oci:{tmp_path}:9")


async def test_an_empty_layout_has_no_image(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no image in there"):
        await open_image(f"oci:{layout(tmp_path)}")


async def test_attestations_are_no_images(tmp_path: Path, keychain: Keychain) -> None:
    layout(tmp_path, ("1.0", MANIFEST), blobs=(CONFIG,))
    index = json.loads((tmp_path / "index.json").read_text())
    platform = {"platform": {"os": "unknown", "architecture": "unknown"}}
    index["manifests"].append(descriptor(b"{}", MediaType.OCI_MANIFEST) | platform)
    (tmp_path / "index.json").write_text(json.dumps(index))
    assert isinstance(await resolve(f"oci:{tmp_path}", keychain), Manifest)


async def test_content_that_is_not_what_its_digest_promised_is_refused(
    tmp_path: Path, keychain: Keychain
) -> None:
    layout(tmp_path, ("1.0", MANIFEST), blobs=(CONFIG,))
    blob(tmp_path, CONFIG).write_bytes(CONFIG.replace(b"10001", b"00000"))
    error = await failure(f"oci:{tmp_path}", keychain)
    assert error.kind == FailureKind.DIGEST_MISMATCH
    assert str(Digest.of(CONFIG)) in error.detail
    blob(tmp_path, MANIFEST).write_bytes(MANIFEST + b" ")
    assert (await failure(f"oci:{tmp_path}", keychain)).kind == FailureKind.DIGEST_MISMATCH


async def test_content_of_another_size_than_promised_is_refused(
    tmp_path: Path, keychain: Keychain
) -> None:
    layout(tmp_path, ("1.0", MANIFEST), blobs=(CONFIG,))
    image, reference = await open_image(f"oci:{tmp_path}")
    longer = Descriptor(MediaType.OCI_CONFIG, Digest.of(CONFIG), len(CONFIG) + 1)
    with pytest.raises(FetchError) as caught:
        await image.config(reference, longer, keychain)
    assert caught.value.kind == FailureKind.DIGEST_MISMATCH


async def test_content_that_is_not_there_is_not_found(tmp_path: Path, keychain: Keychain) -> None:
    layout(tmp_path, ("1.0", MANIFEST))
    error = await failure(f"oci:{tmp_path}", keychain)
    assert error.kind == FailureKind.NOT_FOUND
    assert Digest.of(CONFIG).hex in error.detail


async def test_a_folder_in_the_place_of_a_blob_is_malformed(
    tmp_path: Path, keychain: Keychain
) -> None:
    layout(tmp_path, ("1.0", MANIFEST))
    blob(tmp_path, CONFIG).mkdir()
    assert (await failure(f"oci:{tmp_path}", keychain)).kind == FailureKind.MALFORMED


async def test_what_the_system_refuses_to_read_is_told(tmp_path: Path, keychain: Keychain) -> None:
    layout(tmp_path, ("1.0", MANIFEST))
    loop = blob(tmp_path, CONFIG)
    loop.symlink_to(loop)
    error = await failure(f"oci:{tmp_path}", keychain)
    assert error.kind == FailureKind.UNREACHABLE
    assert error.detail.endswith("Too many levels of symbolic links")


async def test_content_beyond_its_limit_is_not_read(tmp_path: Path, keychain: Keychain) -> None:
    big = config(Labels={"padding": "x" * 2**21})
    layout(tmp_path, ("1.0", manifest(big)), blobs=(big,))
    assert (await failure(f"oci:{tmp_path}", keychain)).kind == FailureKind.TOO_LARGE


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", FailureKind.MALFORMED),
        ("[]", FailureKind.MALFORMED),
        ("{", FailureKind.MALFORMED),
        ('{"manifests": [{"digest": "sha256:../../x", "size": 1}]}', FailureKind.MALFORMED),
        (
            f'{{"manifests": [{{"digest": "sha256:{"a" * 64}", "size": -1}}]}}',
            FailureKind.MALFORMED,
        ),
        ('{"manifests": ' + "[" * 100_000 + "]" * 100_000 + "}", FailureKind.MALFORMED),
        ('{"manifests": []' + " " * 2**22 + "}", FailureKind.TOO_LARGE),
        (
            '{"manifests": ['
            + ",".join([f'{{"digest": "sha256:{"a" * 64}", "size": 1}}'] * 201)
            + "]}",
            FailureKind.TOO_LARGE,
        ),
        (json.dumps(json.loads(MANIFEST)), FailureKind.MALFORMED),
    ],
    ids=["empty", "list", "cut", "path", "negative", "deep", "big", "many", "manifest"],
)
async def test_a_hostile_index_is_told_and_not_followed(
    tmp_path: Path, text: str, kind: FailureKind, keychain: Keychain
) -> None:
    layout(tmp_path, ("1.0", MANIFEST), blobs=(CONFIG,))
    (tmp_path / "index.json").write_text(text)
    error = await failure(f"oci:{tmp_path}", keychain)
    assert error.kind == kind
    assert error.detail.isprintable()
