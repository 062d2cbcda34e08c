"""``tests-in-image``: the application's tests are shipped with it."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, unseen
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile.need import Need

_COPY = "COPY . /app # buildkit"
_LAYERS = (29_000_000, 4_000_000, 12_000_000, 40_000)


class TestsInImage(Rule):
    """Test suites of the application, or what test runners leave behind, are in the image.

    Folders ``tests`` and ``test``, ``test_*.py``, ``conftest.py``, ``.coverage``, ``htmlcov``,
    ``.pytest_cache`` and ``.tox`` among the application's files. Libraries have tests of their own
    (numpy, pandas), which are theirs to ship.
    """

    id: ClassVar[str] = "tests-in-image"
    title: ClassVar[str] = "Tests are in the image"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "Tests bring fixtures, sample credentials and imports of packages that are not installed; "
        "every change to one rebuilds and redeploys an application that did not change."
    )
    remedy: ClassVar[str] = (
        "Copy the package alone, `COPY src/ /app/`, or in `.dockerignore`: `tests/`, `.coverage`, "
        "`htmlcov/`, `.pytest_cache/`, `.tox/`. To run tests in CI, give them a stage of their own."
    )

    ignore_site_packages: bool = True
    """Whether what is below ``site-packages`` and ``dist-packages`` is left alone."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        contents = facts.image.contents
        found = contents.tests
        if not self.ignore_site_packages:
            found += contents.installed_tests
        if not found:
            return unseen(facts, "whether tests are in the image")
        first = max(found, key=lambda each: each.weight)
        return Violation(
            f"test files in the image ({shown(first.path)})",
            "Exclude tests in .dockerignore or copy only the package",
            first.weight,
            evidence_of(found, "tests"),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "copied with the sources",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/main.py", "app/tests/test_main.py", "app/tests/conftest.py")},
        ),
        Example(
            "what a test run left",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/.coverage 50k", "app/main.py")},
        ),
        Example(
            "tests of a library",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c pip install numpy # buildkit"),
            layers=_LAYERS,
            files={3: ("usr/local/lib/python3.13/site-packages/numpy/tests/test_public_api.py",)},
        ),
        Example(
            "unless libraries are judged too",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c pip install numpy # buildkit"),
            layers=_LAYERS,
            files={3: ("usr/local/lib/python3.13/site-packages/numpy/tests/test_public_api.py",)},
            options={"ignoreSitePackages": False},
        ),
        Example(
            "the package alone",
            fires=False,
            history=(*SLIM, "COPY src/ /app/ # buildkit"),
            layers=_LAYERS,
            files={3: ("app/main.py", "app/contest.py", "app/latest/views.py")},
        ),
    )
