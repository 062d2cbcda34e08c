"""One image of a ``docker save`` archive.

Source: Docker image specification v1.2, and the same file in the OCI-compatible archives that
Docker writes since version 25. Such an archive has no manifest: one is made up here from the list
of layers. Its digest is that of the config (the *image id*), as there is no other; a layer that
lies unpacked in the archive is told as it is, with its unpacked size and media type.
"""

import asyncio
import re
from dataclasses import dataclass
from typing import Self

import msgspec

from webhook.archive.choice import only
from webhook.archive.files import layer_part, mismatched
from webhook.archive.tar import Member, Tar
from webhook.errors import FailureKind, FetchError, InvalidDigest, InvalidReference, UsageError
from webhook.oci import (
    Descriptor,
    Digest,
    ImageConfig,
    Index,
    Manifest,
    MediaType,
    Reference,
)
from webhook.oci.config import MAX_CONFIG
from webhook.oci.manifest import MAX_DOCUMENT, MAX_LAYERS
from webhook.services.ports import Keychain, Resolved, window

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COMPRESSED = {
    b"\x1f\x8b": MediaType.DOCKER_LAYER_GZIP,
    b"\x28\xb5": MediaType.OCI_LAYER_ZSTD,
}
"""Media types by how a layer begins; what nothing else claims is a tar archive."""


class _Entry(msgspec.Struct, frozen=True, rename="pascal"):
    """One image in ``manifest.json``."""

    config: str
    layers: list[str]
    repo_tags: list[str] | None = None


_DECODER = msgspec.json.Decoder(list[_Entry])


@dataclass(frozen=True, slots=True)
class DockerImage:
    """An image source that holds one image, whatever reference it is asked for."""

    name: str | None
    """The first name it was saved under; None when it was saved by its id."""
    document: Manifest
    content: ImageConfig
    tar: Tar
    paths: tuple[str, ...]
    """Where in ``tar`` the layers of ``document`` lie, in the same order."""

    @classmethod
    def choose(cls, tar: Tar, tag: str | None) -> Self:
        """The image that ``tag`` names, or the only one there is.

        ``tag`` is a name as in ``docker save``, or its tag alone. Raises ``UsageError`` when this is
        no such archive or no single image is meant, and ``FetchError`` when it cannot be read.
        """
        entry = _chosen(_entries(tar), tag)
        raw = tar.read(entry.config, MAX_CONFIG)
        digest = Digest.of(raw)
        promised = _HEX.search(entry.config)
        if promised is not None and promised[0] != digest.hex:
            raise mismatched(entry.config)
        content = ImageConfig.parse(raw)
        described = Descriptor(MediaType.DOCKER_CONFIG, digest, len(raw))
        layers = _layers(tar, entry.layers, content.diff_ids)
        document = Manifest(MediaType.DOCKER_MANIFEST, described, layers, {})
        name = next(iter(entry.repo_tags or ()), None)
        return cls(name, document, content, tar, tuple(entry.layers))

    @property
    def tag(self) -> str | None:
        """None: the name has it."""
        return None

    @property
    def digest(self) -> Digest:
        """The image id."""
        return self.document.config.digest

    async def resolve(self, reference: Reference, keychain: Keychain) -> Resolved:
        """See ``ImageSource.resolve``."""
        return Resolved(self.digest, self.document)

    async def manifest(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> Manifest | Index:
        """See ``ImageSource.manifest``. There is no index, and so no child of one."""
        raise FetchError(FailureKind.NOT_FOUND, f"there is no manifest {descriptor.digest}")

    async def config(
        self, reference: Reference, descriptor: Descriptor, keychain: Keychain
    ) -> ImageConfig:
        """See ``ImageSource.config``."""
        return self.content

    async def part(
        self,
        reference: Reference,
        descriptor: Descriptor,
        start: int,
        length: int,
        keychain: Keychain,
    ) -> bytes:
        """See ``ImageSource.part``."""
        wanted, path = window(descriptor, start, length), self._path(descriptor)
        packed = descriptor.media_type != MediaType.DOCKER_LAYER
        if packed and len(wanted) == descriptor.size and self._is_diff_id(descriptor.digest):
            raise FetchError(
                FailureKind.UNSUPPORTED,
                f"layer {descriptor.digest} is packed, and its digest that of what is packed: "
                "as a whole it cannot be checked",
            )
        return await asyncio.to_thread(layer_part, self.tar, path, descriptor, wanted)

    def known(self, reference: Reference, keychain: Keychain) -> Digest | None:
        """See ``ImageSource.known``."""
        return self.digest

    def _path(self, descriptor: Descriptor) -> str:
        try:
            return self.paths[self.document.layers.index(descriptor)]
        except ValueError:
            detail = f"there is no layer {descriptor.digest}"
            raise FetchError(FailureKind.NOT_FOUND, detail) from None

    def _is_diff_id(self, digest: Digest) -> bool:
        return str(digest) in self.content.diff_ids


def _entries(tar: Tar) -> list[_Entry]:
    if "manifest.json" not in tar.members:
        raise UsageError("not an archive of docker save: there is no manifest.json")
    try:
        return _DECODER.decode(tar.read("manifest.json", MAX_DOCUMENT))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise FetchError(FailureKind.MALFORMED, f"manifest.json is not valid ({error})") from None


def _chosen(entries: list[_Entry], tag: str | None) -> _Entry:
    meant = [entry for entry in entries if tag is None or _is_named(entry, tag)]
    return only(meant, tag, (name for entry in entries for name in entry.repo_tags or (None,)))


def _is_named(entry: _Entry, tag: str) -> bool:
    names = entry.repo_tags or ()
    return any(tag in (name, name.rpartition(":")[2]) or _same(name, tag) for name in names)


def _same(name: str, other: str) -> bool:
    """Whether two references name the same image."""
    try:
        return Reference.parse(name) == Reference.parse(other)
    except InvalidReference:
        return False


def _layers(tar: Tar, paths: list[str], diff_ids: tuple[str, ...]) -> tuple[Descriptor, ...]:
    if len(paths) > MAX_LAYERS:
        raise FetchError(FailureKind.TOO_LARGE, f"image has more than {MAX_LAYERS} layers")
    if len(paths) != len(diff_ids):
        raise FetchError(
            FailureKind.MALFORMED, f"there are {len(paths)} layers, and {len(diff_ids)} diff_ids"
        )
    return tuple(
        _layer(path, tar.measure(path), diff_id)
        for path, diff_id in zip(paths, diff_ids, strict=True)
    )


def _layer(path: str, member: Member, diff_id: str) -> Descriptor:
    """What a manifest would say of a layer. Unpacked, its digest is its ``diff_id``."""
    media_type = _COMPRESSED.get(member.magic[:2], MediaType.DOCKER_LAYER)
    # Folders are called by an older kind of id, which is no digest of anything.
    named = _HEX.search(path.rpartition("/")[2])
    if named is not None and media_type != MediaType.DOCKER_LAYER:
        return Descriptor(media_type, Digest("sha256", named[0]), member.size)
    try:
        digest = Digest.parse(diff_id)
    except InvalidDigest as error:
        raise FetchError(FailureKind.MALFORMED, f"config has a bad diff_id ({error})") from None
    return Descriptor(media_type, digest, member.size)
