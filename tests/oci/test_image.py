from webhook.errors import FailureKind, FetchError
from webhook.oci import Unavailable


def test_an_error_that_was_caught_becomes_a_value_with_its_reason():
    lost = Unavailable.of(FetchError(FailureKind.RATE_LIMITED, "429 Too Many Requests", 60))
    assert lost == Unavailable(FailureKind.RATE_LIMITED, "429 Too Many Requests")
