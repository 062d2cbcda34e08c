"""``dev-dependencies``: packages that only a developer needs are installed."""

import re
from functools import cached_property
from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, is_whole, unseen
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile.need import Need

_SEPARATORS = re.compile(r"[-_.]+")
_PART = 70
"""Confidence where only a part of the layer was in view."""
_SITE = "usr/local/lib/python3.13/site-packages"
_LAYERS = (29_000_000, 4_000_000, 12_000_000, 40_000_000)
_INSTALL = "RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt # buildkit"


class DevDependencies(Rule):
    """Test runners, type checkers, formatters or debuggers are installed above the base.

    Told by the metadata that installers leave (``pytest-8.3.4.dist-info``), which is spread over a
    layer: where only its beginning was in view a finding is no more than likely, and none means
    nothing. ``coverage`` is not in the default list, as agents of monitoring services depend on it;
    nor are packages with types alone.
    """

    id: ClassVar[str] = "dev-dependencies"
    title: ClassVar[str] = "Development packages are installed"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "They are tens of megabytes that nothing imports, more packages to patch, and some of them "
        "(debugpy, ipdb) open a door to the process."
    )
    remedy: ClassVar[str] = (
        "`uv sync --frozen --no-dev`, `poetry install --only=main`, `pipenv sync`, "
        "`pdm install --prod`, or requirements in two files, of which the image installs one."
    )

    packages: tuple[str, ...] = (
        *("pytest", "mypy", "black", "ruff", "flake8", "isort", "tox", "nox", "pre_commit"),
        *("ipython", "ipdb", "debugpy", "hypothesis"),
    )
    """Distributions that are for development; ``-``, ``_`` and ``.`` are the same."""

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(_SEPARATORS.sub("-", name).lower() for name in self.packages)

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        installed = facts.image.contents.packages
        names = [name for name in self._names if name in installed]
        if not names:
            return unseen(facts, "which Python packages are installed")
        found = [installed[name] for name in names]
        weights = (
            each.weight if is_whole(facts.image, each.layer) else min(each.weight, _PART)
            for each in found
        )
        return Violation(
            f"development packages installed: {shown(', '.join(names))}",
            "Install with --no-dev or --only=main",
            max(weights),
            evidence_of(found, "development packages"),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "pytest beside the application's own",
            fires=True,
            history=(*SLIM, _INSTALL),
            layers=_LAYERS,
            files={
                3: (f"{_SITE}/flask-3.1.0.dist-info/METADATA", f"{_SITE}/pytest-8.3.4.dist-info/")
            },
        ),
        Example(
            "only what runs",
            fires=False,
            history=(*SLIM, _INSTALL),
            layers=_LAYERS,
            files={3: (f"{_SITE}/flask-3.1.0.dist-info/METADATA",)},
        ),
        Example(
            "a package that is only called alike",
            fires=False,
            history=(*SLIM, _INSTALL),
            layers=_LAYERS,
            files={3: (f"{_SITE}/mypy_extensions-1.0.0.dist-info/METADATA",)},
        ),
        Example(
            "a list of one's own",
            fires=True,
            history=(*SLIM, _INSTALL),
            layers=_LAYERS,
            files={3: (f"{_SITE}/jupyter_core-5.7.2.dist-info/METADATA",)},
            options={"packages": ["jupyter-core"]},
        ),
    )
