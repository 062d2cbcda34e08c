from typing import Any

import msgspec
import pytest

from tests.profile.images import Json, buildkit, classic, image, python_slim
from tests.rules.verdicts import enforced, facts_about, fires, profiled, verdict, violation
from webhook.policy.example import PYTHON_ENV, SLIM
from webhook.policy.rule import Action, Skip, Unknown, Violation
from webhook.profile import profile
from webhook.profile.contents import Contents, Found
from webhook.rules.virtualenv_path import VirtualenvPath

RULE = VirtualenvPath()
PATH = "/usr/local/bin:/usr/bin:/bin"
PIP = "RUN /bin/sh -c pip install -r requirements.txt # buildkit"


def env(*variables: str) -> dict[str, Any]:
    return {"Env": [*PYTHON_ENV, *variables]}


def pod(name: str, **value: Any) -> dict[str, Any]:
    return {"env": [{"name": name, **value}]}


def test_what_is_missing_and_how_to_come_by_it_are_said():
    found = violation(RULE, history=(*SLIM, PIP))
    assert found.problem == "no virtual environment on PATH"
    assert found.fix == "Create one in the builder, copy it, and put its bin first on PATH"
    assert found.confidence == 75


@pytest.mark.parametrize(
    "folder",
    [
        "/app/.venv/bin",
        "/venv/bin",
        "/opt/venv/bin/",
        "/opt/my-venv/bin",
        "/root/.cache/pypoetry/virtualenvs/api-9TtSrW0h-py3.13/bin",
        "/root/.virtualenvs/api/bin",
        "/env/bin",
        "/opt/conda/bin",
        "/opt/conda/envs/app/bin",
        "/opt/miniforge3/bin",
    ],
)
def test_an_environment_on_path_passes(folder: str):
    assert verdict(RULE, config=env(f"PATH={folder}:{PATH}")) is None


@pytest.mark.parametrize(
    "path", [PATH, "", "/opt/venv:/usr/bin", "/home/app/.local/bin:/usr/bin", "/usr/bin/venv"]
)
def test_other_folders_are_no_environment(path: str):
    assert fires(RULE, config=env(f"PATH={path}"))


def test_virtual_env_passes():
    assert verdict(RULE, config=env("VIRTUAL_ENV=/opt/venv")) is None
    assert fires(RULE, config=env("VIRTUAL_ENV="))


@pytest.mark.parametrize(
    "command",
    [
        ["/opt/venv/bin/gunicorn", "app:app"],
        ["sh", "-c", "exec /app/.venv/bin/python -m app"],
        ["tini", "--", "/venv/bin/python", "app.py"],
        ["sh", "-c", ". /srv/deps/bin/activate && exec python -m app"],
        ["uv", "run", "app.py"],
        ["poetry", "run", "gunicorn", "app:app"],
    ],
)
def test_an_environment_that_the_command_names_passes(command: list[str]):
    assert verdict(RULE, config={"Cmd": command}) is None
    assert verdict(RULE, container={"command": command}) is None


@pytest.mark.parametrize(
    "own",
    [
        buildkit("COPY /install /usr/local"),
        buildkit("COPY /root/.local /root/.local"),
        classic(f"COPY dir:{'ab' * 32} in /usr/local "),
    ],
)
def test_a_prefix_that_was_copied_in_passes_unless_it_may_not(own: list[Json]):
    facts = facts_about(profile(image([*python_slim(), *own], cmd=["python"])))
    assert RULE.check(facts) is None
    assert isinstance(VirtualenvPath(accept_prefix_install=False).check(facts), Violation)


def test_a_copied_environment_that_nothing_points_to_does_not():
    assert fires(RULE, history=(*SLIM, "COPY /app/.venv /app/.venv # buildkit"))


