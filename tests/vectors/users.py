"""Checks for ``run_as_user.json``: who a container's process will be, as kubelet and containerd say."""

from datetime import date

import msgspec

from tests.tables import TABLES
from tests.vectors.case import Case, Check, LeftOut, same
from webhook.kube.imageuse import ContainerKind, ImageUse
from webhook.kube.workload import Container, PodSpec
from webhook.oci import Reference
from webhook.policy.example import profile_of
from webhook.policy.facts import Facts
from webhook.policy.rule import Violation
from webhook.profile.user import parse_user
from webhook.rules.non_numeric_user import NonNumericUser
from webhook.rules.run_as_root import RunAsRoot


def _facts(case: Case, user: str) -> Facts:
    """The facts of the case's container, of an image with this ``User``."""
    container = {"name": "web", "securityContext": case["container_security_context"]}
    pod = {"securityContext": case["pod_security_context"]}
    use = ImageUse(
        "web",
        ContainerKind.CONTAINER,
        "nginx",
        msgspec.convert(container, Container),
        msgspec.convert(pod, PodSpec),
    )
    image = profile_of({"config": {"User": user}}, [1])
    return Facts.of(use, Reference.parse("nginx"), date(2026, 1, 1), TABLES, image)


def run_as_non_root(case: Case) -> None:
    """Where the kubelet refuses to start a container, a rule says so before."""
    uid, name = case["image_uid"], case["image_username"]
    facts = _facts(case, name if uid is None else str(uid))
    user = facts.user
    if user.by == "image" and uid is None and not name:
        raise LeftOut("no image has neither a user nor the default, root")
    rules = (RunAsRoot(), NonNumericUser())
    told = any(isinstance(rule.check(facts), Violation) for rule in rules)
    refused = user.run_as_non_root and (user.root is not False)
    same(not refused, case["pass"])
    same(told, told or refused)
    if user.run_as_non_root:
        same(told, not case["pass"])


def effective_context(case: Case) -> None:
    expected = case["effective"]
    if not expected or expected.keys().isdisjoint({"runAsUser", "runAsNonRoot"}):
        raise LeftOut("only the user of a security context is looked at")
    user = _facts(case, "12345").user
    same(user.uid, expected.get("runAsUser", 12345))
    same(user.run_as_non_root, bool(expected.get("runAsNonRoot")))


def image_user(case: Case) -> None:
    """What the kubelet takes from the container runtime."""
    uid = case["cri_uid"]
    _same_user(case["cri_username"] if uid is None else str(uid), case)


def config_user(case: Case) -> None:
    """What containerd takes from the image config."""
    _same_user(case["config_user"], case)


def _same_user(text: str, case: Case) -> None:
    user = parse_user(text)
    name, expected = user.raw.partition(":")[0], case["username"]
    if expected == "root":  # by name there, by number here
        same((name, user.root), ("root", True))
    else:
        same((user.uid, "" if user.uid is not None else name), (case["uid"], expected))


USERS: dict[str, Check] = {
    "kubelet_verify_run_as_non_root_linux": run_as_non_root,
    "effective_security_context": effective_context,
    "kubelet_get_image_user": image_user,
    "containerd_user_from_image_config": config_user,
}
"""Group of cases → the check of each."""
_POD_SECURITY = "Pod Security asks for words in the Pod, whatever the image's user is"
LEFT_OUT = {
    "kubelet_verify_run_as_non_root_windows": "users of Windows are not judged",
    "pod_security_restricted_run_as_non_root": _POD_SECURITY,
    "pod_security_restricted_run_as_user": _POD_SECURITY,
    "pod_security_restricted_testdata": _POD_SECURITY,
}
"""Group → why none of it applies."""
