"""The contracts of the house that no linter checks, and that those which do are kept."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.generated import files as generated

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "webhook"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(file.parent for file in PACKAGE.glob("*/__init__.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "manager", "handler"}
MAX_LINES = 300
MAX_FUNCTION = 60
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"""(?<![\w.])/(?!Users/me\b|mnt/c\b)(?:work|Users|mnt|workspace)/\w""")
PACKAGE_REGISTRY = re.compile(r"(?:pypi|pythonhosted|npmjs|crates|rubygems)\.(?:org|com|io)\b")

ELSEWHERE = re.compile(r"\.\./shared|shared/(?:vectors|corpus|seeds|bench)")


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


def texts() -> Iterator[Path]:
    """Everything that people write here, code or not."""
    for pattern in ("webhook/**/*", "tests/**/*", "policies/**/*", "charts/**/*", ".ci/*", "*"):
        for file in ROOT.glob(pattern):
            if file.is_file() and file.suffix not in {".pyc", ".lock"}:
                yield file


@pytest.fixture(scope="module", params=MODULES, ids=shown)
def module(request: pytest.FixtureRequest) -> Path:
    file: Path = request.param
    return file


def test_a_module_is_short_enough_to_be_read_at_once(module: Path):
    assert len(module.read_text().splitlines()) <= MAX_LINES


def test_a_module_is_called_by_what_it_does(module: Path):
    assert module.stem not in FORBIDDEN_NAMES
    assert not module.stem.startswith("_") or module.stem.startswith("__")


def test_a_module_says_what_it_is(module: Path):
    assert ast.get_docstring(ast.parse(module.read_text()))


@pytest.mark.parametrize("room", ROOMS, ids=shown)
def test_a_room_has_a_door_sign_that_says_what_it_is_and_what_it_must_never_do(room: Path):
    sign = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    assert "must never" in " ".join(sign.split())


@pytest.mark.parametrize("room", ROOMS, ids=shown)
def test_a_room_has_tests_of_its_own(room: Path):
    assert list((ROOT / "tests" / room.name).rglob("test_*.py"))


def test_nine_functions_of_ten_are_short_and_none_is_long():
    lengths = sorted(
        (node.end_lineno or 0) - node.lineno + 1
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[len(lengths) * 9 // 10] <= 45
    assert lengths[-1] <= MAX_FUNCTION


def found_in(pattern: re.Pattern[str], files: Iterator[Path]) -> list[str]:
    return [
        f"{shown(file)}: {match[0]}"
        for file in files
        if file != Path(__file__)
        for match in pattern.finditer(file.read_text(errors="replace"))
    ]


def test_nothing_is_left_for_later():
    assert found_in(UNFINISHED, texts()) == []


def test_nothing_knows_the_machine_it_was_written_on():
    assert found_in(MACHINE_PATH, texts()) == []


def test_no_package_registry_is_named():
    assert found_in(PACKAGE_REGISTRY, texts()) == []


def test_no_test_needs_what_is_not_in_the_project():
    assert found_in(ELSEWHERE, ROOT.glob("tests/**/*.py")) == []


def test_what_may_import_what_is_kept():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_generated_files_are_up_to_date():
    assert [shown(file) for file, text in generated() if file.read_text() != text] == []


def test_the_wheel_carries_the_policies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["webhook"]
    ((source, target),) = wheel["force-include"].items()
    assert target.startswith("webhook/")
    shipped = {folder.name for folder in (ROOT / source).iterdir() if folder.is_dir()}
    assert {"baseline", "python-recommended", "restricted"} <= shipped


@pytest.mark.parametrize("policy", sorted(ROOT.glob("policies/*/policy.yaml")), ids=shown)
def test_every_shipped_policy_has_cases_beside_it(policy: Path):
    assert (policy.parent / "cases.yaml").is_file()
    assert f"name: {policy.parent.name}" in policy.read_text()
