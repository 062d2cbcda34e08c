"""Examples of rules and cases of policies: real documents, read as a registry's are.

An example names parts of an image config in the words of the OCI image-spec and parts of a Pod in
those of Kubernetes; both go through the same parsing and profiling as in a review, so that an
example cannot show what no image has.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from webhook.kube.imageuse import ContainerKind, ImageUse
from webhook.kube.workload import Container, PodSpec
from webhook.oci import (
    Descriptor,
    Digest,
    Image,
    ImageConfig,
    Manifest,
    MediaType,
    Platform,
    Reference,
)
from webhook.policy.facts import Facts
from webhook.policy.files import NO_FILES, layers_of
from webhook.policy.tables import Tables
from webhook.profile import ImageProfile, profile

REFERENCE = "registry.example.com/team/api:1.4.2"
"""What an example's image is called unless it says otherwise."""
TODAY = date(2026, 11, 21)
"""The day on which examples are judged unless they say otherwise."""
_DEBIAN = "# debian.sh --arch 'amd64' out/ 'trixie' '@1785715200'"
_ALPINE = "ADD alpine-minirootfs-3.24.2-x86_64.tar.gz / # buildkit"
_VERSION = "ENV PYTHON_VERSION=3.13.1"
_SHA256 = "ENV PYTHON_SHA256=9cf9427bee9e2242e3877dd0f6b641c1853ca461f39d6503ce260a59c80bf0d9"
_BUILD = "RUN /bin/sh -c set -eux; wget -O python.tar.xz ...; make install # buildkit"
_DEV_PACKAGES = "autoconf default-libmysqlclient-dev imagemagick libmagickwand-dev libxslt-dev"

SLIM = (
    _DEBIAN,
    "RUN /bin/sh -c apt-get install -y ca-certificates netbase tzdata # buildkit",
    _VERSION,
    _SHA256,
    _BUILD,
    'CMD ["python3"]',
)
"""History of ``python:3.13-slim``, shortened."""
FULL = (
    _DEBIAN,
    f"RUN /bin/sh -c apt-get install -y {_DEV_PACKAGES} # buildkit",
    "RUN /bin/sh -c apt-get install -y libbluetooth-dev tk-dev uuid-dev # buildkit",
    _VERSION,
    _SHA256,
    _BUILD,
    'CMD ["python3"]',
)
"""History of ``python:3.13``, shortened."""
ALPINE = (
    _ALPINE,
    'CMD ["/bin/sh"]',
    "RUN /bin/sh -c apk add --no-cache ca-certificates tzdata # buildkit",
    _VERSION,
    _SHA256,
    _BUILD,
    'CMD ["python3"]',
)
"""History of ``python:3.13-alpine``, shortened."""
PYTHON_ENV = ("PYTHON_VERSION=3.13.1", f"PYTHON_SHA256={_SHA256.partition('=')[2]}")
"""What the official images set."""


class Example(msgspec.Struct, frozen=True):
    """One documented case of a rule."""

    title: str
    """A sentence that says what is shown."""
    fires: bool
    config: dict[str, Any] = {}
    """``config`` of the image config: ``User``, ``Env``, ``Cmd`` …, over a Python image's."""
    history: tuple[str, ...] = SLIM
    """``created_by`` texts, oldest first."""
    created: str | None = None
    """The day of the build, as RFC 3339 has it."""
    layers: tuple[int, ...] = (29_000_000, 12_000_000, 2_000_000)
    """Bytes of the layers, bottom first."""
    files: dict[int, tuple[str, ...]] = {}
    """What is in the layers that are looked at, by their index, as ``webhook.policy.files`` reads
    it: ``usr/bin/gcc 1M``."""
    offered: tuple[str, ...] = ()
    """Platforms of the index that names the image."""
    container: dict[str, Any] = {}
    """What the Pod says of the container."""
    pod: dict[str, Any] = {}
    """What the Pod says of itself."""
    kind: ContainerKind = ContainerKind.CONTAINER
    reference: str = REFERENCE
    options: dict[str, Any] = {}
    """Options of the rule."""
    today: date = TODAY


def facts_of(example: Example, tables: Tables) -> Facts:
    """The facts of an example, through the real parsers."""
    config = {
        "architecture": "amd64",
        "os": "linux",
        "created": example.created,
        "config": {"Env": list(PYTHON_ENV), "Cmd": ["python", "app.py"], **example.config},
        "history": [
            {"created_by": text, "empty_layer": _is_empty(text)} for text in example.history
        ],
    }
    pod = msgspec.convert(example.pod, PodSpec)
    container = msgspec.convert({"name": "web", **example.container}, Container)
    use = ImageUse(container.name, example.kind, example.reference, container, pod)
    known = profile_of(config, example.layers, example.files, example.offered)
    return Facts.of(use, Reference.parse(example.reference), example.today, tables, known)


def profile_of(
    config: Mapping[str, Any],
    layers: Sequence[int],
    files: Mapping[int, Sequence[str]] = NO_FILES,
    offered: tuple[str, ...] = (),
) -> ImageProfile:
    """The profile of an image with this config and layers of these sizes in bytes.

    ``files`` says by index what is in the layers that were looked at. Raises ``FetchError`` when
    the config is none, and ``UsageError`` for what is no file or no layer.
    """
    raw = msgspec.json.encode(config)
    read = ImageConfig.parse(raw)
    blobs = tuple(
        Descriptor(MediaType.OCI_LAYER_GZIP, Digest.of(f"layer {at}".encode()), size)
        for at, size in enumerate(layers)
    )
    descriptor = Descriptor(MediaType.OCI_CONFIG, Digest.of(raw), len(raw))
    manifest = Manifest(MediaType.OCI_MANIFEST, descriptor, blobs, {})
    platform = Platform(read.os or "linux", read.architecture or "amd64", read.variant)
    image = Image(Digest.of(raw), manifest, platform, read, offered=offered)
    return profile(image, layers_of(blobs, files))


def _is_empty(created_by: str) -> bool:
    return created_by.startswith(("ENV", "CMD", "USER", "LABEL", "ENTRYPOINT", "EXPOSE"))
