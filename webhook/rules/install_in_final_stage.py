"""``install-in-final-stage``: dependencies installed where they run, instead of in a builder stage."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need

_PIP = "RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt # buildkit"
_VENV = "COPY /app/.venv /app/.venv # buildkit"


class InstallInFinalStage(Rule):
    """A step of the final stage installs dependencies: pip, uv, Poetry, conda, ``-dev`` packages.

    Read off the history, of which BuildKit leaves out ``--from``; so a virtual environment, wheels,
    or a folder that was copied from an absolute path clear the image, and nothing is ever more than
    likely. Installing the project itself (``--no-deps .``), pip's own upgrade and wheels out of a
    local folder (``--no-index``) are not meant. ``uv sync`` weighs less: uv's guide has it in a
    single stage with a cache mount. A slim image of binary wheels needs no builder stage.
    """

    id: ClassVar[str] = "install-in-final-stage"
    title: ClassVar[str] = "Dependencies are installed in the final stage"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Whatever an install needs beside its result stays in the image: headers, compilers, caches "
        "and the installer. A builder stage leaves all of it behind."
    )
    remedy: ClassVar[str] = (
        "Install into a virtual environment in a builder stage and copy that: "
        "`COPY --from=builder /app/.venv /app/.venv`, `ENV PATH=/app/.venv/bin:$PATH`."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        if build.staged:
            return None
        installed = build.installs + build.headers
        found = max(installed, key=lambda done: done.weight, default=None)
        if found is None:
            if build.silence:
                return Unknown(f"where dependencies were installed is not told: {build.silence}")
            return None
        return Violation(
            f"dependencies look installed in the final stage ({quoted(found.text)})",
            "Consider a builder stage and COPY --from",
            found.weight,
            tuple(done.evidence for done in installed),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("pip install in a single stage", fires=True, history=(*SLIM, _PIP)),
        Example(
            "headers for compiling",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c apt-get install -y libpq-dev # buildkit"),
        ),
        Example("a virtual environment is copied in", fires=False, history=(*SLIM, _VENV)),
        Example(
            "the project itself is installed beside the copied environment",
            fires=False,
            history=(*SLIM, _VENV, "RUN /bin/sh -c pip install --no-deps -e . # buildkit"),
        ),
        Example(
            "copying uv is no builder stage",
            fires=True,
            history=(
                *SLIM,
                "COPY /uv /uvx /bin/ # buildkit",
                "RUN /bin/sh -c uv sync --frozen # buildkit",
            ),
        ),
        Example(
            "upgrading pip installs no dependencies",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c pip install --upgrade pip # buildkit"),
        ),
    )
