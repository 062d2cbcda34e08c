from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from tests.profile.images import Json, buildkit, from_config, layer, python_slim
from tests.rules.verdicts import enforced, facts_about, verdict, violation
from webhook.policy.rule import Unknown, Verdict, Violation
from webhook.profile import ImageProfile, profile
from webhook.rules.image_age import ImageAge

RULE = ImageAge()
UNKNOWN = Unknown("when the image was built is not told, or made up by its builder")
OLD = "2025-11-21T10:00:00.123456789Z"
NEW = "2026-11-14T10:00:00.5Z"
FRACTION = "2025-11-21T10:00:00.000000001Z"


def dated(created: str | None, *history: str | None) -> ImageProfile:
    """A Python image with these dates, the last entry its own step."""
    steps: list[Json] = [
        {"created_by": f"RUN {n}", "created": day} for n, day in enumerate(history)
    ]
    config = {"os": "linux", "created": created, "config": {"Cmd": ["python"]}, "history": steps}
    return profile(from_config(config, [layer(5, n) for n in range(len(steps))]))


def about(created: str | None, *history: str | None) -> Verdict:
    return RULE.check(facts_about(dated(created, *history)))


def test_the_days_and_the_limit_are_named():
    found = violation(RULE, created="2026-05-24T23:59:59Z", today=date(2026, 11, 21))
    assert found.problem == "image was built 181 days ago (limit 180)"
    assert found.fix == "Rebuild to pick up base updates"
    assert found.confidence == 85


@pytest.mark.parametrize(
    ("created", "limit", "fires"),
    [
        ("2026-05-25T00:00:00Z", 180, False),
        ("2026-05-24T00:00:00Z", 180, True),
        ("2026-11-20T00:00:00Z", 1, False),
        ("2027-01-01T00:00:00Z", 1, False),
    ],
)
def test_as_old_as_the_limit_passes(created: str, limit: int, fires: bool):
    found = verdict(ImageAge(max_days=limit), created=created, today=date(2026, 11, 21))
    assert isinstance(found, Violation) is fires


def test_without_a_date_of_its_own_the_newest_step_counts():
    found = about(None, "2024-01-01T00:00:00Z", OLD)
    assert isinstance(found, Violation)
    assert found.problem == "the newest step of the image is 365 days old (limit 180)"
    assert found.confidence == 65
    assert about(None, OLD, NEW) is None


def test_an_image_is_no_older_than_its_newest_step():
    assert about(OLD, NEW, OLD) is None


@pytest.mark.parametrize(
    "epoch", ["1970-01-01T00:00:00Z", "1980-01-01T00:00:01Z", "0001-01-01T00:00:00Z"]
)
def test_builders_that_write_no_date_are_not_taken_for_old(epoch: str):
    assert about(epoch, epoch, epoch) == UNKNOWN
    assert about(epoch) == UNKNOWN


def test_on_an_old_base_the_bases_date_counts():
    found = about("1980-01-01T00:00:01Z", OLD, "1980-01-01T00:00:01Z")
    assert isinstance(found, Violation)
    assert found.problem.startswith("the newest step of the image is 365 days old")


def test_a_date_that_every_step_repeats_is_the_commits_and_not_the_builds():
    commit = "2025-01-01T00:00:00Z"
    assert about(commit, commit, commit, commit) == UNKNOWN


def test_a_source_date_on_a_dated_base_is_not_taken_for_the_builds():
    commit = "2025-01-01T00:00:00Z"
    base = [{**entry, "created": NEW} for entry in python_slim()]
    own = [{**entry, "created": commit} for entry in buildkit("RUN x", "COPY . .")]
    document = {"os": "linux", "created": commit, "history": [*base, *own]}
    assert RULE.check(facts_about(profile(from_config(document, [layer(5)])))) is None


def test_missing_and_unreadable_dates_are_unknown():
    assert about(None) == UNKNOWN
    assert about("", None, "yesterday") == UNKNOWN
    assert about("2026-99-99T00:00:00Z") == UNKNOWN


def test_only_a_date_of_its_own_can_deny():
    assert [f.denies for f in enforced(RULE.id, dated(OLD, FRACTION, OLD))] == [True]
    assert [f.denies for f in enforced(RULE.id, dated(None, FRACTION, OLD))] == [False]


@pytest.mark.parametrize("options", [{"maxDays": 0}, {"maxDays": "long"}, {"days": 5}])
def test_the_limit_is_a_number_of_days(options: dict[str, Any]):
    with pytest.raises(ValidationError):
        ImageAge.model_validate(options)
