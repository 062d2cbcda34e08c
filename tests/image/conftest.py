"""The image that ``make image`` built."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.image.container import Container
from tests.parts import made_by

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the image was built: ``layout``, ``root`` and ``report``."""
    return made_by(ROOT / ".ci/image", "container image", "image")


@pytest.fixture(scope="session")
def packages(folder: Path) -> Path:
    """Where its Python packages are."""
    (found,) = folder.glob("root/app/.venv/lib/python3*/site-packages")
    return found


@pytest.fixture(scope="session")
def config(folder: Path) -> dict[str, Any]:
    """What its config says of running it: ``Env``, ``Labels`` ..."""
    (manifest,) = json.loads((folder / "layout/index.json").read_bytes())["manifests"]
    found: dict[str, Any] = _blob(folder, _blob(folder, manifest)["config"])["config"]
    return found


@pytest.fixture(scope="session")
def container(folder: Path, config: dict[str, Any]) -> Container:
    """The image, as a runtime would start it."""
    return Container(folder / "root", dict(line.split("=", 1) for line in config["Env"]))


def _blob(folder: Path, descriptor: dict[str, Any]) -> Any:
    _, _, encoded = descriptor["digest"].partition(":")
    return json.loads((folder / "layout/blobs/sha256" / encoded).read_bytes())
