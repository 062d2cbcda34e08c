import pytest

from webhook.errors import (
    ClusterError,
    FailureKind,
    FetchError,
    InvalidDigest,
    InvalidFile,
    InvalidQuantity,
    InvalidReference,
    InvalidReview,
    Problem,
    SlimgateError,
    UsageError,
)


@pytest.mark.parametrize("error", [InvalidReference, InvalidDigest, InvalidQuantity])
def test_what_people_type_is_a_usage_error_that_pydantic_understands(error: type[Exception]):
    assert issubclass(error, UsageError)
    assert issubclass(error, ValueError)


@pytest.mark.parametrize(
    "error", [UsageError, InvalidReview, FetchError, InvalidFile, ClusterError]
)
def test_everything_raised_on_purpose_has_one_root(error: type[Exception]):
    assert issubclass(error, SlimgateError)


def test_a_problem_says_where_an_editor_can_jump_to():
    assert str(Problem("a.yaml", 3, 7, "no")) == "a.yaml:3:7: no"
    assert str(Problem("a.yaml", 0, 0, "too large")) == "a.yaml: too large"


def test_a_file_tells_all_its_problems_one_a_line():
    problems = (Problem("a", 1, 2, "x"), Problem("b", 0, 0, "y"))
    error = InvalidFile(problems)
    assert error.problems == problems
    assert str(error) == "a:1:2: x\nb: y"


@pytest.mark.parametrize(
    ("kind", "temporary"),
    [
        (FailureKind.RATE_LIMITED, True),
        (FailureKind.TIMEOUT, True),
        (FailureKind.UNREACHABLE, True),
        (FailureKind.NOT_FOUND, False),
        (FailureKind.UNAUTHORIZED, False),
        (FailureKind.UNSUPPORTED, False),
        (FailureKind.MALFORMED, False),
        (FailureKind.DIGEST_MISMATCH, False),
        (FailureKind.TOO_LARGE, False),
        (FailureKind.REFUSED, False),
    ],
)
def test_only_some_failures_may_pass_by_themselves(kind: FailureKind, temporary: bool):
    error = FetchError(kind, "why")
    assert error.temporary is temporary
    assert str(error) == f"{kind.value}: why"


def test_a_review_that_cannot_be_answered_has_a_status():
    assert InvalidReview("no uid").status == 400
    assert InvalidReview("too large", 413).reason == "too large"
