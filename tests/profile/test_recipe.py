from datetime import date

import pytest

from tests.profile.images import (
    Json,
    buildkit,
    classic,
    image,
    kaniko,
    layer,
    python_alpine,
    python_full,
    python_slim,
)
from webhook.profile import Source, profile
from webhook.profile.build import Build, Done
from webhook.profile.recipe import LOW, MEDIUM

MB = 1_000_000
PIP = "RUN pip install --no-cache-dir -r requirements.txt"


def build(*lines: str, base: list[Json] | None = None) -> Build:
    """What the steps of a slim image did, in the words of BuildKit."""
    below = python_slim() if base is None else base
    return profile(image([*below, *buildkit(*lines)])).build


def texts(found: tuple[Done, ...]) -> list[str]:
    return [done.text for done in found]


@pytest.mark.parametrize("base", [python_slim, python_full, python_alpine])
def test_nothing_of_the_official_images_is_the_images_own(base: object) -> None:
    found = profile(image(base())).build  # type: ignore[operator]
    assert found.silence == ""
    assert found.installs + found.headers + found.lists + found.recommends == ()
    assert found.unpinned + found.locks + found.staged == ()


@pytest.mark.parametrize(
    ("line", "tool"),
    [
        (PIP, "pip"),
        ("RUN pip install flask gunicorn", "pip"),
        ("RUN uv pip install --system -r requirements.txt", "uv"),
        ("RUN poetry install --only main", "poetry"),
        ("RUN pipenv install --system --deploy", "pipenv"),
        ("RUN pdm install", "pdm"),
        ("RUN conda env create -f environment.yml", "conda"),
        ("RUN pip install -e .", "pip"),
        ("RUN pip install --no-deps -r requirements.lock", "pip"),
    ],
)
def test_dependencies_that_a_step_installs_are_told_with_their_layer(line: str, tool: str) -> None:
    (done,) = build("WORKDIR /app", line).installs
    assert (done.what, done.text, done.weight) == (tool, line.removeprefix("RUN "), MEDIUM)
    assert done.layer == 5
    assert done.evidence.source is Source.HISTORY
    assert done.evidence.detail == f"layer 6: {done.text}"


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install --upgrade pip setuptools",
        "RUN pip install uv",
        "RUN pip install --no-deps -e .",
        "RUN pip install --no-index --find-links=/wheels -r requirements.txt",
        "RUN pip uninstall -y wheel",
        "RUN apt-get install -y libpq5",
    ],
)
def test_installers_the_project_itself_and_local_wheels_are_no_dependencies(line: str) -> None:
    found = build(line)
    assert found.installs + found.headers == ()


@pytest.mark.parametrize("line", ["RUN uv sync --frozen --no-dev", "RUN uv --no-cache sync"])
def test_uv_sync_weighs_less_as_its_own_guide_has_it_so(line: str) -> None:
    (done,) = build(line).installs
    assert (done.what, done.weight) == ("uv", LOW)


def test_headers_that_are_kept_are_told_and_those_that_are_purged_are_not() -> None:
    assert texts(build("RUN apt-get install -y libpq-dev libpq5").headers) == [
        "apt-get install libpq-dev"
    ]
    gone = build("RUN apt-get install -y libpq-dev && pip install x && apt-get purge -y libpq-dev")
    assert gone.headers == ()


def test_copies_out_of_a_stage_are_told_with_what_they_bring() -> None:
    found = build("COPY /app/.venv /app/.venv", "COPY /app /app", "COPY . .").staged
    assert [(done.what, done.weight) for done in found] == [("environment", MEDIUM), ("files", LOW)]
    assert found[0].text == "COPY /app/.venv /app/.venv"


def test_a_lock_file_counts_from_the_step_that_brings_it() -> None:
    assert texts(build("COPY poetry.lock ./", "RUN poetry install").locks) == ["poetry install"]
    assert build("RUN poetry install", "COPY poetry.lock ./").locks == ()


def test_a_lock_file_that_is_written_out_counts() -> None:
    found = build("RUN uv export --frozen | pip install -r /dev/stdin").locks
    assert texts(found) == ["uv export --frozen"]


