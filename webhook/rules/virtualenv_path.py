"""``virtualenv-path``: dependencies are not in an environment of their own."""

import re
from collections.abc import Iterator
from typing import ClassVar

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.interpreter import unseen
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile import ImageProfile, Variant
from webhook.profile.copied import Brought
from webhook.profile.need import Need

_BIN = re.compile(
    r"(?:.*/)?(?:\.?env|[\w.-]{0,40}venv[\w.-]{0,40}|\.?virtualenvs?/[\w.-]{1,80}"
    r"|(?:mini|ana)?conda\d?(?:/envs/[\w.-]{1,80})?|mini(?:forge|mamba)\d?)/bin/?"
)
_RUNNERS = frozenset(
    {"uv", "poetry", "pipenv", "pdm", "rye", "hatch", "pixi", "conda", "micromamba"}
)
_SIGNS = (
    ("VIRTUAL_ENV", re.compile(r".")),
    ("PYTHONPATH", re.compile(r"(?:site|dist)-packages|__pypackages__")),
    ("PYTHONHOME", re.compile(r".")),
)
"""Variables that say where packages are, and what in them says it."""
_SOURCES = frozenset({".", "source"})
_MAX_PATH = 4096
"""Characters of ``PATH`` that are looked at."""
_PATH = "/usr/local/bin:/usr/bin:/bin"
_VENV_ENV = {"Env": [*PYTHON_ENV, f"PATH=/app/.venv/bin:{_PATH}"]}
_NO_ENVIRONMENT = "no virtual environment on PATH"
_FIX = "Create one in the builder, copy it, and put its bin first on PATH"
_PIP = "RUN /bin/sh -c pip install -r requirements.txt # buildkit"


class VirtualenvPath(Rule):
    """No virtual environment is on the effective ``PATH``, and nothing else keeps dependencies apart.

    A virtual environment that is run by its path, ``VIRTUAL_ENV``, ``uv run`` and its like, conda,
    packages in a folder on ``PYTHONPATH``, a prefix that was copied out of a builder
    (``acceptPrefixInstall``), buildpacks and distroless pass. ``PATH`` in the Pod's ``env`` replaces the image's: one that leaves the environment out is
    warned of, as the container then runs another Python. Many hold that a container needs no virtual
    environment; this rule is advice.
    """

    id: ClassVar[str] = "virtualenv-path"
    title: ClassVar[str] = "No virtual environment on PATH"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "What is installed into the system's Python mixes with what the system needs of it, and "
        "cannot be copied out of a builder stage as one folder."
    )
    remedy: ClassVar[str] = (
        "`RUN python -m venv /opt/venv` or `uv sync` in a builder stage, then "
        "`COPY --from=builder /opt/venv /opt/venv` and `ENV PATH=/opt/venv/bin:$PATH`."
    )

    accept_prefix_install: bool = True
    """Whether packages copied to a prefix (``/usr/local``, ``~/.local``) are as good."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        image = facts.image
        if _is_apart(facts) or (self.accept_prefix_install and _is_prefixed(image)):
            return None
        path = facts.variable("PATH")
        if isinstance(path, Hidden):
            return unseen(path)
        if _environment_in(path or "", image):
            return None
        lost = _environment_in(image.runtime.env.get("PATH", ""), image)
        if lost:
            problem = f"the Pod's env PATH leaves out the virtual environment {quoted(lost)}"
            fix = "Take PATH out of the Pod's env, or put that first"
            return Violation(problem, fix, raise_to=Action.WARN)
        if image.contents.venvs:
            return None
        return self._by_variables(facts)

    @staticmethod
    def _by_variables(facts: Facts) -> Verdict:
        """What other variables say of where packages are; a violation when none says anything."""
        for name, sign in _SIGNS:
            value = facts.variable(name)
            if isinstance(value, Hidden):
                return unseen(value)
            if value and sign.search(value[:_MAX_PATH]):
                is_home = name == "PYTHONHOME"
                return Unknown("where PYTHONHOME has packages is not known") if is_home else None
        evidence = tuple(done.evidence for done in facts.image.build.installs)
        return Violation(_NO_ENVIRONMENT, _FIX, 75 if evidence else 50, evidence)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("installed into the system's Python", fires=True, history=(*SLIM, _PIP)),
        Example("an environment on PATH", fires=False, config=_VENV_ENV),
        Example(
            "an environment that is run by its path",
            fires=False,
            config={"Cmd": ["/opt/venv/bin/gunicorn", "app:app"]},
        ),
        Example("uv run finds it", fires=False, config={"Cmd": ["uv", "run", "app.py"]}),
        Example(
            "a prefix that was copied in",
            fires=False,
            history=(*SLIM, "COPY /install /usr/local # buildkit"),
        ),
        Example(
            "which may not be accepted",
            fires=True,
            history=(*SLIM, "COPY /install /usr/local # buildkit"),
            options={"acceptPrefixInstall": False},
        ),
        Example(
            "a copied environment that nothing points to",
            fires=True,
            history=(*SLIM, "COPY /app/.venv /app/.venv # buildkit"),
        ),
        Example(
            "the Pod's PATH leaves the environment out",
            fires=True,
            config=_VENV_ENV,
            container={"env": [{"name": "PATH", "value": _PATH}]},
        ),
    )


def _is_apart(facts: Facts) -> bool:
    """Whether something that asks no variable keeps dependencies in a place of their own."""
    image, launch = facts.image, facts.launch
    if image.runtime.launcher or image.base.variant is Variant.DISTROLESS:
        return True
    if facts.python.origin == "conda" or not _RUNNERS.isdisjoint(launch.names):
        return True
    if any(p[0] in _SOURCES and p[-1].endswith("/bin/activate") for p in launch.programs if p):
        return True
    folders = (program[0].rpartition("/")[0] for program in launch.programs if program)
    return any(_is_environment(folder, image) for folder in folders)


def _is_prefixed(image: ImageProfile) -> bool:
    return any(done.what == Brought.PREFIX for done in image.build.staged)


def _environment_in(path: str, image: ImageProfile) -> str:
    """The first folder of ``PATH`` that is an environment's; empty when there is none."""
    folders = path[:_MAX_PATH].split(":")
    return next((folder for folder in folders if _is_environment(folder, image)), "")


def _is_environment(folder: str, image: ImageProfile) -> bool:
    return bool(_BIN.fullmatch(f"{folder.rstrip('/')}/")) or folder.strip("/") in _seen(image)


def _seen(image: ImageProfile) -> Iterator[str]:
    """The program folders of the virtual environments that were found in the layers."""
    return (f"{found.path.rpartition('/')[0]}/bin" for found in image.contents.venvs)
