"""The hook that other repositories run with pre-commit."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Slimgate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def hook() -> dict[str, Any]:
    (found,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert isinstance(found, dict)
    return found


def test_its_entry_is_a_command_that_takes_files(slimgate: Slimgate, hook: dict[str, Any]):
    name, *command = hook["entry"].split()
    assert (name, hook["id"], hook["language"]) == ("slimgate", "slimgate-check", "python")
    ended = slimgate(*command, "/nonexistent.yaml", code=2)
    assert "cannot read /nonexistent.yaml: No such file" in ended.err


def test_pre_commit_takes_it():
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", ".pre-commit-hooks.yaml"]
    subprocess.run(command, cwd=ROOT, check=True)
