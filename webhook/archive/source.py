"""Opening an image by the text that a person typed: ``oci:DIR[:TAG]`` and its like."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from webhook.archive.docker import DockerImage
from webhook.archive.files import Folder
from webhook.archive.layout import LayoutImage
from webhook.archive.tar import Tar
from webhook.archive.unreadable import Unreadable
from webhook.errors import FetchError, InvalidReference, UsageError
from webhook.oci import Reference
from webhook.services.ports import ImageSource

_Image = LayoutImage | DockerImage
_OPENERS: dict[str, Callable[[Path, str | None], _Image]] = {
    "oci": lambda path, tag: LayoutImage.choose(Folder(path), tag),
    "oci-archive": lambda path, tag: LayoutImage.choose(Tar.scan(path), tag),
    "docker-archive": lambda path, tag: DockerImage.choose(Tar.scan(path), tag),
}
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


def is_archive(text: str) -> bool:
    """Whether ``text`` is meant for ``open_image``, and not a reference for a registry."""
    scheme, colon, _ = text.partition(":")
    return bool(colon) and scheme in _OPENERS


async def open_image(text: str) -> tuple[ImageSource, Reference]:
    """The image that ``text`` names, and a reference to ask for it by.

    The reference is written as ``text``, has the image's digest, and the name under which the image
    was built or saved, so that policies for that name apply; without one, ``localhost/<file>``.
    Raises ``UsageError`` when the text or the file cannot be meant. What is broken inside the file
    is told by the source, when it is asked for the image.
    """
    return await asyncio.to_thread(_open, text)


def _open(text: str) -> tuple[ImageSource, Reference]:
    scheme, _, rest = text.partition(":")
    try:
        path, tag = _split(rest)
        if not (path.is_dir() if scheme == "oci" else path.is_file()):
            raise UsageError(f"not a {'folder' if scheme == 'oci' else 'file'}")
        image = _OPENERS[scheme](path, tag)
    except FetchError as error:
        return Unreadable(error.kind, error.detail), replace(_local(path), written=text)
    except UsageError as error:
        raise UsageError(f"{text!r}: {error}") from None
    except OSError as error:
        raise UsageError(f"{text!r}: {error.strerror}") from None
    return image, _reference(text, path, image)


def _split(text: str) -> tuple[Path, str | None]:
    """Path and tag; both may have colons, so that the shortest path that is there decides."""
    path, *tags = text.split(":")
    while not (path and Path(path).exists()):
        if not tags:
            raise UsageError("there is no such file or folder")
        path = f"{path}:{tags.pop(0)}"
    return Path(path), ":".join(tags) or None


def _reference(text: str, path: Path, image: _Image) -> Reference:
    try:
        named = Reference.parse(image.name) if image.name else _local(path, image.tag)
    except InvalidReference:
        named = _local(path)
    return replace(named, digest=image.digest, written=text)


def _local(path: Path, tag: str | None = None) -> Reference:
    """A name after the file, as podman names images that come from nowhere."""
    stem = path.absolute().name.partition(".")[0].lower()
    name = _NOT_IN_A_NAME.sub("-", stem).strip("-") or "image"
    return Reference.parse(f"localhost/{name}:{tag}" if tag else f"localhost/{name}")
