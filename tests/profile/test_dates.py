from datetime import date

import pytest

from webhook.profile.dates import built, day
from webhook.profile.evidence import Source

MAY = "2026-05-01T10:00:00.123456789Z"
JUNE = "2026-06-01T10:00:00.5Z"
COMMIT = "2026-04-02T08:00:00Z"
BASE = "2026-03-01T00:00:00Z"


def test_the_image_tells_its_own_day() -> None:
    assert built(JUNE, [BASE, MAY, JUNE], 1) == (date(2026, 6, 1), Source.CONFIG)
    assert built(JUNE, [], 0) == (date(2026, 6, 1), Source.CONFIG)


def test_without_one_its_newest_step_does() -> None:
    assert built(None, [BASE, MAY, None], 1) == (date(2026, 5, 1), Source.HISTORY)


def test_an_image_is_no_older_than_any_of_its_steps() -> None:
    assert built(BASE, ["2026-01-01T00:00:00Z", JUNE], 0) == (date(2026, 6, 1), Source.HISTORY)


@pytest.mark.parametrize(
    "made_up",
    [
        "1970-01-01T00:00:00Z",
        "1980-01-01T00:00:01Z",
        "0001-01-01T00:00:00Z",
        "",
        "yesterday",
        "2026-13-40T00:00:00Z",
        "٢٠٢٦-٠٥-٠١T00:00:00Z",
    ],
)
def test_a_day_that_nobody_meant_is_none(made_up: str) -> None:
    assert day(made_up) is None
    assert built(made_up, [made_up, made_up], 0) == (None, None)


def test_where_the_image_has_none_the_bases_last_day_is_a_lower_bound() -> None:
    assert built("1980-01-01T00:00:01Z", [BASE, "1980-01-01T00:00:01Z"], 1) == (
        date(2026, 3, 1),
        Source.HISTORY,
    )


def test_a_day_that_every_step_repeats_is_the_sources() -> None:
    assert built(COMMIT, [COMMIT, COMMIT, None], 0) == (None, None)


def test_own_steps_of_one_whole_second_are_the_sources_and_the_base_is_not() -> None:
    assert built(COMMIT, [BASE, COMMIT, COMMIT], 1) == (date(2026, 3, 1), Source.HISTORY)


def test_own_steps_of_one_fraction_of_a_second_were_really_made_at_once() -> None:
    assert built(MAY, [BASE, MAY, MAY], 1) == (date(2026, 5, 1), Source.CONFIG)


def test_one_own_step_may_well_be_as_old_as_the_image() -> None:
    assert built(COMMIT, [BASE, COMMIT], 1) == (date(2026, 4, 2), Source.CONFIG)
