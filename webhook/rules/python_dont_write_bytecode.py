"""``python-dont-write-bytecode``: the interpreter would write .pyc files at run time."""

from typing import ClassVar

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.interpreter import switch, unseen
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.tables import minor_of
from webhook.profile.flags import is_true
from webhook.profile.need import Need

_NAME = "PYTHONDONTWRITEBYTECODE"


class PythonDontWriteBytecode(Rule):
    """``PYTHONDONTWRITEBYTECODE`` is not on, and nothing makes it needless.

    The value is read as CPython reads it, the Pod's before the image's, and ``python -B`` is as good.
    Compiling at build time is the better answer, and is accepted: where the image says so for uv, or
    where a look into the layers shows bytecode of its own Python beside the application. So is a
    read-only root, on which nothing can be written. What a step of the build exported for itself is
    no variable of the image.
    """

    id: ClassVar[str] = "python-dont-write-bytecode"
    title: ClassVar[str] = "PYTHONDONTWRITEBYTECODE is not on"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Files written at run time end up in the container's own layer, differ from node to node, "
        "and are written again at every start. Only advice, as bytecode makes a start faster: "
        "measured, importing flask and nine modules took 152 ms with .pyc files and 535 to 590 ms "
        "with none, and 572 to 816 ms as a user who may not write them."
    )
    remedy: ClassVar[str] = (
        "`ENV PYTHONDONTWRITEBYTECODE=1`, or compile once at build time: `ENV UV_COMPILE_BYTECODE=1`"
        " for uv, `python -m compileall` for the rest."
    )

    accept_compiled: bool = True
    """Whether an image passes that was compiled when it was built."""
    read_only_root_passes: bool = True
    """Whether ``readOnlyRootFilesystem`` passes: nothing can be written."""

    @property
    def needed(self) -> Need:
        """See Rule.needed."""
        return self.needs | Need.FILES if self.accept_compiled else self.needs

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        context = facts.use.container.security_context
        if self.read_only_root_passes and context and context.read_only_root_filesystem:
            return None
        if self.accept_compiled and _is_compiled(facts):
            return None
        state = switch(facts, _NAME, "B")
        if isinstance(state, Hidden):
            return unseen(state)
        if state:
            return None
        fix = "Set it, or compile at build time (UV_COMPILE_BYTECODE=1, compileall)"
        return Violation("PYTHONDONTWRITEBYTECODE is not set", fix)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("the variable is not set", fires=True),
        Example("the image sets it", fires=False, config={"Env": [*PYTHON_ENV, f"{_NAME}=1"]}),
        Example("zero is off", fires=True, config={"Env": [*PYTHON_ENV, f"{_NAME}=0"]}),
        Example("python -B is as good", fires=False, config={"Cmd": ["python", "-B", "app.py"]}),
        Example(
            "-E ignores the variable",
            fires=True,
            config={"Env": [*PYTHON_ENV, f"{_NAME}=1"], "Cmd": ["python", "-E", "app.py"]},
        ),
        Example(
            "uv was told to compile at build time",
            fires=False,
            config={"Env": [*PYTHON_ENV, "UV_COMPILE_BYTECODE=1"]},
        ),
        Example(
            "nothing can be written",
            fires=False,
            container={"securityContext": {"readOnlyRootFilesystem": True}},
        ),
        Example(
            "the base's build exported it for itself, which is no ENV",
            fires=True,
            history=("RUN /bin/sh -c export PYTHONDONTWRITEBYTECODE=1; make install # buildkit",),
        ),
    )


def _is_compiled(facts: Facts) -> bool:
    """Whether bytecode was made at build time that this interpreter reads."""
    if is_true(facts.image.runtime.env.get("UV_COMPILE_BYTECODE")):
        return True
    found = facts.image.contents.bytecode
    minor = minor_of(facts.python.version) if found else None
    tag = f"cpython-{minor[0]}{minor[1]}" if minor else ""
    tags = (folder.what.split() for folder in found)
    return any(not told or not tag or tag in told for told in tags)
