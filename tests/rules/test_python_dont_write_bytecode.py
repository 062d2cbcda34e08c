from typing import Any

import msgspec
import pytest

from tests.rules.verdicts import facts_about, fires, profiled, verdict, violation
from webhook.policy.example import PYTHON_ENV, SLIM
from webhook.policy.facts import Facts
from webhook.policy.rule import Skip, Unknown, Violation
from webhook.profile.contents import Found
from webhook.profile.need import Need
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
    for off in ("0", "false", ""):
        assert fires(RULE, config=config(f"UV_COMPILE_BYTECODE={off}"))


def with_bytecode(*tags: str) -> Facts:
    """The facts of an image with a ``__pycache__`` beside its application."""
    image = profiled(**config())
    found = tuple(Found("app/__pycache__", 2, 4096, tag) for tag in tags)
    contents = msgspec.structs.replace(image.contents, bytecode=found)
    return facts_about(msgspec.structs.replace(image, contents=contents))


@pytest.mark.parametrize(
    ("tags", "compiled"),
    [
        ((), False),
        (("cpython-313",), True),
        (("cpython-311",), False),
        (("cpython-311", "cpython-313"), True),
        (("cpython-311 cpython-313",), True),
        (("",), True),
    ],
)
def test_bytecode_of_its_own_python_beside_the_application_passes(
    tags: tuple[str, ...], compiled: bool
):
    assert (RULE.check(with_bytecode(*tags)) is None) is compiled
    strict = PythonDontWriteBytecode(accept_compiled=False)
    assert isinstance(strict.check(with_bytecode(*tags)), Violation)


def test_layers_are_only_looked_into_where_that_can_make_it_pass():
    assert Need.FILES in RULE.needed
    assert Need.FILES not in PythonDontWriteBytecode(accept_compiled=False).needed


def test_what_the_bases_build_exported_for_itself_is_no_variable():
    step = "RUN /bin/sh -c set -eux; export PYTHONDONTWRITEBYTECODE=1; make install # buildkit"
    assert fires(RULE, history=(*SLIM[:4], step, SLIM[5]), config=config())


def test_a_user_who_may_not_write_there_is_told_all_the_same():
    assert fires(RULE, config=config() | {"User": "10001"})


def test_the_pods_env_sets_it_and_unsets_it():
    on = {"env": [{"name": NAME, "value": "1"}]}
    assert not fires(RULE, config=config(), container=on)
    off = {"env": [{"name": NAME, "value": ""}]}
    assert fires(RULE, config=config(f"{NAME}=1"), container=off)


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
