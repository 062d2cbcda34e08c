"""What own steps leave, as the history tells (see ``webhook.profile.remains``)."""

import pytest

from tests.profile.images import Json, buildkit, classic, image, kaniko, python_full, python_slim
from webhook.profile import profile
from webhook.profile.traces import Traces

HASH = "ab" * 32


def left(*steps: Json, env: tuple[str, ...] = (), labels: dict[str, str] | None = None) -> Traces:
    return profile(image([*python_slim(), *steps], env=env, labels=labels)).traces


def caches(*steps: Json, **config: object) -> list[tuple[str, int]]:
    return [(done.what, done.weight) for done in left(*steps, **config).caches]  # type: ignore[arg-type]


def test_packages_that_own_steps_keep_are_told_with_their_layer() -> None:
    found = left(*buildkit("RUN apt-get install -y gcc libpq-dev", "RUN apk add build-base"))
    assert [(k.name, k.family, k.layer, k.weight) for k in found.packages] == [
        ("gcc", "apt", 4, 65),
        ("libpq-dev", "apt", 4, 65),
        ("build-base", "apk", 5, 65),
    ]
    assert found.packages[0].evidence.detail == "layer 5: apt gcc"


def test_packages_that_were_removed_or_are_the_bases_are_not() -> None:
    purged = buildkit("RUN apt-get install -y gcc && apt-get purge -y --auto-remove gcc")
    assert left(*purged).packages == ()
    assert profile(image(python_full())).traces.packages == ()


def test_where_the_base_does_not_end_nothing_is_more_than_a_hint() -> None:
    steps = buildkit("RUN apt-get install -y gcc && pip install -r x", "COPY /uv /bin/uv")
    found = profile(image(steps)).traces
    for weighed in (found.packages, found.caches, found.programs):
        assert [each.weight for each in weighed] == [50]


@pytest.mark.parametrize(
    ("command", "manager"),
    [
        ("pip install -r requirements.txt", "pip"),
        ("python3.13 -m pip install flask", "pip"),
        ("pip install uv", "pip"),
        ("pipenv sync", "pip"),
        ("uv sync --frozen", "uv"),
        ("uv pip install flask", "uv"),
        ("poetry install", "poetry"),
        ("conda install -y numpy", "conda"),
        ("micromamba install -f env.yml", "conda"),
    ],
)
def test_an_install_that_says_nothing_of_its_cache_keeps_it(command: str, manager: str) -> None:
    assert caches(*buildkit(f"RUN {command}")) == [(manager, 50)]


@pytest.mark.parametrize(
    "command",
    [
        "pip install --no-cache-dir flask",
        "PIP_NO_CACHE_DIR=1 pip install flask",
        "export PIP_NO_CACHE_DIR=off; pip install flask",
        "pip install flask && rm -rf /root/.cache",
        "pip install flask && rm -rf ~/.cache/pip",
        "pip install flask && pip cache purge",
        "pip install --no-index --find-links=/wheels -r requirements.txt",
        "uv sync --no-cache",
        "UV_NO_CACHE=1 uv sync",
        "UV_LINK_MODE=copy uv sync",
        "uv sync && uv cache clean",
        "poetry install --no-cache",
        "poetry install && rm -rf $POETRY_CACHE_DIR",
        "conda install -y numpy && conda clean -afy",
        "conda install -y numpy && rm -rf /opt/conda/pkgs/*",
        "uv python install 3.13",
        "apt-get install -y python3-flask",
    ],
)
def test_an_install_that_keeps_nothing_or_removes_it_again_does_not(command: str) -> None:
    assert caches(*buildkit(f"RUN {command}")) == []


def test_a_cache_that_a_later_step_removes_is_in_the_layer_below() -> None:
    assert caches(*buildkit("RUN pip install x", "RUN rm -rf /root/.cache")) == [("pip", 50)]


@pytest.mark.parametrize("value", ["1", "yes", "0", "off", "false", "no", "TRUE"])
def test_pip_takes_any_boolean_for_a_yes(value: str) -> None:
    assert caches(*buildkit("RUN pip install x"), env=(f"PIP_NO_CACHE_DIR={value}",)) == []


def test_pip_takes_nothing_for_a_no() -> None:
    assert caches(*buildkit("RUN pip install x"), env=("PIP_NO_CACHE_DIR=",)) == [("pip", 50)]


@pytest.mark.parametrize("value", ["0", "off", "false", ""])
def test_uv_takes_a_no_for_a_no(value: str) -> None:
    assert caches(*buildkit("RUN uv sync"), env=(f"UV_NO_CACHE={value}",)) == [("uv", 50)]


def test_a_build_argument_may_turn_it_off() -> None:
    shell = "|1 PIP_NO_CACHE_DIR=1 /bin/sh -c"
    assert caches(*buildkit("RUN pip install x", shell=shell)) == []


def test_where_a_mount_would_have_been_recorded_its_absence_tells_more() -> None:
    mounted = "RUN --mount=type=cache,target=/root/.cache/pip pip install x"
    buildah = {"io.buildah.version": "1.28"}
    assert caches(*kaniko("RUN pip install x")) == [("pip", 75)]
    assert caches(*classic("RUN pip install x"), labels=buildah) == [("pip", 75)]
    assert caches(*classic("RUN pip install x")) == [("pip", 50)]
    assert caches(*kaniko(mounted)) == []
    assert caches(*classic(mounted), labels=buildah) == []


@pytest.mark.parametrize(
    ("step", "names"),
    [
        (buildkit("COPY /uv /uvx /bin/"), ["uv", "uvx"]),
        (buildkit("COPY /usr/local/bin/uv /usr/local/bin/uv"), ["uv"]),
        (kaniko("COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv"), ["uv"]),
        (classic(f"COPY file:{HASH} in /usr/local/bin/poetry "), ["poetry"]),
        (buildkit("COPY . /app"), []),
        (buildkit("COPY src/uv /app/uv"), []),
        (buildkit("COPY entrypoint.sh /bin/"), []),
    ],
)
def test_programs_that_were_copied_one_by_one_are_told(step: list[Json], names: list[str]) -> None:
    assert [done.what for done in left(*step).programs] == names
    assert all(done.weight == 90 for done in left(*step).programs)


def test_tools_that_pip_installs_are_told_and_weigh_less() -> None:
    found = left(*buildkit("RUN pip install poetry==2.1 uv", "RUN pipx install pdm")).programs
    assert {(done.what, done.weight) for done in found} == {("poetry", 65), ("uv", 65), ("pdm", 65)}


@pytest.mark.parametrize(
    "removal", ["rm /bin/uv", "rm -f /bin/uv /bin/uvx", "pip uninstall -y uv uvx"]
)
def test_what_a_later_step_removes_is_left_no_more(removal: str) -> None:
    found = left(*buildkit("COPY /uv /bin/uv", f"RUN uv sync && {removal}")).programs
    assert found == ()


def test_what_is_brought_again_is() -> None:
    steps = buildkit("RUN pip install uv", "RUN pip uninstall -y uv", "COPY /uv /bin/")
    assert [done.weight for done in left(*steps).programs] == [90]
