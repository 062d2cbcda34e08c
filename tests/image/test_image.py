"""What is in the webhook's own image, and what its own rules say of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PULL = 75_000_000
"""Bytes that the image may have to transfer, on the base that ``make image`` makes."""

pytestmark = pytest.mark.timeout(120)


def slimgate(*words: str) -> Any:
    ran = subprocess.run(
        [sys.executable, "-m", "webhook", *words, "-o", "json"], capture_output=True, check=False
    )
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def profile(folder: Path) -> dict[str, Any]:
    (image,) = slimgate("inspect", f"oci:{folder}/layout")["platforms"]
    found: dict[str, Any] = image["profile"]
    return found


def test_it_passes_the_strictest_of_its_own_policies(folder: Path):
    (result,) = slimgate("check", f"oci:{folder}/layout", "--policies", "restricted")["results"]
    denying = [finding["message"] for finding in result["findings"] if finding["action"] == "deny"]
    assert denying == []
    assert result["allowed"]


def test_it_says_what_it_was_built_on(config: dict[str, Any], profile: dict[str, Any]):
    assert profile["base"]["reference"] == "localhost/slimgate-base:bookworm"
    assert config["Labels"]["org.opencontainers.image.base.name"] == profile["base"]["reference"]


def test_it_stands_on_the_last_step_and_is_small(profile: dict[str, Any]):
    assert profile["journey"]["step"] == 4
    assert profile["user"] == {"raw": "10001:10001", "uid": 10001, "root": False}
    assert profile["size"]["pull"] <= PULL


def test_what_only_builders_and_developers_need_is_not_in_it(folder: Path, packages: Path):
    root = folder / "root"
    for path in ("usr/bin/gcc", "usr/bin/strip", "usr/bin/pip3", "usr/local/bin/uv", "app/tests"):
        assert not (root / path).exists(), path
    names = {path.name for path in packages.iterdir()}
    assert not names & {"pytest", "mypy", "hypothesis", "pip", "uv"}
    assert {"webhook", "aiohttp", "fastapi"} <= names


def test_its_own_command_is_the_only_one(folder: Path):
    commands = {path.name for path in (folder / "root/app/.venv/bin").iterdir()}
    assert {name for name in commands if not name.startswith("python")} == {"slimgate"}


def test_the_generated_classes_of_the_kubernetes_client_are_not_in_it(packages: Path):
    for client in ("kubernetes/client", "kubernetes/aio/client"):
        assert not (packages / client / "api").exists()
        assert {path.stem for path in (packages / client / "models").glob("*.py")} == {"__init__"}


def test_compiled_modules_come_without_sources_and_debug_symbols(packages: Path):
    files = [path for path in packages.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in {".pyx", ".pxd", ".c", ".h", ".pyi"}]
    compiled = [path for path in files if path.suffix == ".so"]
    assert len(compiled) > 10
    assert not [path for path in compiled if b"\0.debug_info\0" in path.read_bytes()]


def test_bytecode_is_compiled_for_everything(packages: Path):
    for source in packages.glob("webhook/**/*.py"):
        assert list(source.parent.glob(f"__pycache__/{source.stem}.*.pyc")), source


def test_the_pull_size_is_told(folder: Path, profile: dict[str, Any]):
    first, *_ = (folder / "report").read_text().splitlines()
    base, own = (layer["size"] for layer in profile["size"]["layers"])
    assert first == f"pull size: {(base + own) / 1e6:.1f} MB, the base {base / 1e6:.1f} MB of it"


def test_the_largest_packages_are_told(folder: Path):
    _, total, *lines = (folder / "report").read_text().splitlines()
    assert re.fullmatch(r"Python packages: \d+ MB on disk, the largest:", total)
    assert len(lines) == 10
    assert all(re.fullmatch(r" *\d+ MB  \S+", line) for line in lines)
