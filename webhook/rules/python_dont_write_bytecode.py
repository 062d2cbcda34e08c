"""``python-dont-write-bytecode``: the interpreter would write .pyc files at run time."""

from typing import ClassVar

from webhook.policy.effective import Hidden
from webhook.policy.example import PYTHON_ENV, Example
from webhook.policy.facts import Facts
from webhook.policy.interpreter import switch, unseen
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.profile.flags import is_on
from webhook.profile.need import Need

_NAME = "PYTHONDONTWRITEBYTECODE"


class PythonDontWriteBytecode(Rule):
    """``PYTHONDONTWRITEBYTECODE`` is not on, and nothing makes it needless.

    Only advice: bytecode makes a start faster. Measured, importing flask and nine modules took
    152 ms with .pyc files and 535 to 590 ms with none, and a user who may not write there never
    gets any. Compiling at build time is the better answer, and is accepted; so is a read-only root.
    """

    id: ClassVar[str] = "python-dont-write-bytecode"
    title: ClassVar[str] = "PYTHONDONTWRITEBYTECODE is not on"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Files written at run time end up in the container's own layer, differ from node to node, "
        "and are written again at every start."
    )
    remedy: ClassVar[str] = (
        "`ENV PYTHONDONTWRITEBYTECODE=1`, or compile once at build time: `ENV UV_COMPILE_BYTECODE=1`"
        " for uv, `python -m compileall` for the rest."
    )

    accept_compiled: bool = True
    """Whether ``UV_COMPILE_BYTECODE`` in the image passes."""
    read_only_root_passes: bool = True
    """Whether ``readOnlyRootFilesystem`` passes: nothing can be written."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        context = facts.use.container.security_context
        if self.read_only_root_passes and context and context.read_only_root_filesystem:
            return None
        if self.accept_compiled and is_on(facts.image.runtime.env.get("UV_COMPILE_BYTECODE")):
            return None
        state = switch(facts, _NAME, "B")
        if isinstance(state, Hidden):
            return unseen(state)
        if state:
            return None
        fix = "Set it, or compile at build time (UV_COMPILE_BYTECODE=1, compileall)"
        return Violation("PYTHONDONTWRITEBYTECODE is not set", fix)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("unset", fires=True),
        Example("set in the image", fires=False, config={"Env": [*PYTHON_ENV, f"{_NAME}=1"]}),
        Example("zero is off", fires=True, config={"Env": [*PYTHON_ENV, f"{_NAME}=0"]}),
        Example("python -B", fires=False, config={"Cmd": ["python", "-B", "app.py"]}),
        Example(
            "-E ignores the variable",
            fires=True,
            config={"Env": [*PYTHON_ENV, f"{_NAME}=1"], "Cmd": ["python", "-E", "app.py"]},
        ),
        Example(
            "compiled at build time",
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
