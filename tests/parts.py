"""Heavy parts: programs and images that some tests need, and that no package brings along."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest


def require(program: str) -> str:
    """The path of ``program``. Without it a test is skipped, but in CI it fails."""
    environment = str(Path(sys.executable).parent)
    path = os.pathsep.join([environment, os.environ.get("PATH", os.defpath)])
    return shutil.which(program, path=path) or absent(f"{program} is not installed: make parts")


def made_by(script: Path, what: str, target: str = "parts") -> Path:
    """The folder that ``script --where`` names, once ``make target`` has made what is in it."""
    said = subprocess.run([script, "--where"], capture_output=True, text=True, check=True)
    folder = Path(said.stdout.strip())
    return folder if (folder / ".done").exists() else absent(f"no {what}: make {target}")


def absent(reason: str) -> NoReturn:
    """Skip the test for want of a part; fail it where ``CI=true``, which has to have them all."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
