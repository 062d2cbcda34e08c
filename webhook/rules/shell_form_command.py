"""``shell-form-command``: the command runs through ``sh -c``, which swallows SIGTERM."""

from typing import ClassVar

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.profile.command import shell_text
from webhook.profile.need import Need


class ShellFormCommand(Rule):
    """The effective command is a shell with ``-c``: a Dockerfile's shell form, or a Pod's.

    A text whose last command is an ``exec`` passes, and so does a single simple command in a shell
    that executes it in its own place (bash; dash was measured not to). Entrypoint scripts are not
    judged: whether they ``exec "$@"`` is not known. A Pod that writes ``command: ["sh", "-c", …]``
    is warned at most. What the history says is not looked at: the config says what is in force.
    """

    id: ClassVar[str] = "shell-form-command"
    title: ClassVar[str] = "The command runs through a shell"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "The shell is process 1 and does not pass SIGTERM on: measured with dash, Python never saw "
        "the signal its handler waited for. Every rollout waits out the grace period, then kills."
    )
    remedy: ClassVar[str] = (
        '`CMD ["python", "-m", "app"]` instead of `CMD python -m app`; where a shell is needed, '
        '`CMD ["sh", "-c", "exec python -m app --port $PORT"]`.'
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if shell_text(facts.launch.process) is None:
            return None
        return Violation(
            "command runs through sh -c, which does not forward SIGTERM",
            "Use the exec form, or start the script with exec",
            ceiling=Action.WARN if facts.use.container.command else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a Dockerfile's shell form",
            fires=True,
            config={"Cmd": ["/bin/sh", "-c", "python app.py"]},
        ),
        Example("exec form has no shell", fires=False, config={"Cmd": ["python", "app.py"]}),
        Example(
            "exec hands the process over",
            fires=False,
            config={"Cmd": ["sh", "-c", "exec python app.py"]},
        ),
        Example(
            "also after a migration",
            fires=False,
            config={"Cmd": ["sh", "-c", "python migrate.py && exec python app.py"]},
        ),
        Example(
            "bash hands over to a single command",
            fires=False,
            config={"Cmd": ["bash", "-c", "python app.py"]},
        ),
        Example(
            "bash stays for more than one",
            fires=True,
            config={"Cmd": ["bash", "-o", "pipefail", "-c", "cd /app; python app.py"]},
        ),
        Example(
            "an entrypoint script is not judged",
            fires=False,
            config={"Entrypoint": ["/entrypoint.sh"], "Cmd": ["python", "app.py"]},
        ),
        Example(
            "an ENTRYPOINT in shell form drops CMD",
            fires=True,
            config={"Entrypoint": ["/bin/sh", "-c", "python app.py"], "Cmd": ["--port", "80"]},
        ),
        Example(
            "the Pod's command makes up for the image",
            fires=False,
            config={"Cmd": ["/bin/sh", "-c", "python app.py"]},
            container={"command": ["python", "app.py"]},
        ),
        Example(
            "the Pod brings a shell of its own",
            fires=True,
            container={"command": ["sh", "-c", "python app.py"]},
        ),
    )
