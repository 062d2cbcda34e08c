"""``missing-probes``: nothing tells the kubelet whether the container still answers."""

from typing import ClassVar

from webhook.kube.imageuse import ContainerKind
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Verdict, Violation
from webhook.profile.need import Need

_WORKERS = frozenset(
    {"arq", "celery", "dramatiq", "huey_consumer", "huey_consumer.py", "rq", "rqworker"}
)
_PORTS = {"ports": [{"containerPort": 8000}]}


class MissingProbes(Rule):
    """A container that serves a port and is to run for ever has neither liveness nor readiness probe.

    Judged are main containers and sidecars that declare ``ports`` in a Pod whose ``restartPolicy``
    is ``Always``. An image's ``HEALTHCHECK`` counts for nothing: the kubelet never runs it. A
    startup probe alone does not count either, as it ends with the start. Workers that answer no
    requests (celery, rq …) are left alone, and so is an image by itself.
    """

    id: ClassVar[str] = "missing-probes"
    title: ClassVar[str] = "No liveness or readiness probe"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "Without a readiness probe a Pod gets requests before the application listens and after it "
        "hangs, and a rollout goes on over broken Pods. OCI configs have no HEALTHCHECK at all, and "
        "Kubernetes ignores Docker's; one that calls `requests` needs that installed, besides."
    )
    remedy: ClassVar[str] = (
        "`readinessProbe: {httpGet: {path: /health, port: 8000}}`, and a `livenessProbe` where a "
        "restart mends what can go wrong."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        use, container = facts.use, facts.use.container
        if use.kind not in (ContainerKind.CONTAINER, ContainerKind.SIDECAR):
            return Skip("init and ephemeral containers have no such probes")
        if not container.ports:
            return Skip("it declares no port")
        restarts = use.kind is ContainerKind.SIDECAR or use.pod.restart_policy in (None, "Always")
        if not restarts:
            return Skip("it is not restarted for ever")
        if not _WORKERS.isdisjoint(facts.launch.names):
            return Skip("a worker answers no requests")
        if container.liveness_probe is not None or container.readiness_probe is not None:
            return None
        return Violation(
            "no liveness or readiness probe (image HEALTHCHECK is ignored by Kubernetes)",
            "Add probes",
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a server without probes is told", fires=True, container=_PORTS),
        Example(
            "a HEALTHCHECK of the image is no probe",
            fires=True,
            config={"Healthcheck": {"Test": ["CMD", "true"]}},
            container=_PORTS,
        ),
        Example(
            "one probe of either kind is enough",
            fires=False,
            container=_PORTS | {"readinessProbe": {"httpGet": {"path": "/health", "port": 8000}}},
        ),
        Example(
            "a startup probe is not enough",
            fires=True,
            container=_PORTS | {"startupProbe": {"tcpSocket": {"port": 8000}}},
        ),
        Example("a container without ports may be a worker", fires=False),
        Example(
            "a Job is not restarted for ever",
            fires=False,
            container=_PORTS,
            pod={"restartPolicy": "OnFailure"},
        ),
    )
