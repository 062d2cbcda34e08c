"""The profile of an image: every statement that the rules and ``inspect`` rely on.

Shapes follow the contract of ``slimgate inspect -o json``. What is not known is ``None``; sizes are
bytes; scores and confidences are 0 to 100.
"""

from enum import StrEnum
from typing import Literal

import msgspec

from webhook.profile.build import Build
from webhook.profile.contents import Contents
from webhook.profile.evidence import Evidence
from webhook.profile.launch import Launch
from webhook.profile.traces import Traces


class Variant(StrEnum):
    """What kind of base a Python image stands on."""

    SLIM = "slim"
    FULL = "full"
    ALPINE = "alpine"
    DISTROLESS = "distroless"
    OTHER = "other"
    UNKNOWN = "unknown"


class Python(msgspec.Struct, frozen=True):
    """Whether the image runs Python, and which."""

    verdict: Literal["yes", "maybe", "no", "unknown"]
    score: int
    """Noisy-or of the evidence."""
    version: str | None = None
    """``3.13.1`` or ``3.13``; None when nothing says."""
    version_confidence: int = 0
    origin: Literal["docker-library", "distribution", "conda", "standalone", "other"] | None = None
    """Who built the interpreter: decides whose end-of-life dates apply."""
    evidence: tuple[Evidence, ...] = ()


class Libc(msgspec.Struct, frozen=True):
    """Which C library the image's programs are linked to."""

    verdict: Literal["musl", "glibc", "none", "unknown", "conflict"]
    confidence: int = 0
    evidence: tuple[Evidence, ...] = ()


class Distro(msgspec.Struct, frozen=True):
    """The distribution, in the words of os-release."""

    id: str
    """``debian``, ``alpine``, ``ubuntu``, ``rhel``, ``wolfi`` …"""
    release: str | None = None
    """Version or code name: ``3.22``, ``trixie``, ``24.04``; None when nothing says."""
    evidence: tuple[Evidence, ...] = ()
    """The best there is for the release, or for the distribution where nothing tells that."""


class Base(msgspec.Struct, frozen=True):
    """The base image, as far as the metadata tells."""

    variant: Variant
    confidence: int = 0
    reference: str | None = None
    """The base's reference, only where the image declares it."""
    declared: Evidence | None = None
    """Where ``reference`` is declared, and how far that place is to be trusted."""
    digest: str | None = None
    """The base's digest, only where the image declares it beside the reference."""
    boundary: int = 0
    """Index of the first history entry that is the image's own."""
    boundary_by: str = "none"
    """How the boundary was found: ``from``, ``python``, ``cmd``, ``root``; ``none`` when not."""
    evidence: tuple[Evidence, ...] = ()


class User(msgspec.Struct, frozen=True):
    """The user of the image config."""

    raw: str
    """``User`` as written; empty when unset."""
    uid: int | None
    """The numeric user id the runtime will use; None for a name."""
    root: bool | None
    """None when a name cannot be resolved."""
    evidence: tuple[Evidence, ...] = ()
    """What the layers say of a name."""

    @property
    def is_name(self) -> bool:
        """Whether a name is written, of which the kubelet cannot know the number."""
        return self.uid is None or bool(self.evidence)


class Unpacked(msgspec.Struct, frozen=True):
    """The size on disk, with its bounds and how it was found."""

    value: int
    low: int
    high: int
    method: str
    """The least exact one used: ``ratio`` (an estimate), ``isize`` (the trailer of gzip), ``frame``
    (the header of zstd), ``annotation``, ``plain`` (not compressed), ``toc``, ``files`` (counted)."""
    confidence: int = 50
    """90 when every layer's size is known, 70 when those of four fifths of the bytes are."""


class Layer(msgspec.Struct, frozen=True):
    """One layer, bottom first."""

    digest: str
    media_type: str
    size: int
    """Bytes to transfer."""
    unpacked: int | None
    """Bytes on disk; None when only the whole image was estimated."""
    created_by: str | None
    """The instruction that made it; None when history and layers cannot be matched."""
    own: bool | None = None
    """Whether it lies above the base boundary; None when that cannot be told."""


class Size(msgspec.Struct, frozen=True):
    """How big the image is."""

    pull: int
    """Sum of the layers' sizes as transferred."""
    unpacked: Unpacked
    layers: tuple[Layer, ...]
    own: Unpacked | None = None
    """On disk, of the layers above the base alone; None when those cannot be told apart."""

    @property
    def largest(self) -> Layer | None:
        """The layer with the most bytes to transfer."""
        return max(self.layers, key=lambda layer: layer.size, default=None)


class Journey(msgspec.Struct, frozen=True):
    """On which of the guide's four steps a Python image stands."""

    step: int | None
    """1 full, 2 slim, 3 multi-stage, 4 optimised; None when it cannot be told or does not apply."""
    name: str | None
    reasons: tuple[str, ...] = ()
    """Why not the next step; what could not be known is said."""
    saves: int | None = None
    """About how many bytes less the next step would have to transfer; None when that is not known."""


class Runtime(msgspec.Struct, frozen=True):
    """What the config says of running the image: the part that rules combine with the Pod."""

    user: str
    env: dict[str, str]
    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    working_dir: str
    labels: dict[str, str]
    created: str | None
    os: str
    architecture: str
    launch: Launch
    """How a container starts that overrides nothing."""
    launcher: bool = False
    """Whether a launcher sets the environment at start (Cloud Native Buildpacks)."""
    stop_signal: str = ""
    """``SIGINT`` …; empty when unset, which means SIGTERM."""


class ImageProfile(msgspec.Struct, frozen=True):
    """All that is known of one image on one platform."""

    digest: str
    """Digest of the platform's manifest."""
    platform: str
    runtime: Runtime
    python: Python
    libc: Libc
    distro: Distro | None
    base: Base
    journey: Journey
    user: User
    size: Size
    contents: Contents
    build: Build
    traces: Traces
    offered: tuple[str, ...] = ()
    """Platforms of the index that named the image; empty for an image by itself."""
    digests: tuple[str, ...] = ()
    """By which its reference can have been pulled: the index's, and those of the images in it."""
    extensions: tuple[Evidence, ...] = ()
    """Compiled extensions in the layers, one for each Python they are built for: ``3.13``."""

    @property
    def is_python(self) -> bool:
        """Whether it is a Python image, or may be one."""
        return self.python.verdict != "no"
