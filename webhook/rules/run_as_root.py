"""``run-as-root``: the container's process will be uid 0."""

from typing import ClassVar

from webhook.kube.imageuse import ContainerKind
from webhook.policy.effective import EffectiveUser
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need

_INIT = frozenset({ContainerKind.INIT, ContainerKind.SIDECAR})
_FIX = "Add USER 10001 to the image or securityContext.runAsUser"


class RunAsRoot(Rule):
    """The effective user of the container is root (uid 0).

    The container's ``runAsUser`` counts before the Pod's, and that before the image's ``USER``.
    Every spelling of root counts: unset, ``root``, ``0``, ``0:0``, ``+0``, ``00``, and numbers
    beyond 2147483647, which runtimes have taken for root (CVE-2024-40635, CVE-2026-46680).
    ``runAsNonRoot: true`` with a root image is told too: the kubelet would refuse to start it. A
    name is looked up in the image's ``/etc/passwd`` where the layers show it; one that is not found
    is left to ``non-numeric-user``.
    """

    id: ClassVar[str] = "run-as-root"
    title: ClassVar[str] = "The container runs as root"
    action: ClassVar[Action] = Action.DENY
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Root in a container is root on the node behind one kernel bug or one careless mount, and "
        "it may write everywhere in its own image."
    )
    remedy: ClassVar[str] = (
        "In the Dockerfile, after everything is installed: `USER 10001` (a number, so that the "
        "kubelet can prove it is not root). Or in the Pod: `securityContext: {runAsUser: 10001}`."
    )

    min_uid: int = 1
    """The lowest uid that is accepted."""
    allow_user_namespace: bool = False
    """Whether root is accepted in a user namespace (``hostUsers: false``)."""
    init_containers: bool = True
    """Whether init containers and sidecars are judged."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if facts.use.kind in _INIT and not self.init_containers:
            return Skip("init containers are not judged")
        if self.allow_user_namespace and facts.use.pod.host_users is False:
            return Skip("root inside a user namespace is accepted")
        user = facts.user
        if user.root:
            confidence = max((piece.weight for piece in user.evidence), default=100)
            return Violation(_problem(user), _FIX, confidence, user.evidence)
        if user.uid is not None and user.uid < self.min_uid:
            problem = f"the container runs as uid {user.uid}, below the lowest allowed"
            return Violation(problem, f"Use a uid of at least {self.min_uid}")
        return None

    examples: ClassVar[tuple[Example, ...]] = (
        Example("USER unset is root", fires=True),
        Example("root by name, with a group", fires=True, config={"User": "root:root"}),
        Example("root by number, with a group", fires=True, config={"User": "0:0"}),
        Example("any number that parses to zero", fires=True, config={"User": "+00"}),
        Example("a number beyond int32 has been root", fires=True, config={"User": "4294967296"}),
        Example("a numeric user passes", fires=False, config={"User": "10001:10001"}),
        Example("a name is another rule's", fires=False, config={"User": "appuser"}),
        Example(
            "a name that is root's in the image's passwd",
            fires=True,
            config={"User": "toor"},
            files={0: ("etc/passwd << toor:x:0:0::/root:/bin/sh",)},
        ),
        Example(
            "the Pod's runAsUser makes up for the image",
            fires=False,
            pod={"securityContext": {"runAsUser": 10001}},
        ),
        Example(
            "the Pod can undo a good image",
            fires=True,
            config={"User": "10001"},
            container={"securityContext": {"runAsUser": 0}},
        ),
        Example(
            "the container counts before the Pod",
            fires=False,
            pod={"securityContext": {"runAsUser": 0}},
            container={"securityContext": {"runAsUser": 1000}},
        ),
        Example(
            "runAsNonRoot does not make a root image pass",
            fires=True,
            pod={"securityContext": {"runAsNonRoot": True}},
        ),
        Example(
            "a user namespace may be accepted",
            fires=False,
            pod={"hostUsers": False},
            options={"allowUserNamespace": True},
        ),
        Example(
            "a lowest uid may be asked for",
            fires=True,
            config={"User": "999"},
            options={"minUid": 10000},
        ),
        Example(
            "init containers may be left out",
            fires=False,
            kind=ContainerKind.INIT,
            options={"initContainers": False},
        ),
    )


def _problem(user: EffectiveUser) -> str:
    if user.by != "image":
        return f"the {user.by}'s securityContext sets runAsUser 0 (root)"
    written = quoted(user.name) if user.name else "unset"
    if user.run_as_non_root:
        return f"image USER is {written} (root) and runAsNonRoot is set: the kubelet will refuse it"
    return f"image USER is {written} (root) and the Pod sets no runAsUser"
