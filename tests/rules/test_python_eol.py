from datetime import date
from typing import Any

import pytest

from tests.rules.verdicts import enforced, fires, profiled, verdict, violation
from webhook.policy.rule import Action, Skip, Unknown, Violation
from webhook.rules.python_eol import PythonEol

RULE = PythonEol()


def official(version: str) -> dict[str, Any]:
    return {"Env": [f"PYTHON_VERSION={version}", "PYTHON_SHA256=9cf9427b"], "Cmd": ["python"]}


@pytest.mark.parametrize(
    ("version", "since"),
    [
        ("3.10.16", "2026-10-31"),
        ("3.9.20", "2025-10-31"),
        ("3.8.20", "2024-10-07"),
        ("3.7.17", "2023-06-27"),
        ("3.6.15", "2021-12-23"),
        ("3.3.7", "2017-09-29"),
        ("2.7.18", "2020-01-01"),
    ],
)
def test_an_ended_release_is_told_with_its_day_and_what_is_supported(version: str, since: str):
    found = violation(RULE, config=official(version), today=date(2026, 11, 20))
    minor = version.rpartition(".")[0]
    assert found.problem == f"Python {minor} is end-of-life since {since}"
    assert found.fix == "Rebuild on a supported release (3.11 to 3.14)"
    assert (found.ceiling, found.raise_to) == (None, None)
    assert found.confidence >= 85


@pytest.mark.parametrize("version", ["3.11.9", "3.12.1", "3.13.1", "3.14.0rc1", "3.99.0"])
def test_a_supported_release_passes_and_so_does_one_that_is_not_known_yet(version: str):
    assert verdict(RULE, config=official(version)) is None


@pytest.mark.parametrize(
    ("today", "problem", "ceiling"),
    [
        (date(2026, 8, 1), None, None),
        (date(2026, 8, 2), "Python 3.10 reaches end-of-life on 2026-10-31", Action.WARN),
        (date(2026, 10, 31), "Python 3.10 reaches end-of-life on 2026-10-31", Action.WARN),
        (date(2026, 11, 1), "Python 3.10 is end-of-life since 2026-10-31", None),
    ],
)
def test_the_end_is_told_ahead_of_time_but_only_denied_once_it_has_come(
    today: date, problem: str | None, ceiling: Action | None
):
    found = verdict(RULE, config=official("3.10.1"), today=today)
    assert (found.problem if isinstance(found, Violation) else found) == problem
    assert not isinstance(found, Violation) or found.ceiling is ceiling


@pytest.mark.parametrize(
    ("days", "today", "raised"),
    [
        (30, date(2026, 11, 29), None),
        (30, date(2026, 11, 30), Action.DENY),
        (0, date(2026, 10, 31), None),
        (0, date(2026, 11, 1), Action.DENY),
        (None, date(2036, 1, 1), None),
    ],
)
def test_it_may_be_denied_so_many_days_after(days: int | None, today: date, raised: Action | None):
    rule = PythonEol(deny_after_days=days)
    assert violation(rule, config=official("3.10.1"), today=today).raise_to is raised


DEBIAN: dict[str, Any] = {
    "history": (
        "# debian.sh --arch 'amd64' out/ 'bullseye' '@1754899200'",
        "RUN /bin/sh -c apt-get install -y python3.9 # buildkit",
    ),
    "config": {"Env": [], "Cmd": ["python3.9", "app.py"]},
}


def test_a_distributions_own_python_is_left_to_the_distribution_unless_it_is_judged():
    assert verdict(RULE, **DEBIAN) == Skip("the distribution maintains its own Python")
    assert fires(PythonEol(distro_python="judge"), **DEBIAN)


@pytest.mark.parametrize(
    ("step", "argv"),
    [
        ("RUN /bin/sh -c pyenv install 3.8.20 # buildkit", "python"),
        ("RUN /bin/sh -c uv python install 3.8 # buildkit", "python"),
        ("RUN /bin/sh -c conda install -y python=3.8 # buildkit", "python"),
        (
            "RUN /bin/sh -c wget https://www.python.org/ftp/python/3.8.1/Python-3.8.1.tgz # buildkit",
            "python3.8",
        ),
    ],
)
def test_what_no_distribution_maintains_is_judged(step: str, argv: str):
    history = (DEBIAN["history"][0], step)
    assert fires(RULE, history=history, config={"Env": [], "Cmd": [argv, "app.py"]})


def test_where_nothing_tells_whose_python_it_is_nothing_is_certain():
    found = violation(RULE, history=(), config={"Env": [], "Cmd": ["python3.8", "app.py"]})
    assert 60 <= found.confidence < 85


def test_a_version_that_only_the_history_tells_is_no_certainty():
    history = (DEBIAN["history"][0], "RUN /bin/sh -c pyenv install 3.8.20 # buildkit")
    found = violation(RULE, history=history, config={"Env": [], "Cmd": ["python", "app.py"]})
    assert 60 <= found.confidence < 85


def test_a_policy_that_denies_does_so_on_sure_evidence_alone():
    official_38 = profiled(Env=["PYTHON_VERSION=3.8.20", "PYTHON_SHA256=9cf9427b"], Cmd=["python"])
    (sure,) = enforced("python-eol", official_38)
    assert sure.action is Action.DENY
    (doubtful,) = enforced("python-eol", profiled([], Cmd=["python3.8", "app.py"]))
    assert doubtful.action is Action.WARN


def test_a_version_of_two_numbers_is_enough():
    assert fires(RULE, config={"Env": ["PYTHON_VERSION=3.6", "PYTHON_SHA256=x"]})


def test_an_image_that_does_not_tell_its_version_is_unknown():
    found = verdict(RULE, history=(), config={"Env": [], "Cmd": ["python", "app.py"]})
    assert found == Unknown("the Python version could not be determined")


def test_distroless_tells_its_version_in_an_annotation():
    annotations = {"com.google.distroless.python.version": "3.9.2"}
    image = profiled([], annotations=annotations, Entrypoint=["/usr/bin/python3.9"])
    assert image.python.version == "3.9.2"
