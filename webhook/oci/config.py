"""Image configs: how the image was built and how it wants to be run.

Source: OCI image-spec config.md; Docker image specification v1.2. The raw bytes are kept, so that
keys nobody here knows are not lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import msgspec

from webhook.errors import FailureKind, FetchError

MAX_CONFIG = 2 * 1024 * 1024
"""Bytes of a config blob."""
MAX_HISTORY = 512
"""History entries that are read; the rest is dropped, oldest kept."""
MAX_HISTORY_TEXT = 64 * 1024
"""Characters of one ``created_by``."""
MAX_HISTORY_TOTAL = 1024 * 1024
"""Characters of all ``created_by`` together."""
MAX_ENV = 500
"""Environment variables."""
MAX_ENV_TEXT = 32 * 1024
"""Characters of one environment variable."""


class History(msgspec.Struct, frozen=True, gc=False):
    """One step of the build, as its builder told it."""

    created: str | None = None
    created_by: str | None = None
    author: str | None = None
    comment: str | None = None
    empty_layer: bool | None = None


class Config(msgspec.Struct, frozen=True, rename="pascal"):
    """The execution parameters: ``config`` inside the image config."""

    user: str | None = None
    env: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    working_dir: str | None = None
    labels: dict[str, str] | None = None
    exposed_ports: dict[str, Any] | None = None
    volumes: dict[str, Any] | None = None
    shell: tuple[str, ...] | None = None
    healthcheck: dict[str, Any] | None = None
    stop_signal: str | None = None


class _RootFS(msgspec.Struct, frozen=True):
    type: str | None = None
    diff_ids: tuple[str, ...] | None = None


class _ImageConfig(msgspec.Struct, frozen=True):
    architecture: str | None = None
    os: str | None = None
    variant: str | None = None
    os_version: str | None = msgspec.field(default=None, name="os.version")
    created: str | None = None
    author: str | None = None
    config: Config | None = None
    rootfs: _RootFS | None = None
    history: tuple[History, ...] | None = None


_DECODER = msgspec.json.Decoder(_ImageConfig)


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """An image config with everything bounded, and its raw bytes."""

    raw: bytes
    """The bytes whose digest the manifest names."""
    architecture: str
    os: str
    variant: str | None
    os_version: str | None
    created: str | None
    """RFC 3339 text as written; builders write 1970 and 1980 too."""
    author: str | None
    config: Config
    diff_ids: tuple[str, ...]
    """Digests of the uncompressed layers, bottom first."""
    history: tuple[History, ...]
    """Oldest first; empty when the builder wrote none."""

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read a config blob. Raises ``FetchError``: malformed or too large."""
        if len(raw) > MAX_CONFIG:
            raise FetchError(FailureKind.TOO_LARGE, f"config is larger than {MAX_CONFIG} bytes")
        try:
            wire = _DECODER.decode(raw)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            raise FetchError(FailureKind.MALFORMED, f"config is not valid ({error})") from None
        return cls(
            raw=raw,
            architecture=wire.architecture or "",
            os=wire.os or "",
            variant=wire.variant or None,
            os_version=wire.os_version or None,
            created=wire.created or None,
            author=wire.author or None,
            config=_bounded(wire.config or Config()),
            diff_ids=(wire.rootfs.diff_ids or ()) if wire.rootfs else (),
            history=_bounded_history(wire.history or ()),
        )

    @property
    def env(self) -> Mapping[str, str]:
        """``Env`` as a mapping; the last of two equal names wins, as it does at run time."""
        pairs = (item.partition("=") for item in self.config.env or ())
        return {name: value for name, _, value in pairs}

    @property
    def labels(self) -> Mapping[str, str]:
        """``Labels``; empty when there are none."""
        return self.config.labels or {}


def _bounded(config: Config) -> Config:
    env = config.env or ()
    if len(env) > MAX_ENV or any(len(item) > MAX_ENV_TEXT for item in env):
        raise FetchError(
            FailureKind.TOO_LARGE,
            f"config has more than {MAX_ENV} variables, or one above {MAX_ENV_TEXT} characters",
        )
    return config


def _bounded_history(history: tuple[History, ...]) -> tuple[History, ...]:
    kept: list[History] = []
    budget = MAX_HISTORY_TOTAL
    for entry in history[:MAX_HISTORY]:
        text = (entry.created_by or "")[: min(MAX_HISTORY_TEXT, budget)]
        budget -= len(text)
        cut = text != (entry.created_by or "")
        kept.append(msgspec.structs.replace(entry, created_by=text) if cut else entry)
    return tuple(kept)
