from typing import Any

import msgspec
import pytest

from tests.policy.catalogue import image
from webhook.kube.workload import Container, PodSpec
from webhook.policy import effective
from webhook.policy.effective import Hidden
from webhook.profile.user import parse_user

SOURCE = {"secretKeyRef": {"name": "x", "key": "y"}}
ENTRYPOINT, CMD = ["/start", "--fast"], ["serve", "--port", "80"]


def container(**fields: Any) -> Container:
    return msgspec.convert(fields, Container)


@pytest.mark.parametrize(
    ("command", "args", "argv"),
    [
        (None, None, [*ENTRYPOINT, *CMD]),
        (None, ["work"], [*ENTRYPOINT, "work"]),
        (["/other"], None, ["/other"]),
        (["/other"], ["work"], ["/other", "work"]),
        ([], [], [*ENTRYPOINT, *CMD]),
        ([], ["work"], [*ENTRYPOINT, "work"]),
        (["/other"], [], ["/other"]),
        ([""], None, [""]),
    ],
)
def test_command_replaces_entrypoint_and_drops_cmd_and_args_replaces_cmd_alone(
    command: list[str] | None, args: list[str] | None, argv: list[str]
):
    runtime = image(CMD, config={"Entrypoint": ENTRYPOINT}).runtime
    assert list(effective.argv(container(command=command, args=args), runtime)) == argv


@pytest.mark.parametrize(
    ("entrypoint", "cmd", "argv"),
    [(None, CMD, CMD), (ENTRYPOINT, None, ENTRYPOINT), (None, None, [])],
)
def test_an_image_may_have_only_one_of_both(
    entrypoint: list[str] | None, cmd: list[str] | None, argv: list[str]
):
    runtime = image(config={"Entrypoint": entrypoint, "Cmd": cmd}).runtime
    assert list(effective.argv(container(), runtime)) == argv


@pytest.mark.parametrize(
    ("word", "expanded"),
    [
        ("$(PORT)", "80"),
        ("0.0.0.0:$(PORT)", "0.0.0.0:80"),
        ("$(PORT)$(PORT)", "8080"),
        ("$(EMPTY)x", "x"),
        ("$(ADDRESS)", "::80"),
        ("$$(PORT)", "$(PORT)"),
        ("$(OTHER)", "$(OTHER)"),
        ("$(IMAGE)", "$(IMAGE)"),
        ("$(SECRET)", "$(SECRET)"),
        ("$PORT ${PORT} $(", "$PORT ${PORT} $("),
    ],
)
def test_references_in_command_and_args_are_filled_in_from_the_pods_own_variables(
    word: str, expanded: str
):
    runtime = image(CMD, config={"Entrypoint": ENTRYPOINT, "Env": ["IMAGE=x"]}).runtime
    env = [
        {"name": "PORT", "value": "80"},
        {"name": "EMPTY"},
        {"name": "ADDRESS", "value": "::$(PORT)"},
        {"name": "SECRET", "valueFrom": SOURCE},
    ]
    assert effective.argv(container(args=[word], env=env), runtime) == (*ENTRYPOINT, expanded)
    assert effective.argv(container(command=["/x", word], env=env), runtime) == ("/x", expanded)


def test_references_in_the_images_command_are_left_alone():
    runtime = image(["serve", "$(PORT)"]).runtime
    env = [{"name": "PORT", "value": "80"}]
    assert effective.argv(container(env=env), runtime) == ("serve", "$(PORT)")


FROM = {"configMapRef": {"name": "settings"}}


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({}, "image"),
        ({"env": [{"name": "B", "value": "2"}]}, "image"),
        ({"env": [{"name": "A", "value": "pod"}]}, "pod"),
        ({"env": [{"name": "A", "value": ""}]}, ""),
        ({"env": [{"name": "A"}]}, ""),
        ({"env": [{"name": "A", "value": None}]}, ""),
        ({"env": [{"name": "A", "valueFrom": SOURCE}]}, Hidden.VALUE_FROM),
        ({"env": [{"name": "A", "valueFrom": None, "value": "pod"}]}, "pod"),
        ({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}, "2"),
        (
            {"env": [{"name": "A", "value": "1"}, {"name": "A", "valueFrom": SOURCE}]},
            Hidden.VALUE_FROM,
        ),
        ({"env": [{"name": "A", "valueFrom": SOURCE}, {"name": "A", "value": "2"}]}, "2"),
        ({"envFrom": [FROM]}, Hidden.ENV_FROM),
        ({"envFrom": [FROM | {"prefix": ""}]}, Hidden.ENV_FROM),
        ({"envFrom": [FROM | {"prefix": "A"}]}, Hidden.ENV_FROM),
        ({"envFrom": [FROM | {"prefix": "APP_"}]}, "image"),
        ({"envFrom": [FROM | {"prefix": "APP_"}, FROM]}, Hidden.ENV_FROM),
        ({"envFrom": [FROM], "env": [{"name": "A", "value": "pod"}]}, "pod"),
        ({"envFrom": []}, "image"),
    ],
)
def test_env_counts_before_env_from_and_that_before_the_image(
    fields: dict[str, Any], value: str | Hidden
):
    runtime = image(config={"Env": ["A=image"]}).runtime
    assert effective.environment(container(**fields), runtime).get("A") == value


