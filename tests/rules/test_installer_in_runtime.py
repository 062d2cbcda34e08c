from typing import Any

import pytest

from tests.profile.images import buildkit, kaniko
from tests.profile.looks import Step, looked
from tests.rules.verdicts import enforced, facts_about, profiled, verdict
from webhook.policy.example import SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.rules.installer_in_runtime import InstallerInRuntime

RULE = InstallerInRuntime()
COPY_UV = "COPY /uv /uvx /bin/"
SITE = "usr/local/lib/python3.13/site-packages"


def about(*steps: Step) -> Verdict:
    return RULE.check(facts_about(looked(*steps)))


def problem(*steps: Step) -> str | None:
    found = about(*steps)
    return found.problem if isinstance(found, Violation) else None


def running(*argv: str, **pod: Any) -> Verdict:
    """What the rule says of an image with uv that runs something."""
    history = (*SLIM, f"{COPY_UV} # buildkit")
    return verdict(RULE, history=history, config={"Cmd": list(argv)}, container=pod)


def test_the_tool_and_the_size_of_its_programs_are_named():
    found = about((COPY_UV, ("bin/uv 40M", "bin/uvx 350k")))
    assert isinstance(found, Violation)
    assert found.problem == "uv is left in the runtime image (40 MB)"
    assert found.fix == "Keep installers in the builder stage"
    assert found.confidence == 95
    assert [piece.detail for piece in found.evidence] == ["layer 5: bin/uv", "layer 5: bin/uvx"]


@pytest.mark.parametrize(
    ("path", "tool"),
    [
        ("usr/local/bin/uv", "uv"),
        ("usr/local/bin/uvx", "uv"),
        ("bin/uv", "uv"),
        ("usr/local/bin/poetry", "poetry"),
        ("opt/poetry/bin/poetry", "poetry"),
        ("root/.local/bin/pdm", "pdm"),
        ("usr/local/bin/pipenv", "pipenv"),
        ("app/.venv/bin/uv", "uv"),
        ("opt/conda/bin/conda", "conda"),
        ("opt/conda/pkgs/numpy.conda", "conda"),
        ("usr/local/bin/pip-compile", "pip-tools"),
        (f"{SITE}/poetry-2.1.0.dist-info/METADATA", "poetry"),
    ],
)
def test_every_installer_of_the_table_counts(path: str, tool: str):
    assert problem(("RUN x", (path,))) == f"{tool} is left in the runtime image"


@pytest.mark.parametrize(
    "path",
    [
        *("usr/local/bin/pip", "usr/local/bin/pip3.13", f"{SITE}/pip-25.dist-info/METADATA"),
        *("app/uv/x.py", f"{SITE}/poetry_core-2.1.dist-info/METADATA", "usr/share/doc/uv"),
        "usr/local/bin/uvicorn",
    ],
)
def test_pip_and_names_that_are_alike_pass(path: str):
    assert problem(("RUN x", (path,))) is None


def test_one_of_the_base_is_the_bases():
    found = looked(("RUN x", ()), base=("usr/local/bin/uv", "opt/conda/pkgs/x"))
    assert RULE.check(facts_about(found)) is None


def test_one_that_a_later_layer_removes_is_gone():
    removed = ("bin/.wh.uv", "bin/.wh.uvx")
    assert problem((COPY_UV, ("bin/uv", "bin/uvx")), ("RUN rm /bin/uv*", removed)) is None


@pytest.mark.parametrize(
    ("steps", "confidence"),
    [
        (buildkit(COPY_UV), 90),
        (kaniko("COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv"), 90),
        (buildkit("RUN pip install poetry==2.1"), 65),
        (buildkit("RUN pip install --user pipenv"), 65),
    ],
)
def test_the_history_tells_where_the_layer_was_not_looked_at(steps: Any, confidence: int):
    found = RULE.check(facts_about(profiled([*SLIM, *steps])))
    assert isinstance(found, Violation)
    assert found.confidence == confidence
    assert found.evidence[0].source.value == "history"


def test_a_layer_that_was_seen_from_end_to_end_knows_better():
    assert problem((COPY_UV, ("other/place",))) is None
    assert problem((COPY_UV, ("other/place", "..."))) == "uv is left in the runtime image"


def test_one_that_a_later_step_uninstalls_passes():
    assert problem(("RUN pip install poetry && pip uninstall -y poetry", None)) is None


def test_the_surest_of_several_is_named():
    found = problem(("RUN pip install poetry", None), (COPY_UV, ("bin/uv 40M",)))
    assert found == "uv is left in the runtime image (40 MB)"


@pytest.mark.parametrize(
    "argv",
    [
        ("uv", "run", "gunicorn", "app:app"),
        ("/bin/uv", "run", "--no-sync", "app.py"),
        ("uvx", "gunicorn"),
        ("sh", "-c", "uv run migrate && exec uv run app"),
        ("tini", "--", "uv", "run", "app"),
    ],
)
def test_an_installer_that_starts_the_application_is_meant(argv: tuple[str, ...]):
    assert running(*argv) is None
    assert isinstance(running("gunicorn", "app:app"), Violation)


def test_the_pods_command_counts_as_well_as_the_images():
    assert running("gunicorn", "app:app", command=["uv", "run", "worker"]) is None
    assert running("uv", "run", "app", command=["uv", "run", "worker"]) is None


def test_another_command_of_the_pod_does_not_make_it_a_leftover():
    assert running("uv", "run", "app", command=["python", "-m", "shell"]) is None


def test_another_installer_than_the_one_that_is_used_is_left_over():
    found = running("poetry", "run", "app")
    assert isinstance(found, Violation)


def test_what_copies_tell_may_be_denied_and_what_pip_did_may_not():
    copied = profiled([*SLIM, *buildkit(COPY_UV)], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, copied)] == [Action.DENY]
    installed = profiled([*SLIM, *buildkit("RUN pip install poetry")], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, installed)] == [Action.WARN]


def test_where_neither_layers_nor_history_tell_nothing_is_known():
    found = RULE.check(facts_about(profiled([])))
    assert found == Unknown(
        "whether an installer is in the image is not known: layers were not looked into"
    )
