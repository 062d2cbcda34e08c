"""``bytecode-leak``: bytecode of the machine that built was copied with the sources."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, is_whole, unseen
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.tables import minor_of
from webhook.policy.text import shown
from webhook.profile import ImageProfile
from webhook.profile.contents import Found, Origin
from webhook.profile.need import Need

_FIX = "Add __pycache__/ and *.py[cod] to .dockerignore"
_WEIGHTS = {Origin.CONTEXT: 90, Origin.COPY: 75, Origin.UNKNOWN: 60}
"""How far bytecode in a layer was copied with the sources; what a command wrote there was not."""
_PART = 75
"""The most where only a part of the layer was in view."""
_COPY = "COPY . /app # buildkit"


class BytecodeLeak(Rule):
    """``__pycache__`` folders were copied into the image with the application.

    Below the working directory and where things are copied to, never below ``site-packages`` or in
    the standard library: installers compile what they install, which is meant. Nor is what a command
    of the build wrote (``compileall``, ``manage.py collectstatic``). Bytecode for another Python
    than the image's is of no use to anybody, and certainly a host's.
    """

    id: ClassVar[str] = "bytecode-leak"
    title: ClassVar[str] = "Bytecode was copied with the application"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "Bytecode that came with the sources is whatever the last run on that machine left: for "
        "another Python, of modules that are gone, with that machine's paths in its tracebacks; and "
        "it makes the layer differ from build to build."
    )
    remedy: ClassVar[str] = (
        "Two lines in `.dockerignore`: `**/__pycache__` and `**/*.py[cod]`. To start faster, compile "
        "in the image: `RUN python -m compileall -q /app`."
    )

    ignore_site_packages: bool = True
    """Whether what is below ``site-packages`` and ``dist-packages`` is left alone."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        image = facts.image
        weighed = [
            (weight, found)
            for found in image.contents.bytecode
            if (weight := _weight(image, facts.python.version, found))
        ]
        if not self.ignore_site_packages:
            weighed += [(found.weight, found) for found in image.contents.installed_bytecode]
        if not weighed:
            return unseen(facts, "whether bytecode was copied")
        weight, first = max(weighed, key=lambda item: item[0])
        foreign = _foreign(first, facts.python.version)
        of_another = f" for {foreign}" if foreign else ""
        return Violation(
            f"__pycache__{of_another} copied with the app ({shown(first.path)})",
            _FIX,
            weight,
            evidence_of((found for _, found in weighed), "bytecode"),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "copied with the sources",
            fires=True,
            history=(*SLIM, _COPY),
            layers=(29_000_000, 4_000_000, 12_000_000, 40_000),
            files={3: ("app/main.py", "app/__pycache__/main.cpython-313.pyc")},
        ),
        Example(
            "bytecode of another Python is certainly a host's",
            fires=True,
            history=(*SLIM, _COPY),
            layers=(29_000_000, 4_000_000, 12_000_000, 40_000),
            files={3: ("app/__pycache__/main.cpython-311.pyc",)},
        ),
        Example(
            "pip compiles what it installs",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c pip install flask # buildkit"),
            layers=(29_000_000, 4_000_000, 12_000_000, 40_000),
            files={
                3: ("usr/local/lib/python3.13/site-packages/flask/__pycache__/x.cpython-313.pyc",)
            },
        ),
        Example(
            "compiled by the build",
            fires=False,
            history=(*SLIM, _COPY, "RUN /bin/sh -c python -m compileall /app # buildkit"),
            layers=(29_000_000, 4_000_000, 12_000_000, 40_000, 40_000),
            files={3: ("app/main.py",), 4: ("app/__pycache__/main.cpython-313.pyc",)},
        ),
    )


def _weight(image: ImageProfile, version: str | None, found: Found) -> int:
    """How far a folder of bytecode is to be believed copied; 0 where it was made in the image."""
    if _foreign(found, version):
        return found.weight
    weight = _WEIGHTS.get(image.contents.origins[found.layer], 0)
    most = 100 if is_whole(image, found.layer) else _PART
    return min(weight, most, found.weight)


def _foreign(found: Found, version: str | None) -> str:
    """The Python that bytecode is for, where the image has another; empty where it has not."""
    minor = minor_of(version)
    own = f"cpython-{minor[0]}{minor[1]}" if minor else ""
    tags = (tag for tag in found.what.split() if tag.startswith("cpython-"))
    return next((tag for tag in tags if own and tag.rstrip("t") != own), "")
