import pytest

from tests.profile.looks import Step, looked
from tests.rules.verdicts import facts_about
from webhook.policy.rule import Unknown, Verdict, Violation
from webhook.rules.dev_dependencies import DevDependencies

RULE = DevDependencies()
PIP = "RUN pip install -r requirements.txt"
SITE = "usr/local/lib/python3.13/site-packages"


def about(*steps: Step, rule: DevDependencies = RULE) -> Verdict:
    return rule.check(facts_about(looked(*steps)))


def installed(*packages: str, rule: DevDependencies = RULE, more: bool = False) -> Verdict:
    files = tuple(f"{SITE}/{package}.dist-info/METADATA" for package in packages)
    return about((PIP, (*files, "...") if more else files), rule=rule)


def test_they_are_named():
    found = installed("flask-3.1.0", "pytest-8.3.4", "ruff-0.9.1")
    assert isinstance(found, Violation)
    assert found.problem == "development packages installed: pytest, ruff"
    assert found.fix == "Install with --no-dev or --only=main"
    assert found.confidence == 95
    assert found.evidence[0].detail == f"layer 5: {SITE}/pytest-8.3.4.dist-info"


def test_where_a_part_of_the_layer_was_in_view_it_is_likely():
    """Metadata is spread over a layer."""
    found = installed("pytest-8.3.4", more=True)
    assert isinstance(found, Violation)
    assert found.confidence == 70


@pytest.mark.parametrize(
    "package",
    [
        *("pytest-8", "mypy-1", "black-24", "ruff-0.9", "flake8-7", "isort-5", "tox-4", "nox-2024"),
        *("pre_commit-4", "pre-commit-4", "ipython-8", "ipdb-0.13", "debugpy-1.8", "hypothesis-6"),
        "IPython-7.0",
    ],
)
def test_every_one_of_the_list_counts_however_it_is_spelt(package: str):
    assert isinstance(installed(package), Violation)


@pytest.mark.parametrize(
    "package",
    [
        *("coverage-7.6", "types_requests-2", "mypy_extensions-1", "pytest_runner-6", "toxic-1"),
        *("typing_extensions-4", "blackboard-1", "jupyter_core-5"),
    ],
)
def test_types_agents_dependencies_and_names_that_are_alike_pass(package: str):
    """Agents of monitoring services depend on ``coverage``; types are for the checker alone."""
    assert installed(package) is None


def test_a_list_of_ones_own_replaces_it():
    rule = DevDependencies(packages=("Jupyter.Core",))
    assert isinstance(installed("jupyter_core-5", rule=rule), Violation)
    assert installed("pytest-8", rule=rule) is None


def test_what_a_library_carries_with_it_or_an_environment_of_tox_has_is_not_installed():
    vendored = f"{SITE}/x/_vendor/pytest-8.dist-info/METADATA"
    assert about((PIP, (vendored,))) is None
    tox = "app/.tox/py313/lib/python3.13/site-packages/pytest-8.dist-info/METADATA"
    assert about(("COPY . /app", (tox,))) is None


def test_packages_of_the_distribution_and_of_environments_count():
    for folder in ("usr/lib/python3/dist-packages", "app/.venv/lib/python3.13/site-packages"):
        assert isinstance(about((PIP, (f"{folder}/mypy-1.15.egg-info/PKG-INFO",))), Violation)


def test_those_of_the_base_are_the_bases():
    found = looked(("RUN x", ()), base=(f"{SITE}/pytest-8.dist-info/METADATA",))
    assert RULE.check(facts_about(found)) is None


def test_one_that_a_later_layer_removes_is_gone():
    files = (f"{SITE}/pytest-8.dist-info/METADATA",)
    removed = (f"{SITE}/.wh.pytest-8.dist-info",)
    assert about((PIP, files), ("RUN pip uninstall -y pytest", removed)) is None


def test_where_no_own_layer_was_looked_at_nothing_is_known():
    assert about((PIP, None)) == Unknown(
        "which Python packages are installed is not known: layers were not looked into"
    )


def test_where_some_were_and_nothing_was_found_it_passes():
    assert about((PIP, ("usr/local/bin/x", "...")), ("RUN x", None)) is None
