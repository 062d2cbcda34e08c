"""``policy``, ``rules``, ``demo`` and the command itself."""

import io
import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.cli.conftest import Slimgate
from tests.conftest import policy_text
from webhook import __version__
from webhook.cli.options import console, working
from webhook.rules import CATALOGUE
from webhook.wiring import shipped_policies


def test_the_version(slimgate: Slimgate):
    assert slimgate("--version").out.strip() == __version__


@pytest.mark.parametrize("command", ["serve", "inspect", "check", "rules", "demo"])
def test_every_command_shows_examples(slimgate: Slimgate, command: str):
    shown = slimgate(command, "--help").out
    assert f"slimgate {command}" in shown.partition("Examples:")[2]


def test_rules_as_a_list_a_page_and_data(slimgate: Slimgate):
    listed = slimgate("rules").out.splitlines()
    assert [line.split()[0] for line in listed] == list(CATALOGUE)
    page = slimgate("rules", "image-size").out
    assert "**Remedy.**" in page
    assert "`maxUnpacked`" in page
    told = json.loads(slimgate("rules", "-o", "json").out)
    assert {"id", "title", "needs", "options"} <= set(told[0])
    assert "did you mean 'run-as-root'" in slimgate("rules", "run-as-rot", code=2).err


def test_the_shipped_policies_are_valid_and_keep_their_word(slimgate: Slimgate):
    assert "4 policies are valid" in slimgate("policy", "lint").out
    assert re.search(r"^\d+ passed, 0 failed$", slimgate("policy", "test").out, re.MULTILINE)


def test_lint_tells_every_problem_with_its_place(slimgate: Slimgate, tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text(policy_text("rule: run-as-rot, action: deny", "rule: python-eol, action: no"))
    said = slimgate("policy", "lint", str(file), code=2).err.splitlines()
    assert said[0].startswith(f"slimgate: {file}:8:14: unknown rule 'run-as-rot'")
    assert said[1].startswith(f"slimgate: {file}:9:34: 'no' is not")


def test_a_case_that_comes_out_otherwise_fails(slimgate: Slimgate, tmp_path: Path):
    (tmp_path / "policy.yaml").write_text(policy_text("rule: floating-tag, action: deny"))
    case = {
        "apiVersion": "policy.slimgate.dev/v1alpha1",
        "kind": "PolicyCases",
        "metadata": {"name": "team"},
        "cases": [{"name": "latest is fine", "image": "nginx:latest", "expect": {"allowed": True}}],
    }
    (tmp_path / "cases.yaml").write_text(yaml.safe_dump(case))
    shown = slimgate("policy", "test", str(tmp_path), code=1).out
    assert "FAIL" in shown
    assert "latest is fine" in shown
    assert "expected allowed: true, got false" in shown


def test_policies_without_cases_are_no_silent_pass(slimgate: Slimgate, tmp_path: Path):
    file = tmp_path / "policy.yaml"
    file.write_text(policy_text("rule: floating-tag, action: deny"))
    assert "no case was found" in slimgate("policy", "test", str(file), code=2).err


def test_the_schema_accepts_the_shipped_policies(slimgate: Slimgate):
    schema = json.loads(slimgate("policy", "schema").out)
    validator = jsonschema.Draft202012Validator(schema)
    for file in shipped_policies().glob("*/policy.yaml"):
        validator.validate(yaml.safe_load(file.read_text()))


def test_the_demo_shows_every_sample_with_a_verdict(slimgate: Slimgate):
    shown = slimgate("demo").out
    assert "scaled down 100 times" in shown
    for words in (":1-full", ":4-optimised", ":alpine", "DENIED", "warned", "allowed"):
        assert words in shown
    assert "What to type next" in shown
    assert all(len(line) <= 100 for line in shown.splitlines() if line.startswith("│"))


def test_variables_count_for_every_command(slimgate: Slimgate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLIMGATE_OUTPUT", "json")
    assert len(json.loads(slimgate("rules").out)) == len(CATALOGUE)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_typed_is_no_markup_where_progress_is_shown(monkeypatch: pytest.MonkeyPatch):
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with working("reading [/x]\x1b[2J"):
        pass
    assert "reading [/x]?[2J" in terminal.getvalue()


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], coloured: bool
):
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **environ}.items():
        monkeypatch.setenv(name, value)
    console("auto").print("denied", style="red")
    assert ("\x1b[31m" in terminal.getvalue()) is coloured


def test_a_policy_that_is_named_twice_counts_once(slimgate: Slimgate):
    assert slimgate("policy", "lint", "baseline", "baseline").out.startswith("1 policy is valid")