def test_a_variable_that_nobody_sets_is_unset_unless_a_launcher_may_set_it():
    assert effective.environment(container(), image().runtime).get("A") is None
    built = image(config={"Env": ["CNB_LAYERS_DIR=/layers", "B=1"]}).runtime
    env = effective.environment(container(env=[{"name": "C", "value": "2"}]), built)
    assert env.get("A") is Hidden.LAUNCHER
    assert (env.get("B"), env.get("C")) == ("1", "2")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("$(B)-x", "2-x"),
        ("$$(B)", "$(B)"),
        ("$(LATER)", "$(LATER)"),
        ("$(IMAGE)", "$(IMAGE)"),
        ("$(HIDDEN)-x", Hidden.VALUE_FROM),
    ],
)
def test_a_variable_may_refer_to_those_before_it_in_the_pod(value: str, found: str | Hidden):
    runtime = image(config={"Env": ["IMAGE=x"]}).runtime
    env = [
        {"name": "B", "value": "2"},
        {"name": "HIDDEN", "valueFrom": SOURCE},
        {"name": "A", "value": value},
        {"name": "LATER", "value": "3"},
    ]
    assert effective.environment(container(env=env), runtime).get("A") == found


def test_variables_that_name_one_another_do_not_grow_without_end():
    env = [{"name": "A0", "value": "x" * 64}]
    env += [{"name": f"A{n}", "value": f"$(A{n - 1})" * 8} for n in range(1, 200)]
    found = effective.environment(container(env=env), image().runtime)
    assert sum(len(str(found.get(f"A{n}"))) for n in range(200)) < 256 * 1024


@pytest.mark.parametrize(
    ("own", "inherited", "signal"),
    [
        (None, None, ""),
        (None, "SIGINT", "SIGINT"),
        ({"stopSignal": "SIGUSR1"}, "SIGINT", "SIGUSR1"),
        ({"preStop": {}}, "SIGINT", "SIGINT"),
    ],
)
def test_the_pods_stop_signal_counts_before_the_images(
    own: dict[str, Any] | None, inherited: str | None, signal: str
):
    runtime = image(config={"StopSignal": inherited}).runtime
    assert effective.stop_signal(container(lifecycle=own), runtime) == signal


@pytest.mark.parametrize(
    ("inner", "outer", "user", "expected"),
    [
        ({}, {}, "", (0, "", True, "image")),
        ({}, {}, "10001:10001", (10001, "10001:10001", False, "image")),
        ({}, {}, "app", (None, "app", None, "image")),
        ({}, {"runAsUser": 1000}, "0", (1000, "1000", False, "pod")),
        ({"runAsUser": 2000}, {"runAsUser": 1000}, "0", (2000, "2000", False, "container")),
        ({"runAsUser": 0}, {"runAsUser": 1000}, "10001", (0, "0", True, "container")),
        ({}, {"runAsUser": 0}, "app", (0, "0", True, "pod")),
        ({"runAsUser": None}, {"runAsUser": None}, "5", (5, "5", False, "image")),
        ({"runAsUser": 2**31}, {}, "5", (2**31, "2147483648", False, "container")),
    ],
)
def test_the_containers_user_counts_before_the_pods_and_that_before_the_images(
    inner: dict[str, Any], outer: dict[str, Any], user: str, expected: tuple[object, ...]
):
    pod = msgspec.convert({"securityContext": outer}, PodSpec)
    found = effective.user(container(securityContext=inner), pod, parse_user(user))
    assert (found.uid, found.name, found.root, found.by) == expected


@pytest.mark.parametrize(
    ("inner", "outer", "demanded"),
    [
        (None, None, False),
        (None, True, True),
        (True, None, True),
        (False, True, False),
        (True, False, True),
    ],
)
def test_run_as_non_root_of_the_container_counts_before_the_pods(
    inner: bool | None, outer: bool | None, demanded: bool
):
    pod = msgspec.convert({"securityContext": {"runAsNonRoot": outer}}, PodSpec)
    own = container(securityContext={"runAsNonRoot": inner})
    assert effective.user(own, pod, parse_user("")).run_as_non_root is demanded


def test_without_any_security_context_the_image_decides():
    found = effective.user(container(), PodSpec(), parse_user("7"))
    assert (found.uid, found.by, found.run_as_non_root) == (7, "image", False)
