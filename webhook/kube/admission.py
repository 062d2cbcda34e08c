"""AdmissionReview, version v1: what the API server asks and what it reads in the answer.

Source: k8s.io/api/admission/v1/types.go. Only the fields that are needed are read. A body that
cannot be answered raises ``InvalidReview`` with the reason; an object of a kind that is no workload
never does, whatever is in it.
"""

import msgspec

from webhook.errors import InvalidReview
from webhook.kube.workload import KubeObject

API_VERSION = "admission.k8s.io/v1"
_MAX_REASON = 200


class AdmissionRequest(msgspec.Struct, frozen=True, rename="camel"):
    """The request inside a review."""

    uid: str
    operation: str = ""
    """CREATE, UPDATE, DELETE or CONNECT."""
    sub_resource: str = ""
    """``ephemeralcontainers``, ``status`` … of the resource; empty for the resource itself."""
    namespace: str = ""
    name: str = ""
    object: KubeObject | None = None
    old_object: KubeObject | None = None
    dry_run: bool | None = None


class AdmissionReview(msgspec.Struct, frozen=True, rename="camel"):
    """The envelope of a request."""

    api_version: str = ""
    kind: str = ""
    request: AdmissionRequest | None = None


class _RawRequest(AdmissionRequest, frozen=True, rename="camel"):
    object: msgspec.Raw = msgspec.Raw(b"null")  # type: ignore[assignment]  # not decoded yet
    old_object: msgspec.Raw = msgspec.Raw(b"null")  # type: ignore[assignment]  # nor this


class _RawReview(AdmissionReview, frozen=True, rename="camel"):
    request: _RawRequest | None = None


class _Kind(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str = ""
    kind: str = ""


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request was denied (``metav1.Status``)."""

    message: str = ""
    code: int = 0
    reason: str = ""


class AdmissionResponse(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The answer; ``allowed`` is always written."""

    uid: str
    allowed: bool
    status: Status | None = None
    warnings: tuple[str, ...] = ()
    audit_annotations: dict[str, str] = {}


class AdmissionAnswer(msgspec.Struct, frozen=True, rename="camel"):
    """The envelope of an answer."""

    response: AdmissionResponse
    api_version: str = API_VERSION
    kind: str = "AdmissionReview"


_DECODER = msgspec.json.Decoder(AdmissionReview)
_RAW_DECODER = msgspec.json.Decoder(_RawReview)
_KIND_DECODER = msgspec.json.Decoder(_Kind)
_ENCODER = msgspec.json.Encoder()


def parse_review(body: bytes) -> AdmissionRequest:
    """The request in ``body``. Raises ``InvalidReview`` (400) with a reason."""
    try:
        review = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        review = _without_foreign_objects(body, error)
    if review.kind != "AdmissionReview":
        raise InvalidReview(f"kind is {review.kind[:40]!r}, not 'AdmissionReview'")
    if review.api_version != API_VERSION:
        raise InvalidReview(f"apiVersion is {review.api_version[:60]!r}, not {API_VERSION!r}")
    if review.request is None:
        raise InvalidReview("the review has no request")
    if not review.request.uid:
        raise InvalidReview("the request has no uid")
    if review.request.object is not None and not review.request.object.kind:
        raise InvalidReview("the object has no kind")  # it might be a Pod, and pass unseen
    return review.request


def encode_answer(response: AdmissionResponse) -> bytes:
    """The bytes of an answer."""
    return _ENCODER.encode(AdmissionAnswer(response))


def _without_foreign_objects(body: bytes, error: Exception) -> AdmissionReview:
    """Read the review again without its objects, if these are of a kind nobody here reads.

    A custom resource may use our field names for other things; that is no error of the review.
    """
    try:
        review = _RAW_DECODER.decode(body)
        request = review.request
        if request is not None and not _names_workload(request):
            plain = {name: getattr(request, name) for name in _PLAIN_FIELDS}
            return AdmissionReview(review.api_version, review.kind, AdmissionRequest(**plain))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as worse:
        error = worse
    raise InvalidReview(f"not a readable AdmissionReview: {_reason(error)}") from None


_PLAIN_FIELDS = tuple(
    name for name in AdmissionRequest.__struct_fields__ if name not in {"object", "old_object"}
)


def _names_workload(request: _RawRequest) -> bool:
    """Whether one of the objects is a workload, or might be one for lack of a kind."""
    for raw in (request.object, request.old_object):
        if bytes(raw) != b"null":
            named = _KIND_DECODER.decode(raw)
            if not named.kind or KubeObject(named.api_version, named.kind).is_workload:
                return True
    return False


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    text = "".join(char if char.isprintable() else "?" for char in str(error))
    return text[:_MAX_REASON]
