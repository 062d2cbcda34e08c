import pytest

from tests.profile.looks import Step, looked
from tests.rules.verdicts import facts_about
from webhook.policy.rule import Unknown, Verdict, Violation
from webhook.rules import tests_in_image

RULE = tests_in_image.TestsInImage()
COPY = "COPY . /app"
SITE = "usr/local/lib/python3.13/site-packages"


def about(*steps: Step, ignore_site_packages: bool = True) -> Verdict:
    rule = tests_in_image.TestsInImage(ignore_site_packages=ignore_site_packages)
    return rule.check(facts_about(looked(*steps)))


def test_the_first_of_them_is_named():
    found = about((COPY, ("app/tests/test_a.py", "app/tests/test_b.py", "app/conftest.py")))
    assert isinstance(found, Violation)
    assert found.problem == "test files in the image (app/tests)"
    assert found.fix == "Exclude tests in .dockerignore or copy only the package"
    assert found.confidence == 95
    assert len(found.evidence) == 2


@pytest.mark.parametrize(
    "path",
    [
        *("app/tests/x.py", "app/test/", "app/pkg/test_x.py", "app/conftest.py", "app/.coverage"),
        *("app/htmlcov/x.html", "app/.pytest_cache/x", "app/.tox/x", "srv/x/tests/y.py"),
    ],
)
def test_suites_and_what_runners_leave_behind_count(path: str):
    assert isinstance(about(("RUN git clone x", (path,))), Violation)


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/numpy/array_api/tests/test_x.py",
        f"{SITE}/pandas/conftest.py",
        "usr/lib/python3/dist-packages/yaml/tests/x.py",
        "app/.venv/lib/python3.13/site-packages/scipy/tests/x.py",
    ],
)
def test_numpy_pandas_and_scipy_ship_tests_of_their_own(path: str):
    assert about(("RUN pip install x", (path,))) is None


def test_libraries_may_be_judged_too():
    files = (f"{SITE}/numpy/tests/test_x.py",)
    found = about(("RUN pip install x", files), ignore_site_packages=False)
    assert isinstance(found, Violation)
    assert found.problem == f"test files in the image ({SITE[:37]}...)"


@pytest.mark.parametrize(
    "path",
    [
        *("app/latest/x.py", "app/contest.py", "app/testimonials.html", "app/attest/y"),
        *("usr/local/lib/python3.13/test/test_os.py", "usr/share/perl/tests/x.t"),
        "app/node_modules/x/test/y.js",
    ],
)
def test_what_only_looks_like_tests_passes(path: str):
    assert about((COPY, (path,))) is None


def test_tests_that_a_later_layer_removes_are_gone():
    assert about((COPY, ("app/tests/x.py",)), ("RUN rm", ("app/.wh.tests",))) is None


def test_where_no_own_layer_was_looked_at_nothing_is_known():
    assert about((COPY, None)) == Unknown(
        "whether tests are in the image is not known: layers were not looked into"
    )


def test_where_some_were_and_nothing_was_found_it_passes():
    assert about((COPY, ("app/main.py",)), ("RUN x", None)) is None
