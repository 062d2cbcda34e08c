from typing import Any

import pytest

from tests.rules.verdicts import fires, verdict, violation
from webhook.policy.example import PYTHON_ENV
from webhook.policy.rule import Skip, Unknown
from webhook.rules.python_dont_write_bytecode import PythonDontWriteBytecode

RULE = PythonDontWriteBytecode()
NAME = "PYTHONDONTWRITEBYTECODE"


def config(*env: str, argv: tuple[str, ...] = ("python", "app.py")) -> dict[str, Any]:
    return {"Env": [*PYTHON_ENV, *env], "Cmd": list(argv)}


def test_both_ways_out_are_named():
    found = violation(RULE, config=config())
    assert found.problem == "PYTHONDONTWRITEBYTECODE is not set"
    assert found.fix == "Set it, or compile at build time (UV_COMPILE_BYTECODE=1, compileall)"


@pytest.mark.parametrize(("value", "on"), [("1", True), ("x", True), ("0", False), ("", False)])
def test_the_value_is_read_as_cpython_reads_it(value: str, on: bool):
    assert fires(RULE, config=config(f"{NAME}={value}")) is not on


@pytest.mark.parametrize(
    ("argv", "on"),
    [
        (("python", "-B", "app.py"), True),
        (("python", "-uB", "app.py"), True),
        (("python", "app.py", "-B"), False),
        (("python", "-b", "app.py"), False),
    ],
)
def test_the_flag_is_as_good(argv: tuple[str, ...], on: bool):
    assert fires(RULE, config=config(argv=argv)) is not on


def test_images_that_are_compiled_pass_unless_that_is_not_accepted():
    compiled = config("UV_COMPILE_BYTECODE=1")
    assert verdict(RULE, config=compiled) is None
    assert fires(PythonDontWriteBytecode(accept_compiled=False), config=compiled)
    assert fires(RULE, config=config("UV_COMPILE_BYTECODE=0"))


def test_a_read_only_root_passes_unless_that_is_not_accepted():
    read_only = {"securityContext": {"readOnlyRootFilesystem": True}}
    assert verdict(RULE, config=config(), container=read_only) is None
    strict = PythonDontWriteBytecode(read_only_root_passes=False)
    assert fires(strict, config=config(), container=read_only)
    writable = {"securityContext": {"readOnlyRootFilesystem": False}}
    assert fires(RULE, config=config(), container=writable)


def test_a_value_that_cannot_be_seen_is_skipped_and_a_launchers_unknown():
    hidden = {"envFrom": [{"configMapRef": {"name": "x"}}]}
    assert verdict(RULE, config=config(), container=hidden) == Skip("may be set by envFrom")
    built = {"Env": ["CNB_LAYERS_DIR=/layers"], "Cmd": ["python"]}
    assert isinstance(verdict(RULE, config=built), Unknown)