def test_packages_without_a_version_are_told_with_their_names() -> None:
    found = build("RUN pip install -U pip Flask 'uvicorn[standard]>=0.3' a==1").unpinned
    assert [(done.what, done.text) for done in found] == [
        ("pip", "pip"),
        ("flask", "Flask"),
        ("uvicorn", "uvicorn[standard]>=0.3"),
    ]


def test_a_constraint_of_one_command_holds_its_step() -> None:
    assert build("RUN PIP_CONSTRAINT=/c.txt pip install flask").unpinned == ()


def test_lists_and_recommended_packages_are_told_with_their_layer() -> None:
    found = build("RUN apt-get update && apt-get install -y git")
    assert [(done.what, done.layer) for done in found.lists] == [("apt", 4)]
    assert [done.text for done in found.recommends] == ["apt-get install -y git"]


def test_where_the_base_does_not_end_nothing_is_more_than_a_hint() -> None:
    found = build(PIP, "RUN apt-get update && apt-get install -y git", base=[])
    assert {done.weight for done in found.installs + found.lists + found.recommends} == {LOW}


def test_what_made_each_layer_is_told_without_the_builders_marks() -> None:
    lines = ("ARG TOKEN=x", "RUN pip install x", "ENV A=b", "COPY --chown=app . /app")
    own = [*classic(*lines[:2]), *buildkit(*lines[2:]), *kaniko("COPY a b")]
    made = profile(image([*python_slim(), *own])).build.made
    assert made[-3:] == ("pip install x", "COPY . /app", "COPY a b")


def test_build_arguments_are_not_repeated() -> None:
    step = {"created_by": "|1 TOKEN=s3cret /bin/sh -c pip install x"}
    assert profile(image([*python_slim(), step])).build.made[-1] == "pip install x"


def test_a_secret_in_a_command_is_not_repeated() -> None:
    found = build("RUN pip install -i https://bob:s3cret@pypi.corp/simple flask && apt-get update")
    shown = repr(found)
    assert "s3cret" not in shown
    assert "https://***@pypi.corp/simple" in shown


def test_without_as_many_steps_as_layers_no_layer_is_named() -> None:
    steps = [*python_slim(), *buildkit(PIP)]
    found = profile(image(steps, layers=[layer(MB, n) for n in range(3)])).build
    assert found.made == ()
    assert found.installs[0].layer is None
    assert found.silence == ""


@pytest.mark.parametrize(
    ("history", "layers", "silence"),
    [
        ([], 1, "it has no history"),
        ([{}], 1, "it has no history"),
        (buildkit("COPY . ."), 3, "its history does not tell of every layer"),
        ([*python_slim(), {}], 5, "its history does not tell of every layer"),
        (
            [*python_slim(), {"comment": "buildkit.exporter.image.v0"}],
            5,
            "its history does not tell of every layer",
        ),
        ([*buildkit("COPY . ."), {"comment": "merge sha256:a to sha256:b"}], 1, ""),
        ([{"comment": "store paths: ['/nix/store/x']"}], 1, ""),
        ([{"created_by": "bazel build //x"}], 1, ""),
    ],
)
def test_where_a_layer_has_no_step_nothing_follows_from_silence(
    history: list[Json], layers: int, silence: str
) -> None:
    made = image(history, layers=[layer(MB, n) for n in range(layers)])
    assert profile(made).build.silence == silence


def test_the_day_of_the_build_is_the_newest_that_is_told() -> None:
    steps = [{**entry, "created": "2026-03-01T00:00:00Z"} for entry in python_slim()]
    found = profile(image(steps)).build
    assert (found.built, found.built_by) == (date(2026, 3, 1), Source.HISTORY)


def test_only_so_many_things_of_a_kind_are_kept() -> None:
    found = build(*(f"RUN apt-get update && pip install a{n}" for n in range(100)))
    assert (len(found.lists), len(found.installs), len(found.unpinned)) == (64, 64, 64)


def test_a_hostile_history_is_read_in_linear_time() -> None:
    scripts = (
        "pip install x;",
        "uv sync;",
        "apt-get update;",
        "rm /var/{a,b}/*;",
        "apk add x-dev;",
    )
    lines = [f"RUN {script * (60_000 // len(script))}" for script in scripts]
    copies = ("COPY " + "/venv" * 12_000 + " /a", "COPY " + "/a/b.c" * 10_000 + " /a")
    assert len(build(*lines, *copies).installs) == 64
