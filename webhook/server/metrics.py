"""Prometheus metrics. Labels are bounded: no image, no user, no tag is one."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from webhook.policy.finding import Outcome
from webhook.policy.rule import Action
from webhook.services.answer import Decision
from webhook.services.review import Reviewed

CONTENT_TYPE = CONTENT_TYPE_LATEST
MAX_NAMESPACES = 200
"""Namespaces whose findings are told apart: each adds a time series for every rule that it breaks."""
_OTHER = "other"
_MAX_NAME = 63
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

_Told = dict[tuple[str, Action, Outcome], Callable[[], None]]


class Metrics:
    """Counts what the process does."""

    def __init__(self, version: str) -> None:
        self._registry = registry = CollectorRegistry()
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        seconds = partial(Histogram, buckets=_SECONDS, registry=registry)
        build = gauge("slimgate_build_info", "Always 1, the version is a label.", ["version"])
        build.labels(version).set(1)
        reviews = counter("slimgate_reviews", "Admission reviews answered.", ["decision"])
        self._reviews = {decision: reviews.labels(decision.value) for decision in Decision}
        self._seconds = seconds("slimgate_review_seconds", "Time from request to answer.")
        self._findings = counter(
            "slimgate_findings",
            f"Findings told. The first {MAX_NAMESPACES} namespaces are told apart, later ones are "
            f"{_OTHER}.",
            ["rule", "action", "outcome", "namespace"],
        )
        self._told: dict[str, _Told] = {_OTHER: {}}
        """What counts findings, by namespace and labels: asking the library is most of counting."""
        self._refused = counter(
            "slimgate_refused_requests", "Requests to /validate that were no review.", ["status"]
        )
        self._broken = counter("slimgate_broken_reviews", "Reviews that met a defect of slimgate.")
        self._late = counter(
            "slimgate_late_reviews", "Reviews in audit mode, judged after the answer.", ["result"]
        )
        self._registry_requests = counter(
            "slimgate_registry_requests", "Requests to registries.", ["method", "outcome"]
        )
        self._registry_seconds = seconds(
            "slimgate_registry_request_seconds", "Time of requests to registries."
        )
        self._cache = counter(
            "slimgate_cache_lookups", "Look-ups in the cache of registry content.",
            ["kind", "result"],
        )  # fmt: skip
        self._reloads = counter(
            "slimgate_reloads", "Reloads of policies and certificates.", ["what", "result"]
        )
        self._ready = gauge("slimgate_ready", "1 while reviews may be sent here.")
        self._policies_refused = gauge(
            "slimgate_policies_refused",
            "1 while policy files are refused and an older set is in force.",
        )
        self._certificate = gauge(
            "slimgate_certificate_expiry_timestamp_seconds", "When the served certificate ends."
        )
        self._certificate_steps = counter(
            "slimgate_certificate_steps", "Steps of issuing and rotating certificates.", ["step"]
        )
        self._watches = counter(
            "slimgate_watches", "What happened to lists of the cluster that are followed.",
            ["kind", "result"],
        )  # fmt: skip

    def reviewed(self, reviewed: Reviewed, seconds: float) -> None:
        """A review was answered."""
        self._reviews[reviewed.decision].inc()
        self._seconds.observe(seconds)
        self._count_findings(reviewed)

    def judged_late(self, reviewed: Reviewed) -> None:
        """A review that was answered before was judged now."""
        self._late.labels("judged").inc()
        self._count_findings(reviewed)

    def dropped(self) -> None:
        """A review that was answered before will never be judged."""
        self._late.labels("dropped").inc()

    def _count_findings(self, reviewed: Reviewed) -> None:
        told: _Told | None = None
        for result in reviewed.results:
            for finding in result.findings:
                if finding.outcome is not Outcome.PASS:
                    if told is None:
                        namespace, told = self._told_in(reviewed.request.namespace)
                    labels = (finding.rule, finding.action, finding.outcome)
                    count = told.get(labels)
                    if count is None:
                        count = told[labels] = self._findings.labels(*labels, namespace).inc
                    count()

    def _told_in(self, namespace: str) -> tuple[str, _Told]:
        """What a namespace is called, and what counts in it; a name that is none is another."""
        told = self._told.get(namespace)
        if told is None:
            if len(self._told) > MAX_NAMESPACES or len(namespace) > _MAX_NAME:
                return _OTHER, self._told[_OTHER]
            told = self._told[namespace] = {}
        return namespace, told

    def refused(self, status: int) -> None:
        """A body was no review."""
        self._refused.labels(str(status)).inc()

    def broken(self) -> None:
        """A review met a defect of ours."""
        self._broken.inc()

    def request(self, host: str, method: str, outcome: str, seconds: float) -> None:
        """A registry was asked; ``outcome`` is an HTTP status or a kind of failure.

        The host is no label: Pods choose it.
        """
        self._registry_requests.labels(method, outcome).inc()
        self._registry_seconds.observe(seconds)

    def cache(self, kind: str, hit: bool) -> None:
        """The cache of registry content did or did not have a ``tag``, ``document`` …"""
        self._cache.labels(kind, "hit" if hit else "miss").inc()

    def reloaded(self, what: str, result: str) -> None:
        """Policies or certificates were read anew: ``changed`` or ``refused``."""
        self._reloads.labels(what, result).inc()

    def policies_refused(self, refused: bool) -> None:
        """Whether policy files are refused, so that an older set is in force."""
        self._policies_refused.set(refused)

    def serving(self, ends: datetime) -> None:
        """Handshakes are answered with a certificate that ends then."""
        self._certificate.set(ends.timestamp())

    def certificate_step(self, step: str) -> None:
        """A certificate was issued, announced, published …"""
        self._certificate_steps.labels(step).inc()

    def watched(self, kind: str, result: str) -> None:
        """A list of the cluster was ``listed``, its watch ``resumed``, or it ``failed``."""
        self._watches.labels(kind, result).inc()

    def exposition(self, ready: bool) -> bytes:
        """The text that Prometheus scrapes; ``ready`` is whether reviews may be sent here."""
        self._ready.set(ready)
        return generate_latest(self._registry)
