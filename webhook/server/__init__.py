"""HTTP: the routes, the metrics and the log lines around a review.

``/validate`` goes straight from the socket to the review; everything else is FastAPI's. This room
must never decide anything about an image.
"""

from webhook.server.app import create_app, create_status_app
from webhook.server.readiness import Readiness

__all__ = ["Readiness", "create_app", "create_status_app"]
