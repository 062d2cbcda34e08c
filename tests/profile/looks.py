"""Images on the official slim one, with what a look into their own layers shows."""

from collections.abc import Callable, Iterable

from tests.profile.images import Json, buildkit, image, layer, python_slim
from webhook.policy.files import layers_of
from webhook.profile import ImageProfile, profile
from webhook.profile.contents import Contents

Step = tuple[str, tuple[str, ...] | None]
"""A Dockerfile line that makes a layer, and the files in it; None where it was not looked at."""

BASE = len([entry for entry in python_slim() if not entry.get("empty_layer")])
"""Layers of the base: the first own one has this index."""


def looked(
    *steps: Step,
    base: tuple[str, ...] | None = None,
    below: list[Json] | None = None,
    builder: Callable[..., list[Json]] = buildkit,
    working_dir: str = "",
    env: Iterable[str] = ("PYTHON_VERSION=3.13.1",),
) -> ImageProfile:
    """An image of these steps; ``base`` are the files of its lowest layer, ``below`` its history."""
    history = python_slim() if below is None else below
    made = len([entry for entry in history if not entry.get("empty_layer")])
    lines = [line for line, _ in steps]
    entries = [*history, *builder(*lines)]
    files = {made + at: shown for at, (_, shown) in enumerate(steps) if shown is not None}
    if base is not None:
        files[0] = base
    layers = [layer(9_000_000, n) for n in range(made + len(steps))]
    about = image(entries, env=env, layers=layers, working_dir=working_dir)
    return profile(about, layers_of(about.manifest.layers, files))


def copied(*files: str, to: str = "/app") -> Contents:
    """What is found of files that ``COPY .`` brought."""
    return looked((f"COPY . {to}", files)).contents


def run(*files: str, line: str = "RUN make") -> Contents:
    """What is found of files that a command made."""
    return looked((line, files)).contents
