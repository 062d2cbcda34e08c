"""What services and adapters tell, for whoever reads logs and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webhook.kube.admission import AdmissionRequest
from webhook.services.review import Reviewed
from webhook.services.rotation import Issued, Step

if TYPE_CHECKING:
    from webhook.cluster.reflector import Reported
    from webhook.server.logs import Log
    from webhook.server.metrics import Metrics


class Told:
    """Logs and counts: a ``CertificateObserver``, ``Late``, and what reflectors tell."""

    def __init__(self, log: Log, metrics: Metrics) -> None:
        self.log, self.metrics = log, metrics

    def stepped(self, step: Step, reason: str) -> None:
        """See ``CertificateObserver.stepped``."""
        self.metrics.certificate_step(step.value)
        more = {"reason": reason} if reason else {}
        self.log.event("info", "certificate", step=step.value, **more)

    def serving(self, certificate: Issued) -> None:
        """See ``CertificateObserver.serving``."""
        self.log.event("info", "serving certificate", ends=certificate.ends)

    def failed(self, reason: str) -> None:
        """See ``CertificateObserver.failed``."""
        self.log.event("warning", "certificate", reason=reason)

    def watched(self, kind: str, reported: Reported) -> None:
        """Something happened to a reflector."""
        self.metrics.watched(kind, reported.happened.value)
        if reported.failure is not None:
            self.log.event("warning", "watch failed", what=kind, reason=str(reported.failure))

    def judged(self, reviewed: Reviewed, seconds: float) -> None:
        """See ``Late.judged``."""
        self.metrics.judged_late(reviewed)
        self.log.reviewed(reviewed, seconds, late=True)

    def dropped(self, request: AdmissionRequest) -> None:
        """See ``Late.dropped``."""
        self.metrics.dropped()
        reason = "too many wait to be judged"
        self.log.event("warning", "dropped", uid=request.uid, reason=reason)

    def broke(self, request: AdmissionRequest, error: Exception) -> None:
        """See ``Late.broke``."""
        self.metrics.broken()
        self.log.broken(request.uid, error)

    def reloaded(self, what: str, refusal: str = "") -> None:
        """Files were read anew and taken over, or refused."""
        self.metrics.reloaded(what, "refused" if refusal else "changed")
        if refusal:
            self.log.event("error", "reload refused", what=what, reason=refusal)
        else:
            self.log.event("info", "reloaded", what=what)
