"""``build-context-leak``: what belongs to the repository was copied with the application."""

from collections.abc import Iterator
from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, unseen
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile.contents import Found, Origin
from webhook.profile.need import Need

_STRICT, _LOOSE = 90, 60
"""The most that a finding weighs: what nobody means to ship, and what somebody may."""
_COPIED = frozenset({Origin.CONTEXT, Origin.COPY})
_COPY = "COPY . /app # buildkit"
_LAYERS = (29_000_000, 4_000_000, 12_000_000, 40_000)


class BuildContextLeak(Rule):
    """``.git``, editors' folders, tools' caches or a host's virtual environment are in the image.

    ``strict`` is what nobody means to ship: ``.git``, ``.github``, ``.gitlab-ci.yml``,
    ``Jenkinsfile``, ``.vscode``, ``.idea``, ``.DS_Store``, ``*.swp``, the caches of mypy, ruff,
    pytest, tox and Hypothesis, ``Dockerfile``, Compose files, ``.dockerignore``. A virtual
    environment counts where its ``pyvenv.cfg`` or its interpreter's link leads to another machine,
    or where it came along with the folder around it; one that was made by the build or copied out
    of a builder stage is what an image should have. ``loose`` is what many applications mean to
    ship: notebooks, ``*.db``, ``*.sqlite``, ``*.log``, ``*.md``, ``build``, ``dist``, ``docs``,
    ``logs``, ``env``, ``*.egg-info`` (which editable installs need).
    """

    id: ClassVar[str] = "build-context-leak"
    title: ClassVar[str] = "Files of the repository are in the image"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "`.git` has every version of every file, secrets that were removed included; a virtual "
        "environment of a laptop has libraries for another system, hundreds of megabytes of them; "
        "and all of it changes with every commit, so that no layer is ever reused."
    )
    remedy: ClassVar[str] = (
        "Name it in `.dockerignore` (`.git`, `.github`, `.venv`, `venv`, `.idea`, `.vscode`, "
        "`**/.DS_Store`, `.*_cache`, `Dockerfile*`, `compose*.yaml`), or copy what is needed and "
        "no more: `COPY src/ pyproject.toml uv.lock /app/`."
    )

    strict: bool = True
    """Whether what nobody means to ship is looked for."""
    loose: bool = False
    """Whether what is often meant is looked for, too."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if not (self.strict or self.loose):
            return Skip("neither list is looked for")
        contents = facts.image.contents
        weighed = list(self._weighed(facts))
        if not weighed:
            return unseen(facts, "what came with the build context")
        weight, first = max(weighed, key=lambda item: item[0])
        name = f"{shown(first.path)}{' (venv)' if first.what == 'venv' else ''}"
        evidence = evidence_of((found for _, found in weighed), "context")
        if contents.origins[first.layer] in _COPIED:
            problem = f"{name} was copied from the build context"
            return Violation(problem, "Add it to .dockerignore", weight, evidence)
        problem = f"{name} is left in the image (layer {first.layer + 1})"
        return Violation(problem, "Remove it in the step that brings it", weight, evidence)

    def _weighed(self, facts: Facts) -> Iterator[tuple[int, Found]]:
        contents = facts.image.contents
        for found in contents.leaks if self.strict else ():
            yield min(found.weight, _STRICT), found
        for found in contents.loose if self.loose else ():
            yield min(found.weight, _LOOSE), found

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the repository's history",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/.git/HEAD", "app/main.py")},
        ),
        Example(
            "a virtual environment of a laptop",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/venv/pyvenv.cfg << home = /Users/me/.pyenv/versions/3.13.1/bin",)},
        ),
        Example(
            "one out of a builder stage",
            fires=False,
            history=(*SLIM, "COPY /app/.venv /app/.venv # buildkit"),
            layers=_LAYERS,
            files={3: ("app/.venv/pyvenv.cfg << home = /usr/local/bin",)},
        ),
        Example(
            "documents and notebooks may be meant",
            fires=False,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/README.md", "app/report.ipynb", "app/geo.db 60M", "app/main.py")},
        ),
        Example(
            "unless a policy says that they are not",
            fires=True,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/report.ipynb",)},
            options={"loose": True},
        ),
        Example(
            "env without pyvenv.cfg is a folder like any other",
            fires=False,
            history=(*SLIM, _COPY),
            layers=_LAYERS,
            files={3: ("app/env/production.yaml",)},
        ),
    )
