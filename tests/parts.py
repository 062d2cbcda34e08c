"""Heavy parts: programs that some tests run, and that no package of the project brings along."""

import os
import shutil
import sys
from pathlib import Path

import pytest


def require(program: str) -> str:
    """The path of ``program``. Without it a test is skipped, but in CI (``CI=true``) it fails."""
    environment = str(Path(sys.executable).parent)
    path = os.pathsep.join([environment, os.environ.get("PATH", os.defpath)])
    found = shutil.which(program, path=path)
    if found is not None:
        return found
    reason = f"{program} is not installed: make parts"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
