"""``unpinned-install``: ``pip install`` of whatever version is the newest on that day."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile.need import Need
from webhook.profile.pinning import has_range, normalised

_Name = Annotated[str, AfterValidator(normalised)]
_RUN = "RUN /bin/sh -c pip install --no-cache-dir"


class UnpinnedInstall(Rule):
    """A step of the image's own asks pip, uv or pipx for a package without an exact version.

    ``x==1.2`` names one; ``x``, ``x>=1`` and ``x~=1.2`` do not, nor does a URL without a hash, a
    version or a revision. Commands with ``-r``, ``-c``, ``--require-hashes`` or ``--no-index`` have
    their versions from elsewhere and pass, as do local paths and what is only known when the build
    runs (``$PACKAGES``). Installers are left out by ``ignore``.
    """

    id: ClassVar[str] = "unpinned-install"
    title: ClassVar[str] = "pip installs without a version"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "The next build of the same commit has another version, tested by nobody; and a package "
        "that is taken over is in the image the same day."
    )
    remedy: ClassVar[str] = (
        "`pip install gunicorn==23.0.0`; or name it in pyproject.toml and install from the lock "
        "file, which pins what it depends on too."
    )

    ignore: tuple[_Name, ...] = ("pip", "setuptools", "wheel", "uv", "poetry")
    """Packages that need no version."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        found = [done for done in build.unpinned if done.what not in self.ignore]
        if not found:
            if build.silence:
                return Unknown(f"what pip installed is not told: {build.silence}")
            return None
        first = max(found, key=lambda done: done.weight)
        lacking = "exact version" if has_range(first.text) else "version"
        return Violation(
            f"pip install {shown(first.text)} has no {lacking}",
            "Pin it or install from a lock file",
            first.weight,
            tuple(done.evidence for done in found),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a name alone", fires=True, history=(*SLIM, f"{_RUN} gunicorn # buildkit")),
        Example(
            "a range is no version",
            fires=True,
            history=(*SLIM, f"{_RUN} 'uvicorn[standard]>=0.30' # buildkit"),
        ),
        Example(
            "an exact version", fires=False, history=(*SLIM, f"{_RUN} gunicorn==23.0.0 # buildkit")
        ),
        Example(
            "versions are in the requirements",
            fires=False,
            history=(*SLIM, f"{_RUN} -r requirements.txt gunicorn # buildkit"),
        ),
        Example(
            "pip's own upgrade",
            fires=False,
            history=(*SLIM, f"{_RUN} --upgrade pip setuptools # buildkit"),
        ),
        Example(
            "unless nothing is left out",
            fires=True,
            history=(*SLIM, f"{_RUN} --upgrade pip # buildkit"),
            options={"ignore": []},
        ),
        Example(
            "a branch may be anything tomorrow",
            fires=True,
            history=(*SLIM, f"{_RUN} git+https://git.example.com/team/lib.git@main # buildkit"),
        ),
    )
