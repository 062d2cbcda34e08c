"""Corpus files as images: real bytes, parsed by the same code that parses a registry's.

Two shapes are known. *Listings*: facts from published listings of official images, whose history
was rewritten for print (undone by :mod:`tests.accuracy.listing`), with a flat ``expected``. *Configs*:
image configs as published, with ``expected``, ``undecidable``, ``truth`` and ``accept``.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.accuracy.listing import written_history
from webhook.oci import Digest, Image, ImageConfig, Manifest, MediaType, Platform, parse_document

Json = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What is right for one field of one image."""

    expected: str
    also: frozenset[str] = frozenset()
    """Other values that are as right."""
    forgiven: frozenset[str] = frozenset()
    """Values that leave the question open, where the metadata cannot tell."""
    counts: bool = True
    """Whether the field counts towards the score."""

    def is_open(self, value: str) -> bool:
        """Whether ``value`` leaves open what there is to know."""
        return value in self.forgiven and value not in {self.expected, *self.also}

    def is_right(self, value: str) -> bool:
        """Whether ``value`` is right, or rightly left open."""
        return value == self.expected or value in self.also | self.forgiven


@dataclass(frozen=True)
class Case:
    """One image and what is known about it."""

    name: str
    image: Image
    answers: dict[str, Answer] = field(default_factory=dict)
    """By field: ``python``, ``libc``, ``libc of python``, ``variant``, ``root`` …"""


def read(path: Path) -> Case:
    """One corpus file, whichever its shape."""
    document = json.loads(path.read_text())
    if "config" in document:
        return Case(path.stem, _published(document), _config_answers(document))
    return Case(path.stem, _listed(document), _listing_answers(document))


def _listed(document: Json) -> Image:
    listed_env = [f"{name}={value}" for name, value in document["env"].items()]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "User": document["user"],
            "Env": (document.get("facts") or {}).get("env_config") or listed_env,
            "Entrypoint": document["entrypoint"],
            "Cmd": document["cmd"],
        },
        "history": written_history(document),
    }
    return _image(config, document["layers"], None)


def _published(document: Json) -> Image:
    manifest = document.get("manifest")
    layers = manifest["layers"] if manifest else document.get("layers")
    return _image(document["config"], layers, manifest)


def _image(config: Json, layers: list[Json] | None, manifest: Json | None) -> Image:
    diff_ids = (config.get("rootfs") or {}).get("diff_ids")
    if diff_ids is None:
        diff_ids = [_digest(f"diff {index}") for index in range(len(layers or ()))]
        config = {**config, "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    if layers is None:
        layers = [{"digest": _digest(f"layer {i}"), "size": 1} for i in range(len(diff_ids))]
    raw = json.dumps(config).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": MediaType.OCI_MANIFEST,
        "config": {
            "mediaType": MediaType.OCI_CONFIG,
            "digest": str(Digest.of(raw)),
            "size": len(raw),
        },
        "layers": [
            {
                "mediaType": layer.get("mediaType")
                or layer.get("media_type")
                or MediaType.OCI_LAYER_GZIP,
                "digest": layer["digest"],
                "size": layer["size"],
            }
            for layer in layers
        ],
        "annotations": (manifest or {}).get("annotations") or {},
    }
    manifest_raw = json.dumps(document).encode()
    parsed = parse_document(manifest_raw)
    assert isinstance(parsed, Manifest)
    read_config = ImageConfig.parse(raw)
    platform = Platform(read_config.os or "linux", read_config.architecture or "amd64")
    return Image(Digest.of(manifest_raw), parsed, platform, read_config)


def _digest(text: str) -> str:
    return f"sha256:{sha256(text.encode()).hexdigest()}"


_OPEN = {
    "python": frozenset({"unknown", "maybe"}),
    "libc": frozenset({"unknown", "conflict"}),
    "variant": frozenset({"unknown"}),
    "distro": frozenset({"-"}),
    "version": frozenset({"-"}),
}
"""Values by which the profile says that it does not know."""


def _listing_answers(document: Json) -> dict[str, Answer]:
    expected = document["expected"]
    is_python = expected["python"]
    answers = {
        "python": Answer(
            "yes" if is_python else "no",
            also=frozenset({"maybe"} if is_python else ()),
            forgiven=_OPEN["python"] if document["ambiguous_python"] else frozenset(),
            counts=not document["ambiguous_python"],
        ),
        "libc": Answer(expected["libc"], forgiven=_OPEN["libc"]),
        "root": Answer(_said(expected["root"])),
        "distro": Answer(expected["distro"], forgiven=_OPEN["distro"]),
    }
    if is_python:
        answers["libc of python"] = answers["libc"]
        answers["variant"] = Answer(expected["python_variant"])
    return answers


_FIELDS = {
    "python": "python",
    "libc": "libc",
    "distro": "distro",
    "base_variant": "variant",
    "root": "root",
    "python_minor": "version",
}


def _config_answers(document: Json) -> dict[str, Answer]:
    expected = document["expected"]
    truth = document.get("truth") or {}
    accept = document.get("accept") or {}
    undecidable = document.get("undecidable") or []
    answers: dict[str, Answer] = {}
    for theirs, ours in _FIELDS.items():
        value = truth.get(theirs, expected[theirs])
        if value is None or (ours in ("variant", "version") and expected["python"] != "yes"):
            continue
        value = "unknown" if value == "unknown-from-metadata" else value
        is_open = theirs in undecidable or ours in ("libc", "version", "distro")
        answers[ours] = Answer(
            _said(value),
            also=frozenset(map(_said, accept.get(theirs, ()))),
            forgiven=_OPEN[ours] if is_open else frozenset(),
            counts=theirs not in undecidable,
        )
    if expected["python"] == "yes" and "libc" in answers:
        answers["libc of python"] = answers["libc"]
    return answers


def _said(value: object) -> str:
    return (
        {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
    )
