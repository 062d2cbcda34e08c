"""``lockfile-install``: nothing shows that the dependencies came from a lock file."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.profile.need import Need

_FIX = "Use uv sync --frozen, poetry.lock or pip --require-hashes; record provenance mode=max"
_HINT = 55
"""The most that a missing trace weighs."""


class LockfileInstall(Rule):
    """The image installs dependencies, and nothing shows that a lock file decided which.

    What shows it: ``uv sync --frozen`` or ``--locked``, ``uv export``, ``pip install
    --require-hashes``, ``pip-sync``, ``pipenv sync``, ``pdm sync``, conda-lock, Poetry with its
    ``poetry.lock`` copied; or a lock file in the image. A requirements file may hold exact versions
    and hashes, which its name does not tell: there being no evidence is never more than a hint, and
    is only recorded. What a builder stage installed left no trace here, and is not judged.
    """

    id: ClassVar[str] = "lockfile-install"
    title: ClassVar[str] = "No evidence of a locked install"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "Without a lock file two builds of one commit are two different images: the second has what "
        "was published in between, tested by nobody."
    )
    remedy: ClassVar[str] = (
        "`COPY pyproject.toml uv.lock ./` and `RUN uv sync --frozen --no-dev`; "
        "`pip-compile --generate-hashes` and `pip install --require-hashes -r requirements.txt`; or "
        "`COPY poetry.lock` and `poetry install --only=main`."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        if build.locks or facts.image.contents.lockfiles:
            return None
        if build.installs:
            return Violation(
                "no evidence of a locked install",
                _FIX,
                min(_HINT, max(done.weight for done in build.installs)),
                tuple(done.evidence for done in build.installs),
            )
        if build.staged:
            return Skip("dependencies were installed in another stage, which left no trace here")
        if build.silence:
            return Unknown(f"how dependencies were installed is not told: {build.silence}")
        return Skip("the history tells of no dependencies that were installed")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a requirements file that may hold anything",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c pip install -r requirements.txt # buildkit"),
        ),
        Example(
            "uv sync --frozen",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c uv sync --frozen --no-dev # buildkit"),
        ),
        Example(
            "hashes are demanded",
            fires=False,
            history=(
                *SLIM,
                "RUN /bin/sh -c pip install --require-hashes -r requirements.txt # buildkit",
            ),
        ),
        Example(
            "Poetry with its lock file",
            fires=False,
            history=(
                *SLIM,
                "COPY pyproject.toml poetry.lock ./ # buildkit",
                "RUN /bin/sh -c poetry install --only main # buildkit",
            ),
        ),
        Example(
            "Poetry without it",
            fires=True,
            history=(
                *SLIM,
                "COPY pyproject.toml ./ # buildkit",
                "RUN /bin/sh -c poetry install --only main # buildkit",
            ),
        ),
        Example(
            "a builder stage leaves no trace",
            fires=False,
            history=(*SLIM, "COPY /app/.venv /app/.venv # buildkit"),
        ),
    )
