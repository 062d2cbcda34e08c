"""Building: instructions folded into layers, history and config, then pushed into a store.

``ImageBuild.then`` is what ``FROM`` followed by instructions means. Sources: OCI image-spec
config.md and manifest.md; Docker image manifest v2 schema 2; BuildKit attestation-storage.md.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webhook.oci import Descriptor, Digest, MediaType
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.builders import Builder
from webhook.sandbox.dockerfile import (
    Add,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    Healthcheck,
    Instruction,
    Label,
    Run,
    StopSignal,
    User,
    Workdir,
)
from webhook.sandbox.layers import Entry, Folder, Layer, pack
from webhook.sandbox.store import Store

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """An image so far: what ``FROM`` starts with."""

    architecture: Architecture
    layers: tuple[Layer, ...] = ()
    history: tuple[Json, ...] = ()
    """Entries of the image config, oldest first."""
    config: Json = field(default_factory=dict)
    """The execution parameters: ``config`` inside the image config."""
    extra: Json = field(default_factory=dict)
    """Further keys of the image config, which only some builders write."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Of the manifest."""

    def then(self, builder: Builder, *instructions: Instruction) -> "ImageBuild":
        """What ``builder`` makes of this image by ``instructions``."""
        layers, history, config = list(self.layers), list(self.history), self.config
        for position, instruction in enumerate(instructions):
            makes_layer = builder.makes_layer(instruction)
            if makes_layer:
                layers.append(pack(_files(instruction)))
            line = builder.created_by(instruction), builder.comment(position)
            history.append(_entry(builder.created, *line, empty=not makes_layer))
            config = _configured(config, instruction)
        return replace(self, layers=tuple(layers), history=tuple(history), config=config)

    def root(
        self, files: Iterable[Entry], created: str, created_by: str, comment: str = ""
    ) -> "ImageBuild":
        """One more layer made by something that is not a builder of Dockerfiles."""
        entry = _entry(created, created_by, comment, empty=False)
        layers = (*self.layers, pack(files))
        return replace(self, layers=layers, history=(*self.history, entry))

    def image_config(self) -> bytes:
        """The config blob."""
        document = {
            "architecture": self.architecture.go,
            "config": self.config,
            "created": self.history[-1]["created"],
            **self.extra,
            "history": self.history,
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [str(x.diff_id) for x in self.layers]},
        }
        return json.dumps(document, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Dialect:
    """The media types that a manifest speaks of itself and of what it names."""

    manifest: str
    config: str
    layer: str


OCI = Dialect(MediaType.OCI_MANIFEST, MediaType.OCI_CONFIG, MediaType.OCI_LAYER_GZIP)
DOCKER = Dialect(MediaType.DOCKER_MANIFEST, MediaType.DOCKER_CONFIG, MediaType.DOCKER_LAYER_GZIP)


def push(
    store: Store, repository: str, image: ImageBuild, tag: str | None = None, dialect: Dialect = OCI
) -> Descriptor:
    """Put one image into ``store``; returns what an index says of its manifest."""
    for blob in (image.image_config(), *(layer.blob for layer in image.layers)):
        store.put_blob(blob, dialect.layer)
    return store.put_manifest(repository, manifest_of(image, dialect), dialect.manifest, tag)


def manifest_of(image: ImageBuild, dialect: Dialect = OCI) -> bytes:
    """The manifest of an image."""
    config = describe(image.image_config(), dialect.config)
    layers = [describe(layer.blob, dialect.layer) for layer in image.layers]
    return manifest(dialect.manifest, config, layers, image.annotations)


def describe(data: bytes, media_type: str) -> Descriptor:
    """What a manifest says of ``data``."""
    return Descriptor(media_type, Digest.of(data), len(data))


def manifest(
    media_type: str,
    config: Descriptor,
    layers: Iterable[Descriptor],
    annotations: Mapping[str, str] | None = None,
) -> bytes:
    """The bytes of a manifest that names ``config`` and ``layers``."""
    document: Json = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": wire(config),
        "layers": [wire(layer) for layer in layers],
    }
    if annotations:
        document["annotations"] = dict(annotations)
    return json.dumps(document, indent=2).encode()


def wire(descriptor: Descriptor) -> Json:
    """A descriptor as JSON."""
    document: Json = {
        "mediaType": descriptor.media_type,
        "digest": str(descriptor.digest),
        "size": descriptor.size,
    }
    if descriptor.annotations:
        document["annotations"] = dict(descriptor.annotations)
    if descriptor.platform is not None:
        platform = descriptor.platform
        document["platform"] = {"architecture": platform.architecture, "os": platform.os}
    return document


def _files(instruction: Instruction) -> tuple[Entry, ...]:
    match instruction:
        case Run(files=files) | Copy(files=files) | Add(files=files):
            return files
        case Workdir(path=path):
            return (Folder(path.lstrip("/")),)
        case _:
            return ()


def _entry(created: str, created_by: str, comment: str, *, empty: bool) -> Json:
    entry: Json = {"created": created, "created_by": created_by}
    if comment:
        entry["comment"] = comment
    if empty:
        entry["empty_layer"] = True
    return entry


def _configured(config: Json, instruction: Instruction) -> Json:
    """``config`` after ``instruction``."""
    match instruction:
        case Env(values=values):
            pairs = dict(item.split("=", 1) for item in config.get("Env", ()))
            merged = pairs | dict(values)
            return config | {"Env": [f"{name}={value}" for name, value in merged.items()]}
        case Label(name=name, value=value):
            return config | {"Labels": config.get("Labels", {}) | {name: value}}
        case Expose(port=port):
            return config | {"ExposedPorts": config.get("ExposedPorts", {}) | {f"{port}/tcp": {}}}
        case Workdir(path=path):
            return config | {"WorkingDir": path}
        case User(name=name):
            return config | {"User": name}
        case Healthcheck(command=command):
            check = {"Test": ["CMD-SHELL", command], "Interval": 30_000_000_000}
            return config | {"Healthcheck": check}
        case StopSignal(name=name):
            return config | {"StopSignal": name}
        case Entrypoint(argv=argv):
            # A new entrypoint drops the command that came with the base.
            kept = {key: value for key, value in config.items() if key != "Cmd"}
            return kept | {"Entrypoint": list(argv)}
        case Cmd():
            return config | {"Cmd": list(instruction.argv)}
        case Run() | Copy() | Add():
            return config
