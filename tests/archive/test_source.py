import os
from pathlib import Path

import pytest

from tests.archive.crafted import config, layout, manifest, saved, tar
from webhook.archive import is_archive, open_image
from webhook.errors import FetchError, UsageError
from webhook.oci import Descriptor, Digest, MediaType
from webhook.services.ports import Keychain

CONFIG = config()
MANIFEST = manifest(CONFIG)
HEX = Digest.of(CONFIG).hex


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("oci:./image", True),
        ("oci:image:1.0", True),
        ("oci-archive:image.tar", True),
        ("docker-archive:image.tar:app:1.0", True),
        ("oci", False),
        ("nginx:1.30", False),
        ("localhost:5000/oci:1", False),
        ("dir:image", False),
    ],
)
def test_a_scheme_tells_archives_from_references(text: str, meant: bool) -> None:
    assert is_archive(text) is meant


async def test_the_reference_is_written_as_typed_and_names_the_digest(tmp_path: Path) -> None:
    folder = layout(tmp_path / "My App", ("1.0", MANIFEST), blobs=(CONFIG,))
    text = f"oci:{folder}:1.0"
    _, reference = await open_image(text)
    assert str(reference) == text
    assert reference.canonical == f"localhost/my-app:1.0@{Digest.of(MANIFEST)}"


async def test_a_saved_image_keeps_the_name_that_policies_know(tmp_path: Path) -> None:
    names = ["registry.example.com/team/api:1.0", "api:latest"]
    path = tar(tmp_path / "a.tar", (f"{HEX}.json", CONFIG), saved((f"{HEX}.json", names, [])))
    _, reference = await open_image(f"docker-archive:{path}")
    assert reference.canonical == f"registry.example.com/team/api:1.0@{Digest.of(CONFIG)}"


@pytest.mark.parametrize("names", [None, [], ["<none>:<none>"]])
async def test_an_image_without_a_usable_name_is_called_after_its_file(
    tmp_path: Path, names: list[str] | None
) -> None:
    path = tar(
        tmp_path / "API_2.tar.gz", (f"{HEX}.json", CONFIG), saved((f"{HEX}.json", names, []))
    )
    _, reference = await open_image(f"docker-archive:{path}")
    assert (reference.repository, reference.tag) == ("localhost/api-2", None)


async def test_a_tag_that_is_none_is_left_out_of_the_name(tmp_path: Path) -> None:
    layout(tmp_path / "app", ("not a tag", MANIFEST), blobs=(CONFIG,))
    _, reference = await open_image(f"oci:{tmp_path}/app")
    assert reference.canonical == f"localhost/app@{Digest.of(MANIFEST)}"


async def test_paths_and_tags_may_have_colons(tmp_path: Path) -> None:
    tag = "registry.example.com:5000/app:1.0"
    layout(tmp_path / "a:b", (tag, MANIFEST), blobs=(CONFIG,))
    for text in (f"oci:{tmp_path}/a:b", f"oci:{tmp_path}/a:b:{tag}"):
        _, reference = await open_image(text)
        assert reference.digest == Digest.of(MANIFEST)


@pytest.mark.parametrize(
    ("scheme", "name", "problem"),
    [
        ("oci", "nothing", "there is no such file or folder"),
        ("oci", "x" * 300, "File name too long"),
        ("oci", "file", "not a folder"),
        ("oci-archive", "folder", "not a file"),
        ("docker-archive", "folder", "not a file"),
        ("docker-archive", "pipe", "not a file"),
        ("oci", "folder", "not an OCI image layout: there is no oci-layout"),
        ("oci-archive", "file", "not a tar archive"),
        ("docker-archive", "file", "not a tar archive"),
        ("oci-archive", "other.tar", "not an OCI image layout"),
        ("docker-archive", "other.tar", "not an archive of docker save"),
        ("docker-archive", "empty", "not an archive of docker save"),
    ],
)
async def test_what_cannot_be_meant_is_refused_by_name(
    tmp_path: Path, scheme: str, name: str, problem: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("FROM python:3.13\n" * 100)
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    tar(tmp_path / "other.tar", ("readme", b"hello"))
    with pytest.raises(UsageError, match=problem) as caught:
        await open_image(f"{scheme}:{tmp_path}/{name}")
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_what_is_broken_inside_is_told_when_the_image_is_asked_for(
    tmp_path: Path, keychain: Keychain
) -> None:
    path = tar(tmp_path / "broken.tar", ("manifest.json", b"{"))
    image, reference = await open_image(f"docker-archive:{path}")
    assert str(reference) == f"docker-archive:{path}"
    assert reference.canonical == "localhost/broken"
    assert image.known(reference, keychain) is None
    part = Descriptor(MediaType.DOCKER_CONFIG, Digest.of(CONFIG), len(CONFIG))
    for asked in (
        image.resolve(reference, keychain),
        image.manifest(reference, part, keychain),
        image.config(reference, part, keychain),
        image.part(reference, part, 0, 4, keychain),
    ):
        with pytest.raises(FetchError, match=r"malformed: manifest\.json is not valid"):
            await asked


@pytest.mark.parametrize("text", ["oci:", "oci::", "docker-archive:"])
async def test_a_path_must_be_said(text: str) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        await open_image(text)
