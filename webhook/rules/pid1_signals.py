"""``pid1-signals``: Python is process 1, which gets no signal that it has no handler for."""

from typing import ClassVar

from webhook.kube.imageuse import ContainerKind
from webhook.policy import effective
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.profile.command import name_of
from webhook.profile.launch import INTERPRETER
from webhook.profile.need import Need

_JUDGED = frozenset({ContainerKind.CONTAINER, ContainerKind.SIDECAR})
_HANDLE_SIGTERM = frozenset(
    {"celery", "daphne", "fastapi", "granian", "gunicorn", "hypercorn", "uvicorn"}
)
_INITS = frozenset({"catatonit", "docker-init", "dumb-init", "s6-svscan", "tini"})
_INTERRUPTS = frozenset({"SIGINT", "INT", "2"})
"""Spellings of the one signal that Python always has a handler for."""


class Pid1Signals(Rule):
    """The container's process 1 is a bare ``python …``: no init before it, no server that stops.

    gunicorn, uvicorn, hypercorn, granian, daphne and celery handle SIGTERM, and pass. So do an init
    (tini, dumb-init, catatonit, s6), ``shareProcessNamespace`` and ``hostPID``, under which Python
    is not process 1, and a stop signal of SIGINT, which raises ``KeyboardInterrupt``. Whether the
    application installs a handler of its own cannot be seen. A shell that stays process 1 is another
    rule's.
    """

    id: ClassVar[str] = "pid1-signals"
    title: ClassVar[str] = "Python is process 1 without an init"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "The kernel drops signals for process 1 that it has no handler for. Measured, "
        '`python -c "time.sleep(60)"` as process 1 ignored SIGTERM: it took the whole grace period '
        "of 30 s and SIGKILL, and the buffered stdout was lost. With an init it ended at once."
    )
    remedy: ClassVar[str] = (
        "`signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))` in the application, or "
        '`ENTRYPOINT ["tini", "--"]` in the image, or `shareProcessNamespace: true` in the Pod.'
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        use, launch = facts.use, facts.launch
        if use.kind not in _JUDGED:
            return Skip("init and ephemeral containers end by themselves")
        if use.pod.share_process_namespace or use.pod.host_pid:
            return None
        first = name_of(launch.process)
        if not INTERPRETER.fullmatch(first):
            return None if first in _INITS | _HANDLE_SIGTERM else Skip("process 1 is not python")
        if not _HANDLE_SIGTERM.isdisjoint(launch.names):
            return None
        if effective.stop_signal(use.container, facts.image.runtime) in _INTERRUPTS:
            return None
        return Violation(
            "python runs as PID 1 without an init and may ignore SIGTERM",
            "Handle SIGTERM, or start with tini",
            Certainty.MEDIUM,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a bare interpreter is process 1", fires=True),
        Example(
            "exec makes it process 1",
            fires=True,
            config={"Cmd": ["sh", "-c", "python migrate.py && exec python app.py"]},
        ),
        Example(
            "an init passes SIGTERM on",
            fires=False,
            config={"Entrypoint": ["tini", "--"], "Cmd": ["python", "app.py"]},
        ),
        Example(
            "a server handles SIGTERM",
            fires=False,
            config={"Cmd": ["python", "-m", "uvicorn", "app:app"]},
        ),
        Example(
            "the Pod's containers share an init",
            fires=False,
            pod={"shareProcessNamespace": True},
        ),
        Example("SIGINT is handled by Python itself", fires=False, config={"StopSignal": "SIGINT"}),
        Example(
            "the Pod brings an init",
            fires=False,
            container={"command": ["dumb-init", "python", "app.py"]},
        ),
    )
