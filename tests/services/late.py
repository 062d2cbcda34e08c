"""Remembers what becomes of reviews that were answered before they were judged."""

from dataclasses import dataclass, field

from webhook.kube.admission import AdmissionRequest
from webhook.services.review import Reviewed


@dataclass
class Heard:
    """See ``webhook.services.review.Late``."""

    reviews: list[Reviewed] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def judged(self, reviewed: Reviewed, seconds: float) -> None:
        self.reviews.append(reviewed)

    def dropped(self, request: AdmissionRequest) -> None:
        self.lost.append(request.uid)

    def broke(self, request: AdmissionRequest, error: Exception) -> None:
        self.errors.append(error)
