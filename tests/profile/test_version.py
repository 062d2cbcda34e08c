import pytest

from tests.profile.images import PYTHON_ENV, Json, buildkit, debian, image, python_slim, ubuntu
from webhook.profile import Evidence, Python, Source, profile
from webhook.profile.version import judge


def python(history: list[Json], **more: object) -> Python:
    return profile(image(history, cmd=more.pop("cmd", ["python"]), **more)).python  # type: ignore[arg-type]


def test_the_official_image_says_its_version_in_full() -> None:
    found = python(python_slim(), env=PYTHON_ENV)
    assert (found.version, found.version_confidence) == ("3.11.9", 95)
    assert found.origin == "docker-library"


@pytest.mark.parametrize(
    ("history", "more", "version"),
    [
        ([], {"env": ["PYTHON_VERSION=3.11"]}, "3.11"),
        ([], {"env": ["PYTHON_VERSION=3.14.0rc2"]}, "3.14.0rc2"),
        ([], {"cmd": ["/usr/bin/python3.11", "x.py"]}, "3.11"),
        ([], {"cmd": ["sh", "-c", "exec python3.9 x.py"]}, "3.9"),
        ([], {"env": ["PYTHONPATH=/usr/lib/python3.10/site-packages"]}, "3.10"),
        ([], {"annotations": {"com.google.distroless.python.version": "3.14.1"}}, "3.14.1"),
        (
            [],
            {
                "annotations": {
                    "org.opencontainers.image.base.name": "registry.example.com/distroless/python3-debian12"
                }
            },
            "3.11",
        ),
        (buildkit("RUN yum install -y python36"), {}, "3.6"),
        (buildkit("RUN dnf install -y python3.12 python3.12-pip"), {}, "3.12"),
        (buildkit("RUN micromamba install -y python=3.7"), {}, "3.7"),
        (buildkit("RUN uv python install 3.13"), {}, "3.13"),
        (buildkit("RUN pyenv install 3.10.13"), {}, "3.10.13"),
        (buildkit("COPY /x/lib/python3.12/site-packages /usr/local/lib/python3.12/site-packages"), {}, "3.12"),
        ([{"comment": "store paths: ['/nix/store/aaa-python3-3.11.8']"}], {}, "3.11.8"),
        ([*ubuntu("22.04"), *buildkit("RUN apt-get install -y python3-pip")], {}, "3.10"),
        (
            [*python_slim()[:1], *buildkit("RUN apt-get update && apt-get install -y python3")],
            {},
            "3.11",
        ),
        (
            [*ubuntu("22.04"), *buildkit("RUN apt-get install -y python3 && apt-get install -y python3.12")],
            {},
            "3.12",
        ),
        (
            [
                *ubuntu("22.04"),
                {"created_by": "RUN |1 PY=3.12 /bin/sh -c apt-get install -y python3-pip python${PY} # buildkit"},
            ],
            {},
            "3.12",
        ),
        ([*python_slim(), *buildkit("RUN uv python install 3.13")], {"env": PYTHON_ENV}, "3.13"),
        ([*python_slim(), *buildkit("RUN uv python install 3.11")], {"env": PYTHON_ENV}, "3.11.9"),
    ],
)  # fmt: skip
def test_a_version_is_read_where_one_is_said(
    history: list[Json], more: dict[str, object], version: str
) -> None:
    assert python(history, **more).version == version


@pytest.mark.parametrize(
    ("history", "more"),
    [
        ([], {"env": ["PYTHON_VERSION=latest"]}),
        ([], {"env": ["PYTHON_VERSION=3.11; rm -rf /"]}),
        ([], {"env": ["PYPY_VERSION=7.3.11"]}),
        ([*debian(), *buildkit("RUN apt-get install -y python3")], {}),
        (buildkit("RUN conda install -y numpy"), {"env": PYTHON_ENV}),
        (buildkit("RUN conda install python=3.8", "RUN conda create -n x python=3.10"), {}),
        (buildkit("RUN conda install 'python>=3.8'"), {}),
        ([*ubuntu("20.04"), *buildkit("RUN apt-get install -y python3-pip python${PY}")], {}),
        (
            [
                *ubuntu("20.04"),
                *buildkit("RUN add-apt-repository ppa:deadsnakes/ppa && /install.sh python3 3.9"),
                *buildkit("RUN apt-get install -y python3-pip"),
            ],
            {},
        ),
    ],
)
def test_a_version_is_not_guessed(history: list[Json], more: dict[str, object]) -> None:
    found = python(history, **more)
    assert (found.version, found.version_confidence) == (None, 0)


@pytest.mark.parametrize(
    ("history", "more", "origin"),
    [
        (buildkit("RUN apt-get install -y python3"), {}, "distribution"),
        ([], {"labels": {"io.openshift.tags": "builder,python,python39"}}, "distribution"),
        (buildkit("RUN conda install -y numpy"), {}, "conda"),
        ([], {"env": ["CONDA_DIR=/opt/conda"]}, "conda"),
        ([], {"env": ["PATH=/opt/conda/bin:/usr/bin"]}, "conda"),
        (buildkit("RUN conda install -y numpy"), {"env": PYTHON_ENV}, "conda"),
        (buildkit("RUN uv python install 3.12"), {}, "standalone"),
        (buildkit("RUN pyenv install 3.12.1"), {}, "other"),
        ([], {"env": PYTHON_ENV}, "docker-library"),
        ([], {}, None),
    ],
)
def test_who_built_the_interpreter_is_told_where_it_shows(
    history: list[Json], more: dict[str, object], origin: str | None
) -> None:
    assert python(history, **more).origin == origin


def test_an_image_that_is_not_python_has_no_version() -> None:
    found = python(buildkit("RUN apt-get install -y make g++ python3.9"), cmd=["node", "x.js"])
    assert (found.verdict, found.version, found.origin) == ("no", None, None)


def said(version: str, weight: int) -> Evidence:
    return Evidence(Source.HISTORY, version, weight, "")


def test_the_best_evidence_decides_and_the_fuller_of_two_equals_is_told() -> None:
    assert judge([said("3.9", 60), said("3.11", 80), said("3.11.4", 80)]) == ("3.11.4", 80)


def test_two_equals_that_differ_decide_nothing() -> None:
    assert judge([said("3.9", 70), said("3.11", 70), said("3.9", 60)]) == (None, 0)
