import pytest

from tests.profile.images import Json, buildkit, classic, image, kaniko, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import FULL, SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.install_in_final_stage import InstallInFinalStage

RULE = InstallInFinalStage()
PIP = "RUN pip install --no-cache-dir -r requirements.txt"
HASH = "ab" * 32


def about(own: list[Json]) -> Verdict:
    """What the rule says of steps on the slim image."""
    return RULE.check(facts_about(profile(image([*python_slim(), *own]))))


@pytest.mark.parametrize(
    "line",
    [
        PIP,
        "RUN pip install flask==3.0 gunicorn==23.0",
        "RUN pip install -e .",
        "RUN uv pip install --system -r requirements.txt",
        "RUN uv sync --frozen --no-dev",
        "RUN poetry install --only main",
        "RUN pipenv install --system --deploy",
        "RUN pdm install --prod",
        "RUN conda install -y numpy",
        "RUN apt-get update && apt-get install -y libpq-dev",
        "RUN apk add --no-cache postgresql-dev",
    ],
)
def test_every_tool_that_installs_dependencies_counts(line: str):
    assert isinstance(about(buildkit(line)), Violation)
    assert isinstance(about(classic(line)), Violation)
    assert isinstance(about(kaniko(line)), Violation)


def test_the_command_is_named_and_a_builder_stage_is_for_consideration():
    found = violation(RULE, history=(*SLIM, "RUN /bin/sh -c pip install -r r.txt # buildkit"))
    assert found.problem == (
        "dependencies look installed in the final stage ('pip install -r r.txt')"
    )
    assert found.fix == "Consider a builder stage and COPY --from"
    assert found.confidence == 65
    assert [item.source.value for item in found.evidence] == ["history"]


@pytest.mark.parametrize(
    "own",
    [
        kaniko("COPY --from=builder /app /app", PIP),
        kaniko("COPY --from=builder /opt/venv /opt/venv", PIP),
        buildkit("COPY /app/.venv /app/.venv", PIP),
        buildkit("COPY /app /app", PIP),
        buildkit("COPY /install /usr/local", PIP),
        buildkit("COPY /wheels /wheels", "RUN pip install /wheels/*.whl"),
        classic(f"COPY dir:{HASH} in /app/.venv ", PIP),
        classic(f"COPY dir:{HASH} in /opt/venv ", PIP),
    ],
)
def test_what_was_copied_out_of_a_builder_stage_clears_the_image(own: list[Json]):
    assert about(own) is None


@pytest.mark.parametrize(
    "copy",
    [
        "COPY requirements.txt ./",
        "COPY . .",
        "COPY /frontend/dist /app/static",
        "COPY /usr/local/bin/node /usr/local/bin/",
        "COPY /tini /tini",
    ],
)
def test_a_copy_that_brings_no_dependencies_does_not(copy: str):
    assert isinstance(about(buildkit(copy, PIP)), Violation)


def test_copying_uv_from_its_image_is_no_builder_stage():
    own = buildkit("COPY /uv /uvx /bin/", "RUN uv sync --frozen --no-dev")
    assert isinstance(about(own), Violation)
    own = kaniko("COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv", "RUN uv sync --frozen")
    assert isinstance(about(own), Violation)


def test_uv_sync_in_a_single_stage_is_what_its_guide_shows_and_only_recorded():
    found = about(buildkit("RUN uv sync --frozen"))
    assert isinstance(found, Violation)
    assert found.confidence < 60
    image_ = profiled([*python_slim(), *buildkit("RUN uv sync --frozen")], Cmd=["python"])
    assert [f.action for f in enforced(RULE.id, image_)] == [Action.AUDIT]


@pytest.mark.parametrize("command", ["pip install --no-deps .", "pip install --no-deps -e ."])
def test_installing_the_project_itself_beside_a_copied_environment_is_normal(command: str):
    assert about(buildkit("COPY /opt/venv /opt/venv", f"RUN {command}")) is None
    assert about(buildkit(f"RUN {command}")) is None


def test_installing_the_project_with_its_dependencies_after_copying_them_is_normal_too():
    assert about(buildkit("COPY /opt/venv /opt/venv", "RUN pip install -e .")) is None


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install --upgrade pip setuptools wheel",
        "RUN pip install uv",
        "RUN pip install --no-index --find-links=/wheels -r requirements.txt",
        "RUN apt-get install -y --no-install-recommends libpq5",
        "RUN apt-get install -y libpq-dev gcc && apt-get purge -y libpq-dev gcc",
        "RUN python manage.py collectstatic --noinput",
    ],
)
def test_what_brings_no_dependencies_passes(line: str):
    assert about(buildkit(line)) is None


def test_own_layers_without_any_run_pass():
    assert about(buildkit("WORKDIR /app", "COPY . .")) is None


def test_what_the_base_installed_is_the_bases():
    assert verdict(RULE, history=FULL) is None


def test_it_is_never_denied():
    steps = [*python_slim(), *buildkit(PIP)]
    (finding,) = enforced(RULE.id, profiled(steps, Cmd=["python"]))
    assert finding.action is Action.WARN


def test_where_the_base_does_not_end_it_is_only_recorded():
    (finding,) = enforced(RULE.id, profiled(buildkit(PIP), Cmd=["python"]))
    assert (finding.action, finding.confidence) == (Action.AUDIT, 50)


def test_without_a_history_nothing_is_known():
    found = verdict(RULE, history=())
    assert found == Unknown("where dependencies were installed is not told: it has no history")


def test_where_a_layer_is_not_told_of_nothing_follows_from_silence():
    found = verdict(RULE, history=("COPY . . # buildkit",), layers=(1, 2, 3))
    assert isinstance(found, Unknown)
    assert found.problem.endswith("its history does not tell of every layer")
