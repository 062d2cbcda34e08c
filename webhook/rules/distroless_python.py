"""``distroless-python``: what goes wrong with Python on distroless."""

import re
from typing import ClassVar

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.tables import Minor, minor_of
from webhook.policy.text import quoted
from webhook.profile import Evidence, ImageProfile, Variant
from webhook.profile.command import name_of
from webhook.profile.evidence import Source, observed
from webhook.profile.launch import INTERPRETER
from webhook.profile.need import Need

_FIX = "Use gcr.io/distroless/python3-debian13:nonroot and a matching builder"
_PUBLISHED = "python3-debian13"
"""The only repository of distroless Python that is still published."""
_ITS_PYTHON: Minor = (3, 13)
_REPOSITORY = re.compile(r"(?:.*/)?distroless/(python[23]?(?:-debian\d+)?)", re.ASCII)
_GOOGLES_OWN = ("distroless annotation", "built by bazel")
"""What tells it from others without a package manager, apko's for one."""
_PACKAGES = re.compile(r"python(3\.\d{1,2})/(?:site|dist)-packages", re.ASCII)
_SHELLS = frozenset({"sh", "bash", "dash", "ash"})
_BAZEL = "bazel build //python3"
_DISTROLESS = {"Env": ["LANG=C.UTF-8"], "Entrypoint": ["/usr/bin/python3.13"], "Cmd": ["main.py"]}


def _on(**config: object) -> dict[str, object]:
    """The config of an application on distroless."""
    return {**_DISTROLESS, **config}


class DistrolessPython(Rule):
    """The image stands on distroless Python in a way that does not work, or not for long.

    Packages that were copied for another Python than the interpreter's, so that C extensions do not
    import, told by the folder they were copied from and by the names of the extensions themselves; a
    command that needs a shell, of which there is none but in the debug images; a base that is no
    longer published (``python3-debian12``). A distroless image that runs as root is told of by
    ``run-as-root``.
    """

    id: ClassVar[str] = "distroless-python"
    title: ClassVar[str] = "Pitfalls of Python on distroless"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "distroless has the Python of its Debian and no other: site-packages of a builder on 3.11 "
        "fail to import on 3.13 as soon as one of them is compiled. There is no shell to start a "
        "command with, and a base that is not published any more gets no fixes."
    )
    remedy: ClassVar[str] = (
        "Build with `FROM python:3.13-slim-trixie AS builder`, run on "
        "`gcr.io/distroless/python3-debian13:nonroot`, with `CMD` in exec form."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if not _is_distroless(facts.image):
            return Skip("not built on distroless")
        python, confidence = _interpreter(facts)
        foreign = _foreign(facts.image, python)
        if foreign is not None and python is not None:
            interpreter = f"{python[0]}.{python[1]}"
            problem = (
                f"packages for Python {foreign.says} were copied, the interpreter is {interpreter}"
            )
            return Violation(problem, _FIX, confidence, (foreign,))
        shell = _shell(facts)
        if shell:
            problem = f"the command needs {quoted(shell)}, and distroless has no shell"
            return Violation(problem, _FIX, 75)
        return _outdated(facts.image, python)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("packages for the same Python", fires=False, history=(_BAZEL,), config=_on()),
        Example(
            "packages for another Python",
            fires=True,
            history=(
                _BAZEL,
                "COPY /app/.venv/lib/python3.11/site-packages /app/site-packages # buildkit",
            ),
            config=_on(),
        ),
        Example(
            "a command in shell form",
            fires=True,
            history=(_BAZEL,),
            config=_on(Cmd=["/bin/sh", "-c", "python main.py"]),
        ),
        Example(
            "a Python that is no longer published",
            fires=True,
            history=(_BAZEL,),
            config=_on(Entrypoint=["/usr/bin/python3.11"]),
        ),
        Example("another base is not judged", fires=False),
    )


def _is_distroless(image: ImageProfile) -> bool:
    """Whether it is Google's distroless, and not another image without a package manager."""
    base = image.base
    if base.variant is not Variant.DISTROLESS:
        return False
    if _REPOSITORY.match(base.reference or ""):
        return True
    return any(piece.detail.startswith(_GOOGLES_OWN) for piece in base.evidence)


def _interpreter(facts: Facts) -> tuple[Minor | None, int]:
    """The version of the interpreter, and how sure that is: process 1 may have it in its name."""
    name = name_of(facts.launch.process)
    named = minor_of(name.removeprefix("python")) if INTERPRETER.fullmatch(name) else None
    if named is not None:
        return named, int(Certainty.HIGH)
    sure = facts.python.version_confidence >= Certainty.HIGH
    return minor_of(facts.python.version), int(Certainty.HIGH if sure else Certainty.MEDIUM)


def _foreign(image: ImageProfile, python: Minor | None) -> Evidence | None:
    """Packages for another Python than the interpreter: by where they were copied from, and by the
    names of their extensions."""
    copied = (
        observed(Source.HISTORY, match[1], done.weight, done.text)
        for done in image.build.staged
        for match in _PACKAGES.finditer(done.text)
    )
    told = (*copied, *image.extensions)
    return next((piece for piece in told if python and minor_of(piece.says) != python), None)


def _shell(facts: Facts) -> str:
    """The shell that the command asks for; the debug images have busybox's in a place of its own."""
    tag = (facts.image.base.reference or "").partition("@")[0].rpartition(":")[2]
    if "debug" in tag:
        return ""
    words = (word for word in facts.launch.argv[:2] if not word.startswith("/busybox/"))
    return next((word for word in words if _name(word) in _SHELLS), "")


def _outdated(image: ImageProfile, python: Minor | None) -> Violation | None:
    """Whether the base is one that is no longer published: by its name, else by its Python."""
    reference, declared = image.base.reference, image.base.declared
    match = _REPOSITORY.match(reference or "")
    if match is not None and declared is not None:
        if match[1] == _PUBLISHED:
            return None
        problem = f"base {quoted(reference or '')} is no longer published"
        return Violation(problem, _FIX, declared.weight, (declared,))
    if python is None or python >= _ITS_PYTHON:
        return None
    problem = f"distroless with Python {python[0]}.{python[1]} is no longer published"
    return Violation(problem, _FIX, int(Certainty.MEDIUM))


def _name(word: str) -> str:
    return word.rpartition("/")[2]
