"""What manifest and config say, read once for all the judges."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from webhook.oci import Config, Image, ImageConfig
from webhook.profile.evidence import Source
from webhook.profile.history import Instruction, read_history
from webhook.profile.installs import Install, python_installs
from webhook.profile.packages import Package, installed

BUILD_METADATA = "io.buildpacks.build.metadata"
"""Label in which the buildpacks lifecycle says what it built and which processes there are."""

EMPTY = ImageConfig(b"", "", "", None, None, None, None, Config(), (), ())
"""The config of an image whose config was not asked for: nothing is known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An image's metadata in the shape that the judges ask of it."""

    config: ImageConfig
    annotations: Mapping[str, str]
    """Of the index entry and the manifest; the manifest's own win."""
    env: Mapping[str, str]
    labels: Mapping[str, str]
    steps: tuple[Instruction, ...]
    """The history, oldest first."""
    packages: tuple[Package, ...]
    """System packages that were asked for and kept."""
    installs: tuple[Install, ...]
    """Python packages and interpreters that the history installed."""
    buildpacks: tuple[str, ...]
    """Ids of the Cloud Native Buildpacks that built the image."""
    argv: tuple[str, ...]
    """What the image runs: ENTRYPOINT and CMD, a buildpacks process resolved."""

    @classmethod
    def of(cls, image: Image) -> "Reading":
        """Read an image; without its config nothing but the annotations is known."""
        config = image.config or EMPTY
        steps = read_history(config.history)
        build = _build_metadata(config.labels.get(BUILD_METADATA, ""))
        return cls(
            config=config,
            annotations={**dict(image.index_annotations), **image.manifest.annotations},
            env=config.env,
            labels=config.labels,
            steps=steps,
            packages=installed(steps),
            installs=python_installs(steps),
            buildpacks=tuple(pack.id for pack in build.buildpacks or ()),
            argv=_argv(config.config, build),
        )

    @property
    def is_official(self) -> bool:
        """Whether ``Env`` is that of an official python image: a version, and what proves it."""
        return "PYTHON_VERSION" in self.env and bool(
            self.env.get("PYTHON_SHA256") or self.env.get("GPG_KEY")
        )

    @property
    def conda(self) -> tuple[Source, str] | None:
        """Where conda shows: in a variable, or as an installer in the history; None if nowhere."""
        name = next((name for name in self.env if _CONDA_ENV.fullmatch(name)), None)
        if name or _CONDA_PATH.search(self.env.get("PATH", "")):
            return Source.CONFIG, f"ENV {name or 'PATH'}"
        texts = (step.text for step in self.steps if step.verb in ("RUN", "COPY"))
        match = next(filter(None, map(_CONDA_SETUP.search, texts)), None)
        return (Source.HISTORY, match[0]) if match else None

    @property
    def tells_nothing(self) -> bool:
        """Whether neither history nor environment nor command says anything of the contents."""
        told = any(step.raw or step.comment.startswith("store paths") for step in self.steps)
        return not (told or self.argv or self.env.keys() - {"PATH"})


class _Buildpack(msgspec.Struct):
    id: str = ""


class _Process(msgspec.Struct):
    type: str = ""
    command: str | list[str] = ""
    args: list[str] | None = None


class _Build(msgspec.Struct):
    buildpacks: list[_Buildpack] | None = None
    processes: list[_Process] | None = None


_CONDA_ENV = re.compile(r"CONDA_DIR|CONDA_PREFIX|CONDA_HOME|MAMBA_ROOT_PREFIX|MAMBA_EXE")
_CONDA_PATH = re.compile(r"/(?:mini|ana)?conda\d*/|/(?:mini|mamba)forge\d*/")
_CONDA_SETUP = re.compile(r"(?:Mini|Ana)conda\d*-|Miniforge\d*|Mambaforge|\bmicromamba\b")
_BUILD_DECODER = msgspec.json.Decoder(_Build)
_PROCESS = re.compile(r"/cnb/process/([\w.-]+)")


def _build_metadata(label: str) -> _Build:
    try:
        return _BUILD_DECODER.decode(label) if label else _Build()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _Build()


def _argv(config: Config, build: _Build) -> tuple[str, ...]:
    argv = (*(config.entrypoint or ()), *(config.cmd or ()))
    match = _PROCESS.fullmatch(argv[0]) if argv else None
    launched = match[1] if match else "web" if argv[:1] == ("/cnb/lifecycle/launcher",) else None
    for process in build.processes or ():
        if process.type == launched:
            command = process.command
            words = ["sh", "-c", command] if isinstance(command, str) else command
            return (*words, *(process.args or ()), *argv[1:])
    return argv
