from typing import Any

import pytest

from tests.rules.verdicts import fires, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Action
from webhook.rules.shell_form_command import ShellFormCommand

RULE = ShellFormCommand()


def judged(*argv: str, **more: Any) -> bool:
    return fires(RULE, config={"Cmd": list(argv)}, **more)


@pytest.mark.parametrize(
    "argv",
    [
        ("/bin/sh", "-c", "python app.py"),
        ("sh", "-c", "python app.py"),
        ("dash", "-c", "python app.py"),
        ("/bin/ash", "-c", "python app.py"),
        ("sh", "-ec", "python app.py"),
        ("sh", "-e", "-c", "python app.py"),
        ("bash", "-c", "cd /app && python app.py"),
        ("bash", "-o", "pipefail", "-c", "python a | tee b"),
        ("bash", "-eo", "pipefail", "-c", "python a | tee b"),
        ("bash", "-O", "extglob", "-c", "cd /app; python a"),
        ("bash", "+e", "-c", "cd /app; python a"),
        ("sh", "-c", "echo exec; python app.py"),
        ("sh", "-c", "exec python migrate.py; python app.py"),
        ("sh", "-c", ""),
        ("sh", "-c", "python app.py", "--", "x"),
        ("bash", "--login", "-c", "cd /app; python app.py"),
        ("env", "A=b", "sh", "-c", "python app.py"),
        ("sh", "-c", "exec sh -c 'python app.py'"),
    ],
)
def test_a_shell_with_a_text_stays_process_one(argv: tuple[str, ...]):
    assert judged(*argv)


@pytest.mark.parametrize(
    "argv",
    [
        ("python", "app.py"),
        ("sh", "-c", "exec python app.py"),
        ("sh", "-c", "python migrate.py && exec python app.py"),
        ("bash", "-c", "python app.py"),
        ("bash", "-o", "pipefail", "-c", "python app.py"),
        ("zsh", "-c", "python app.py"),
        ("sh", "/start.sh"),
        ("sh", "/start.sh", "-c", "x"),
        ("/entrypoint.sh", "python", "app.py"),
        ("sh",),
        ("sh", "-c"),
        ("sh", "-e"),
        ("bash", "--login"),
        ("bash", "-o", "-c"),
        ("python", "-c", "import app"),
        ("tini", "--", "python", "app.py"),
        (),
    ],
)
def test_what_hands_its_place_over_or_is_no_such_shell_passes(argv: tuple[str, ...]):
    assert not judged(*argv)


def test_whether_an_entrypoint_script_hands_over_is_not_known_and_not_told():
    config = {"Entrypoint": ["/entrypoint.sh"], "Cmd": ["python", "app.py"]}
    assert not fires(RULE, config=config)
    assert not fires(RULE, config=config | {"Entrypoint": ["sh", "/entrypoint.sh"]})


def test_what_stands_behind_an_init_is_the_inits():
    assert not judged("tini", "--", "sh", "-c", "python app.py")


def test_a_shell_form_entrypoint_counts_whatever_cmd_says():
    config = {"Entrypoint": ["/bin/sh", "-c", "python app.py"], "Cmd": ["--port", "80"]}
    assert fires(RULE, config=config)


def test_the_history_is_not_asked():
    history = (*SLIM, 'CMD ["/bin/sh" "-c" "python app.py"]')
    assert not judged("python", "app.py", history=history)


def test_the_pod_may_mend_it():
    assert not judged("sh", "-c", "python a", container={"command": ["python", "a"]})
    assert not fires(
        RULE,
        config={"Entrypoint": ["env"], "Cmd": ["sh", "-c", "python a"]},
        container={"args": ["python", "a"]},
    )


def test_a_shell_that_the_pod_brings_is_warned_of_at_most():
    found = violation(RULE, container={"command": ["sh", "-c", "python app.py"]})
    assert found.ceiling is Action.WARN
    assert violation(RULE, config={"Cmd": ["sh", "-c", "python app.py"]}).ceiling is None
    assert found.problem == "command runs through sh -c, which does not forward SIGTERM"
    assert found.fix == "Use the exec form, or start the script with exec"
    assert verdict(RULE) is None
