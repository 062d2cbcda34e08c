"""``shell-form-command``: the command runs through ``sh -c``, which swallows SIGTERM."""

from typing import ClassVar

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.profile.command import name_of
from webhook.profile.need import Need
from webhook.profile.shell import split

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_EXECS_IMPLICITLY = frozenset({"bash", "zsh", "ksh"})
"""Shells that replace themselves by a single simple command; dash was measured not to."""


class ShellFormCommand(Rule):
    """The effective command is a shell with ``-c``: a Dockerfile's shell form, or a Pod's.

    A script that starts with ``exec`` passes, and so does a single simple command in a shell that
    executes it in its own place. Entrypoint scripts are not judged: whether they ``exec "$@"`` is
    not known. A Pod that writes ``command: ["sh", "-c", …]`` is warned at most.
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
        argv = facts.launch.argv
        if not argv or (shell := name_of(argv)) not in _SHELLS:
            return None
        script = _script(argv[1:])
        if script is None or _replaces_itself(shell, script):
            return None
        return Violation(
            "command runs through sh -c, which does not forward SIGTERM",
            "Use the exec form, or start the script with exec",
            ceiling=Action.WARN if facts.use.container.command else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("shell form", fires=True, config={"Cmd": ["/bin/sh", "-c", "python app.py"]}),
        Example("exec form", fires=False, config={"Cmd": ["python", "app.py"]}),
        Example("exec first", fires=False, config={"Cmd": ["sh", "-c", "exec python app.py"]}),
        Example(
            "exec last, after a migration",
            fires=False,
            config={"Cmd": ["sh", "-c", "python migrate.py && exec python app.py"]},
        ),
        Example("bash execs one command", fires=False, config={"Cmd": ["bash", "-c", "python a"]}),
        Example("bash with two", fires=True, config={"Cmd": ["bash", "-c", "cd /x; python a"]}),
        Example("options before -c", fires=True, config={"Cmd": ["sh", "-ec", "python app.py"]}),
        Example(
            "an option with a value before -c",
            fires=True,
            config={"Cmd": ["bash", "-o", "pipefail", "-c", "cd /x; python a"]},
        ),
        Example("a script is not judged", fires=False, config={"Cmd": ["sh", "/start.sh"]}),
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


def _script(words: tuple[str, ...]) -> str | None:
    """The text behind ``-c``; None when the shell runs a script file or nothing."""
    is_value = False
    for at, word in enumerate(words):
        if not is_value and (word[:1] not in {"-", "+"} or word.startswith("--")):
            return None
        if not is_value and word.endswith("c"):
            return words[at + 1] if at + 1 < len(words) else None
        is_value = not is_value and word[-1] in "oO"  # bash -o pipefail -O extglob -c
    return None


def _replaces_itself(shell: str, script: str) -> bool:
    commands = split(script)
    if not commands:
        return False
    return commands[-1][0] == "exec" or (shell in _EXECS_IMPLICITLY and len(commands) == 1)
