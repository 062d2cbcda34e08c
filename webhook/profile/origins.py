"""How each layer came about, as far as the history can be matched with the layers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from webhook.layer.path import normal
from webhook.profile.contents import Origin
from webhook.profile.copied import Copy, copy_of
from webhook.profile.history import Builder, Instruction
from webhook.profile.size import layer_steps

_HIDDEN = ("dir:", "file:", "multi:")


@dataclass(frozen=True, slots=True)
class Made:
    """What made one layer."""

    origin: Origin
    copied: Copy | None = None
    """What was copied, where that made it."""
    holds_files: bool = True
    """Whether anything may be in it but a folder (``WORKDIR``)."""
    removes: bool = True
    """Whether it may take away what lower layers have."""


_UNTOLD = Made(Origin.UNKNOWN)
_FOLDER = Made(Origin.RUN, holds_files=False, removes=False)


def made(steps: Sequence[Instruction], layers: int) -> tuple[Made, ...]:
    """What made each layer, bottom first."""
    made_by = layer_steps(steps, layers)
    if made_by is None:
        return (_UNTOLD,) * layers
    before = (-1, *made_by)
    return tuple(
        _UNTOLD if any(map(_is_merged, steps[last + 1 : step])) else _made(steps[step])
        for last, step in zip(before, made_by, strict=False)
    )


def destinations(layers: Iterable[Made], working_dir: str) -> frozenset[str]:
    """The folders that an application was copied to, or works in, as paths within a layer."""
    home = normal(working_dir) or ""
    found = {home}
    for each in layers:
        if each.copied is not None and not each.copied.is_root:
            found.add(destination(each.copied, home))
    return frozenset(found - {""})


def destination(copied: Copy, working_dir: str) -> str:
    """Where a copy was put, as a path within a layer; from the working directory if relative."""
    written = copied.destination
    path = written if written.startswith("/") else f"{working_dir}/{written}"
    return normal(path) or ""


def _is_merged(step: Instruction) -> bool:
    """Whether a step without a layer is in the next one (``buildah --layers=false``).

    BuildKit says it of steps that changed nothing.
    """
    return step.builder is not Builder.BUILDKIT and step.verb in ("RUN", "COPY", "ADD")


def _made(step: Instruction) -> Made:
    if step.verb == "WORKDIR":
        return _FOLDER
    if step.verb == "RUN":
        return Made(Origin.RUN)
    copied = copy_of(step)
    if copied is None or copied.is_root:
        return _UNTOLD
    return Made(_origin(copied), copied, removes=False)


def _origin(copied: Copy) -> Origin:
    if copied.from_stage:
        return Origin.STAGE
    is_hidden = any(source.startswith(_HIDDEN) for source in copied.sources)
    return Origin.COPY if is_hidden and copied.from_stage is None else Origin.CONTEXT
