from typing import Any

import pytest

from tests.profile.images import Json, buildkit, kaniko
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from tests.tables import TABLES
from webhook.policy.example import Example, facts_of
from webhook.policy.rule import Skip, Verdict, Violation
from webhook.profile import Source
from webhook.rules import CATALOGUE
from webhook.rules.distroless_python import DistrolessPython

RULE = DistrolessPython()
NAME = "org.opencontainers.image.base.name"
VERSION = "com.google.distroless.python.version"
BASE: list[Json] = [{"created_by": "bazel build //python3:python3_nonroot_amd64_debian13"}]
FIX = "Use gcr.io/distroless/python3-debian13:nonroot and a matching builder"


def on(
    own: list[Json] | None = None,
    python: str = "3.13",
    annotations: dict[str, str] | None = None,
    **config: Any,
) -> Verdict:
    """What the rule says of an application on distroless Python."""
    start = {
        "Entrypoint": [f"/usr/bin/python{python}"],
        "Cmd": ["main.py"],
        "Env": ["LANG=C.UTF-8"],
    }
    image = profiled([*BASE, *(own or [])], annotations=annotations, **{**start, **config})
    return RULE.check(facts_about(image))


def packages(python: str) -> list[Json]:
    return buildkit(f"COPY /app/.venv/lib/python{python}/site-packages /app/site-packages")


def test_packages_for_another_python_do_not_import():
    found = on(packages("3.11"), annotations={VERSION: "3.13.5"})
    assert isinstance(found, Violation)
    assert found.problem == "packages for Python 3.11 were copied, the interpreter is 3.13"
    assert found.fix == FIX
    assert found.confidence == 85


def test_it_is_as_sure_as_the_interpreters_version():
    named = on(packages("3.11"))
    assert isinstance(named, Violation)
    assert named.confidence == 85
    base = {NAME: "gcr.io/distroless/python3-debian12"}
    told = on(packages("3.13"), annotations=base, Entrypoint=["/usr/bin/python3"])
    assert isinstance(told, Violation)
    assert told.problem == "packages for Python 3.13 were copied, the interpreter is 3.11"
    assert told.confidence == 60


def test_extensions_for_another_python_are_told_by_their_names():
    files = {1: ("app/site-packages/numpy/_x.cpython-311-x86_64-linux-gnu.so",)}
    history = ("bazel build //python3", "COPY /deps /app/site-packages # buildkit")
    config = {"Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"], "Env": []}
    layers = (20_000_000, 5_000_000)
    found = violation(RULE, history=history, config=config, layers=layers, files=files)
    assert found.problem == "packages for Python 3.11 were copied, the interpreter is 3.13"
    assert found.evidence[0].source is Source.LAYER
    matching = {1: ("app/site-packages/numpy/_x.cpython-313-x86_64-linux-gnu.so",)}
    assert verdict(RULE, history=history, config=config, layers=layers, files=matching) is None


def test_an_environment_of_another_python_does_not_pass_for_the_interpreter():
    """Its folder says 3.11, and so does a look into the layers: the entrypoint counts."""
    files = {1: ("app/.venv/lib/python3.11/", "app/.venv/bin/python3.11")}
    history = (
        "bazel build //python3",
        "COPY /app/.venv/lib/python3.11/site-packages /app/x # buildkit",
    )
    config = {"Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"], "Env": []}
    found = verdict(RULE, history=history, config=config, layers=(9, 9), files=files)
    assert isinstance(found, Violation)


def test_packages_for_the_same_python_pass():
    assert on(packages("3.13")) is None
    assert on(buildkit("COPY /deps /app/deps")) is None


def test_kaniko_tells_of_them_too():
    own = kaniko("COPY --from=builder /venv/lib/python3.12/site-packages /app/site-packages")
    assert isinstance(on(own), Violation)


@pytest.mark.parametrize(
    "config",
    [
        {"Cmd": ["/bin/sh", "-c", "python main.py"]},
        {"Entrypoint": ["/bin/sh", "-c", "python main.py"], "Cmd": None},
        {"Entrypoint": ["sh"], "Cmd": ["start.sh"]},
    ],
)
def test_a_command_that_needs_a_shell_cannot_work(config: dict[str, Any]):
    found = on(annotations={VERSION: "3.13.5"}, **config)
    assert isinstance(found, Violation)
    assert found.problem.endswith("and distroless has no shell")
    assert found.confidence == 75


def test_the_debug_images_have_a_shell():
    debug = {NAME: "gcr.io/distroless/python3-debian13:debug-nonroot"}
    assert on(annotations=debug, Cmd=["/bin/sh", "-c", "python main.py"]) is None
    assert on(Entrypoint=["/busybox/sh", "-c", "exec python3.13 main.py"], Cmd=None) is None


def test_the_pods_command_brings_and_removes_a_shell():
    history = ("bazel build //python3",)
    base = {"Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"], "Env": []}
    shell = {"command": ["sh", "-c", "python main.py"]}
    assert isinstance(verdict(RULE, history=history, config=base, container=shell), Violation)
    mended = {"command": ["/usr/bin/python3.13", "main.py"]}
    broken = base | {"Cmd": ["/bin/sh", "-c", "python main.py"]}
    assert verdict(RULE, history=history, config=broken, container=mended) is None


@pytest.mark.parametrize(
    "name",
    [
        "gcr.io/distroless/python3-debian12",
        "gcr.io/distroless/python3-debian11:nonroot",
        "gcr.io/distroless/python3",
        "registry.example.com/mirror/distroless/python3-debian12:debug",
    ],
)
def test_a_base_that_is_no_longer_published_is_named(name: str):
    found = on(annotations={NAME: name, VERSION: "3.13.5"})
    assert isinstance(found, Violation)
    assert found.problem.endswith("is no longer published")
    assert found.confidence == 85


def test_the_base_that_is_published_passes():
    assert on(annotations={NAME: "gcr.io/distroless/python3-debian13:nonroot"}) is None


def test_without_its_name_an_old_base_is_told_by_its_python():
    found = on(python="3.11")
    assert isinstance(found, Violation)
    assert found.problem == "distroless with Python 3.11 is no longer published"
    assert found.confidence == 60


def test_root_is_another_rules():
    assert on(User="0") is None
    entry = {"Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"], "User": "0"}
    image = profiled(BASE, **entry)
    assert [f.denies for f in enforced("run-as-root", image)] == [True]


@pytest.mark.parametrize(
    "example",
    [
        Example("slim", fires=False),
        Example("apko", fires=False, history=("apko",), config={"Cmd": ["python", "app.py"]}),
        Example("nothing", fires=False, history=()),
    ],
    ids=lambda example: example.title,
)
def test_other_images_without_a_shell_are_not_meant(example: Example):
    assert RULE.check(facts_of(example, TABLES)) == Skip("not built on distroless")


def test_a_good_distroless_image_passes_the_rules_of_builder_stages():
    entry = {"Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"], "User": "65532"}
    image = profiled([*BASE, *packages("3.13")], **entry, Env=["PYTHONPATH=/app/site-packages"])
    facts = facts_about(image)
    for name in ("install-in-final-stage", "apt-lists-kept", "virtualenv-path"):
        assert not isinstance(CATALOGUE[name]().check(facts), Violation), name
