"""The ASGI applications: a dispatcher with FastAPI behind it, and the status port's.

``/validate`` goes straight to the review, at the cost of no framework at all; FastAPI has the other
routes, and declares ``/validate`` too, so that the OpenAPI document has it.
"""

from collections.abc import Callable

from fastapi import FastAPI, Response

from webhook.server.intake import Receive
from webhook.server.metrics import CONTENT_TYPE, Metrics
from webhook.server.readiness import Readiness
from webhook.server.validate import Scope, Send, Validate

_REVIEW = {
    "type": "object",
    "description": "admission.k8s.io/v1 AdmissionReview",
    "required": ["apiVersion", "kind", "request"],
}
_BODY = {"content": {"application/json": {"schema": _REVIEW}}}


class Dispatcher:
    """``/validate`` to the review, everything else to FastAPI."""

    def __init__(self, validate: Validate, rest: FastAPI) -> None:
        self._validate, self._rest = validate, rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch one connection."""
        if scope["type"] == "http" and scope["path"] == "/validate":
            await self._validate(scope, receive, send)
        else:
            await self._rest(scope, receive, send)


def create_app(
    validate: Validate, readiness: Readiness, version: str, policies: Callable[[], str]
) -> Dispatcher:
    """The application of the HTTPS port; ``policies`` gives the hash of the set in force."""
    rest = _with_health(readiness, "slimgate", version)

    @rest.get("/version")
    async def tell_version() -> dict[str, str]:
        """The version of slimgate, and the policy set in force."""
        return {"version": version, "policies": policies()}

    @rest.post(
        "/validate",
        openapi_extra={"requestBody": {**_BODY, "required": True}},
        responses={
            200: {"description": "An AdmissionReview with a response"},
            400: {"description": "Not a review; `reason` says why"},
            408: {"description": "The body did not arrive in time"},
            413: {"description": "Larger than 8 MiB"},
            503: {"description": "Too many large bodies at once"},
        },
    )
    async def describe_validate() -> None:
        """Review a Pod or a workload. Served before FastAPI is reached."""

    return Dispatcher(validate, rest)


def create_status_app(readiness: Readiness, metrics: Metrics, version: str) -> FastAPI:
    """The application of the plain-HTTP port: probes and metrics."""
    app = _with_health(readiness, "slimgate status", version)

    @app.get("/metrics")
    async def tell_metrics() -> Response:
        """Prometheus metrics."""
        return Response(metrics.exposition(not readiness.waiting), media_type=CONTENT_TYPE)

    return app


def _with_health(readiness: Readiness, title: str, version: str) -> FastAPI:
    app = FastAPI(title=title, version=version, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def tell_health() -> dict[str, str]:
        """Whether the process lives."""
        return {"status": "ok"}

    @app.get("/readyz", responses={503: {"description": "Not ready; `waiting` says for what"}})
    async def tell_readiness(response: Response) -> dict[str, object]:
        """Whether reviews may be sent here."""
        waiting = readiness.waiting
        response.status_code = 503 if waiting else 200
        return {"ready": not waiting, "waiting": waiting, "notes": readiness.notes}

    return app
