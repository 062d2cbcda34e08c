from datetime import date

import pytest

from webhook.policy.releases import END_OF_LIFE, minor_of, slim_image, supported

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("version", "minor"),
    [
        ("3.13.1", (3, 13)),
        ("3.9", (3, 9)),
        ("2.7.18", (2, 7)),
        ("3.14.0rc1", (3, 14)),
        ("3", None),
        ("", None),
        (None, None),
        ("x3.9", None),
    ],
)
def test_the_minor_release_of_a_version(version: str | None, minor: tuple[int, int] | None):
    assert minor_of(version) == minor


@pytest.mark.parametrize(
    ("today", "oldest", "newest"),
    [
        (TODAY, "3.11", "3.14"),
        (date(2026, 10, 31), "3.10", "3.14"),
        (date(2026, 11, 1), "3.11", "3.14"),
        (date(2040, 1, 1), "3.14", "3.14"),
    ],
)
def test_a_release_is_supported_through_its_last_day(today: date, oldest: str, newest: str):
    assert supported(today) == (oldest, newest)


@pytest.mark.parametrize(
    ("version", "image"),
    [
        ("3.12.4", "python:3.12-slim-trixie"),
        ("3.9.20", "python:3.13-slim-trixie"),
        ("2.7", "python:3.13-slim-trixie"),
        ("3.99", "python:3.13-slim-trixie"),
        (None, "python:3.13-slim-trixie"),
    ],
)
def test_a_supported_release_is_kept_and_another_replaced(version: str | None, image: str):
    assert slim_image(version, TODAY) == image


def test_releases_end_in_the_order_in_which_they_came():
    ends = [END_OF_LIFE[minor] for minor in sorted(END_OF_LIFE) if minor >= (3, 0)]
    assert ends[1:] == sorted(ends[1:])
