from typing import Any

import pytest

from tests.rules.verdicts import enforced, fires, profiled, verdict, violation
from webhook.kube.imageuse import ContainerKind
from webhook.policy.rule import Skip
from webhook.profile.user import MAX_UID
from webhook.rules.run_as_root import RunAsRoot

RULE = RunAsRoot()


@pytest.mark.parametrize(
    "user",
    [
        *("", "0", "root", "0:0", "root:root", "0:1000", ":1000", "00", "+0", "-0", "-1"),
        *(str(MAX_UID + 1), str(2**32), "99999999999999999999"),
    ],
)
def test_every_spelling_of_root_is_root(user: str):
    assert fires(RULE, config={"User": user})


@pytest.mark.parametrize("user", ["10001", "1", "65532", "10001:0", str(MAX_UID), "app", "app:0"])
def test_any_other_number_passes_and_a_name_is_left_to_another_rule(user: str):
    assert verdict(RULE, config={"User": user}) is None


def test_an_image_without_any_user_is_root():
    assert fires(RULE, config={"User": None})


@pytest.mark.parametrize(
    ("config", "pod", "container", "problem"),
    [
        ({}, {}, {}, "image USER is unset (root) and the Pod sets no runAsUser"),
        ({"User": "0:0"}, {}, {}, "image USER is '0:0' (root) and the Pod sets no runAsUser"),
        (
            {},
            {"runAsNonRoot": True},
            {},
            "image USER is unset (root) and runAsNonRoot is set: the kubelet will refuse it",
        ),
        ({"User": "5"}, {"runAsUser": 0}, {}, "the pod's securityContext sets runAsUser 0 (root)"),
        (
            {"User": "5"},
            {"runAsUser": 7},
            {"runAsUser": 0},
            "the container's securityContext sets runAsUser 0 (root)",
        ),
    ],
)
def test_the_problem_says_who_made_it_root(
    config: dict[str, Any], pod: dict[str, Any], container: dict[str, Any], problem: str
):
    found = violation(
        RULE,
        config=config,
        pod={"securityContext": pod},
        container={"securityContext": container},
    )
    assert found.problem == problem
    assert found.fix == "Add USER 10001 to the image or securityContext.runAsUser"
    assert found.confidence == 100


def test_distroless_is_root_unless_it_is_the_nonroot_tag():
    history = ("bazel build //python3",)
    assert fires(RULE, history=history, config={"User": "0"})
    assert not fires(RULE, history=history, config={"User": "65532"})


@pytest.mark.parametrize("kind", ContainerKind)
def test_containers_of_every_kind_are_judged_unless_init_containers_are_left_out(
    kind: ContainerKind,
):
    lenient = RunAsRoot(init_containers=False)
    assert fires(RULE, kind=kind)
    is_init = kind in {ContainerKind.INIT, ContainerKind.SIDECAR}
    assert isinstance(verdict(lenient, kind=kind), Skip) is is_init


@pytest.mark.parametrize(
    ("option", "host_users", "skipped"),
    [(True, False, True), (True, True, False), (True, None, False), (False, False, False)],
)
def test_root_in_a_user_namespace_is_accepted_only_where_asked_for(
    option: bool, host_users: bool | None, skipped: bool
):
    rule = RunAsRoot(allow_user_namespace=option)
    assert isinstance(verdict(rule, pod={"hostUsers": host_users}), Skip) is skipped


@pytest.mark.parametrize(("uid", "accepted"), [(9999, False), (10000, True)])
def test_a_lowest_uid_counts_for_image_and_pod(uid: int, accepted: bool):
    rule = RunAsRoot(min_uid=10000)
    assert fires(rule, config={"User": str(uid)}) is not accepted
    assert fires(rule, pod={"securityContext": {"runAsUser": uid}}) is not accepted


def test_an_image_that_drops_its_privileges_itself_is_for_an_exemption():
    history = ["ENTRYPOINT [gosu app]"]
    image = profiled(history, Entrypoint=["gosu", "app"], Cmd=["python", "app.py"])
    assert [finding.denies for finding in enforced("run-as-root", image)] == [True]
