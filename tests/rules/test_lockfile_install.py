import msgspec
import pytest

from tests.profile.images import Json, buildkit, image, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import PYTHON_ENV, SLIM
from webhook.policy.rule import Action, Skip, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.profile.contents import Contents, Found
from webhook.rules.lockfile_install import LockfileInstall

RULE = LockfileInstall()
PIP = "RUN pip install -r requirements.txt"


def about(*lines: str, env: tuple[str, ...] = (), base: list[Json] | None = None) -> Verdict:
    below = python_slim() if base is None else base
    return RULE.check(facts_about(profile(image([*below, *buildkit(*lines)], env=env))))


def test_there_being_no_evidence_is_said_so_and_never_more_than_recorded():
    found = violation(RULE, history=(*SLIM, "RUN /bin/sh -c pip install -r r.txt # buildkit"))
    assert found.problem == "no evidence of a locked install"
    assert found.fix == (
        "Use uv sync --frozen, poetry.lock or pip --require-hashes; record provenance mode=max"
    )
    assert found.confidence < 60
    steps = [*python_slim(), *buildkit(PIP)]
    assert [f.action for f in enforced(RULE.id, profiled(steps, Cmd=["python"]))] == [Action.AUDIT]


@pytest.mark.parametrize(
    "lines",
    [
        ("RUN uv sync --frozen --no-dev",),
        ("RUN uv sync --locked",),
        ("COPY pyproject.toml uv.lock ./", "RUN uv sync --no-dev"),
        ("RUN uv export --frozen | pip install --require-hashes -r /dev/stdin",),
        ("RUN pip install --require-hashes -r requirements.txt",),
        ("RUN pip install -r requirements.lock",),
        ("RUN pip-sync requirements.txt",),
        ("COPY pyproject.toml poetry.lock ./", "RUN poetry install --only main"),
        ("COPY pyproject.toml poetry.lock* ./", "RUN poetry install"),
        ("COPY . .", "RUN poetry install --no-root"),
        ("RUN poetry export -o r.txt && pip install -r r.txt",),
        ("RUN pipenv sync",),
        ("RUN pipenv install --system --deploy",),
        ("RUN pdm sync --prod",),
        ("RUN conda-lock install conda-lock.yml",),
        ("RUN micromamba install -y -n base -f conda-lock.yml",),
    ],
)
def test_every_tools_way_of_keeping_to_a_lock_file_passes(lines: tuple[str, ...]):
    assert about(*lines) is None


@pytest.mark.parametrize(
    "lines",
    [
        (PIP,),
        ("RUN pip install flask==3.0.3",),
        ("COPY pyproject.toml ./", "RUN poetry install"),
        ("RUN poetry install", "COPY poetry.lock ./"),
        ("RUN pipenv install --system",),
        ("COPY pyproject.toml ./", "RUN uv sync"),
        ("RUN conda env create -f environment.yml",),
    ],
)
def test_an_install_of_what_is_newest_does_not(lines: tuple[str, ...]):
    assert isinstance(about(*lines), Violation)


def test_the_environment_may_demand_it():
    assert about("RUN uv sync", env=("UV_FROZEN=1",)) is None
    assert isinstance(about("COPY a.txt .", "RUN uv sync", env=("UV_FROZEN=",)), Violation)


@pytest.mark.parametrize("path", ["app/uv.lock", "app/poetry.lock", "srv/Pipfile.lock"])
def test_a_lock_file_in_the_image_is_evidence(path: str):
    whole = profiled([*python_slim(), *buildkit(PIP)], Cmd=["python"])
    contents = Contents(lockfiles=(Found(path, 4),))
    seen = msgspec.structs.replace(whole, contents=contents)
    assert RULE.check(facts_about(seen)) is None


@pytest.mark.parametrize(
    "lines",
    [
        ("COPY /app/.venv /app/.venv",),
        ("COPY /install /usr/local",),
        ("COPY /wheels /wheels", "RUN pip install --no-index --find-links=/wheels -r r.txt"),
        ("COPY /app/.venv /app/.venv", "RUN pip install --no-deps ."),
    ],
)
def test_what_a_builder_stage_installed_left_no_trace_and_is_not_judged(lines: tuple[str, ...]):
    found = about(*lines)
    assert found == Skip("dependencies were installed in another stage, which left no trace here")


def test_a_builder_stage_does_not_cover_what_the_final_stage_installs_itself():
    assert isinstance(about("COPY /app/.venv /app/.venv", "RUN pip install gunicorn"), Violation)


@pytest.mark.parametrize(
    "lines", [(), ("RUN pip install --upgrade pip",), ("RUN apt-get install -y libpq-dev",)]
)
def test_where_no_dependencies_are_installed_there_is_nothing_to_lock(lines: tuple[str, ...]):
    assert about(*lines) == Skip("the history tells of no dependencies that were installed")


def test_without_a_history_nothing_is_known():
    found = verdict(RULE, history=(), config={"Env": list(PYTHON_ENV)})
    assert found == Unknown("how dependencies were installed is not told: it has no history")


def test_where_the_base_does_not_end_it_is_a_weaker_hint():
    found = about(PIP, base=[])
    assert isinstance(found, Violation)
    assert found.confidence == 50