def test_conda_buildpacks_and_distroless_keep_dependencies_apart_by_themselves():
    conda = profiled([], Cmd=["python"], Env=["CONDA_DIR=/opt/conda", "PATH=/opt/conda/bin"])
    assert RULE.check(facts_about(conda)) is None
    packs = profiled([], Cmd=["python"], Env=["CNB_LAYERS_DIR=/layers"])
    assert RULE.check(facts_about(packs)) is None
    entry = ["/usr/bin/python3.13"]
    distroless = profiled(
        [{"created_by": "bazel build //python3"}],
        Entrypoint=entry,
        Cmd=["main.py"],
        Env=["PYTHONPATH=/app/site-packages"],
    )
    assert RULE.check(facts_about(distroless)) is None


def test_an_environment_that_was_found_in_the_layers_passes_under_any_name():
    whole = profiled(python_slim(), Cmd=["python"], Env=["PATH=/srv/deps/bin:/usr/bin"])
    assert isinstance(RULE.check(facts_about(whole)), Violation)
    contents = Contents(venvs=(Found("srv/deps/pyvenv.cfg", 4),))
    seen = msgspec.structs.replace(whole, contents=contents)
    assert RULE.check(facts_about(seen)) is None


def test_the_pods_path_replaces_the_images_and_breaks_it():
    found = violation(
        RULE,
        config=env(f"PATH=/app/.venv/bin:{PATH}", "VIRTUAL_ENV=/app/.venv"),
        container=pod("PATH", value=PATH),
    )
    assert found.problem == (
        "the Pod's env PATH leaves out the virtual environment '/app/.venv/bin'"
    )
    assert found.fix == "Take PATH out of the Pod's env, or put that first"
    assert (found.confidence, found.raise_to) == (100, Action.WARN)


def test_the_pod_cannot_add_to_the_images_path():
    """``$(PATH)`` means a variable of the Pod itself, and stays as it is."""
    config = env(f"PATH=/app/.venv/bin:{PATH}")
    assert fires(RULE, config=config, container=pod("PATH", value="/opt/tools:$(PATH)"))


def test_the_pods_path_may_bring_one():
    assert verdict(RULE, container=pod("PATH", value=f"/opt/venv/bin:{PATH}")) is None


def test_the_pods_path_does_no_harm_to_a_command_with_a_path_of_its_own():
    config = env(f"PATH=/app/.venv/bin:{PATH}") | {"Cmd": ["/app/.venv/bin/python", "app.py"]}
    assert verdict(RULE, config=config, container=pod("PATH", value=PATH)) is None


@pytest.mark.parametrize(
    ("container", "source"),
    [
        (pod("PATH", valueFrom={"configMapKeyRef": {}}), "valueFrom"),
        ({"envFrom": [{"configMapRef": {"name": "app"}}]}, "envFrom"),
    ],
)
def test_a_path_that_cannot_be_seen_is_not_judged(container: dict[str, Any], source: str):
    assert verdict(RULE, container=container) == Skip(f"may be set by {source}")


def test_a_virtual_env_that_cannot_be_seen_is_not_judged():
    container = pod("VIRTUAL_ENV", valueFrom={"configMapKeyRef": {}})
    assert verdict(RULE, container=container) == Skip("may be set by valueFrom")


def test_where_no_dependencies_are_told_of_it_is_only_recorded():
    steps = [*python_slim(), *buildkit("COPY app.py .")]
    (finding,) = enforced(RULE.id, profiled(steps, Cmd=["python"]))
    assert (finding.action, finding.confidence) == (Action.AUDIT, 50)


def test_a_buildpacks_environment_is_never_a_violation():
    labels = {"io.buildpacks.build.metadata": '{"buildpacks": [{"id": "paketo/python"}]}'}
    found = RULE.check(facts_about(profiled([], Cmd=["python"], Labels=labels)))
    assert found is None or isinstance(found, Unknown)


@pytest.mark.parametrize("path", ["/app/site-packages", "/app/__pypackages__/3.13/lib:/app"])
def test_packages_in_a_folder_on_pythonpath_pass(path: str):
    assert verdict(RULE, config=env(f"PYTHONPATH={path}")) is None
    assert fires(RULE, config=env("PYTHONPATH=/app/src"))


def test_where_pythonhome_has_packages_is_not_known():
    found = verdict(RULE, config=env("PYTHONHOME=/opt/python"))
    assert found == Unknown("where PYTHONHOME has packages is not known")
