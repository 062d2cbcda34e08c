from datetime import date

import pytest

from tests.tables import TABLES
from webhook.errors import InvalidFile
from webhook.policy.tablefile import load_tables
from webhook.policy.tables import minor_of

TODAY = date(2026, 11, 21)
PYTHON = """\
apiVersion: policy.slimgate.dev/v1alpha1
kind: PythonReleases
source: a test
read: "2027-01-01"
recommended: "3.14"
suite: forky
ends:
  "3.13": "2029-10-31"
  "3.14": "2030-10-31"
"""


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
    assert TABLES.python.supported(today) == (oldest, newest)


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
    assert TABLES.python.slim_image(version, TODAY) == image


def test_releases_end_in_the_order_in_which_they_came():
    minors = sorted(minor for text in TABLES.python.ends if (minor := minor_of(text)) is not None)
    ends = [TABLES.python.end_of(minor) for minor in minors if minor > (3, 0)]
    assert ends == sorted(ends)


def test_what_is_older_than_the_oldest_ended_with_it_and_what_is_newer_is_not_known():
    assert TABLES.python.end_of((1, 5)) == date(2013, 10, 29)
    assert TABLES.python.end_of((3, 99)) is None


@pytest.mark.parametrize(
    ("system", "release", "number"),
    [
        ("debian", "12", "12"),
        ("debian", "12.5", "12"),
        ("debian", "bookworm", "12"),
        ("alpine", "3.22.1", "3.22"),
        ("alpine", "3.2", None),
        ("ubuntu", "24.04", "24.04"),
        ("debian", "sid", None),
        ("debian", None, None),
        ("wolfi", "20230201", None),
    ],
)
def test_a_release_is_found_by_number_and_by_name(
    system: str, release: str | None, number: str | None
):
    found = TABLES.systems.release(system, release)
    assert (found[0] if found else None) == number


def test_long_term_support_never_ends_before_the_support():
    for system in TABLES.systems.systems.values():
        for release in system.releases.values():
            assert release.lts is None or release.lts >= release.ends


def test_an_operators_table_replaces_the_shipped_one_of_its_kind():
    tables = load_tables([("python.yaml", PYTHON)], TABLES)
    assert tables.python.slim_image("3.9", TODAY) == "python:3.14-slim-forky"
    assert tables.systems is TABLES.systems


def test_without_the_shipped_ones_every_table_must_be_there():
    with pytest.raises(InvalidFile, match="no table of installers"):
        load_tables([("python.yaml", PYTHON)])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "kind: PythonReleases",
            "kind: PythonRelease",
            "2:7: kind is 'PythonRelease'.*did you mean",
        ),
        (
            "recommended:",
            "recomended:",
            "5:1: unknown key 'recomended'.*did you mean 'recommended'",
        ),
        ('"2029-10-31"', "soon", "3.13: should be a valid date"),
        ("source: a test\n", "", "missing key 'source'"),
        ('read: "2027-01-01"', "read: 7", "4:7: read: should be text"),
    ],
)
def test_a_bad_table_is_told_with_its_place(before: str, after: str, said: str):
    with pytest.raises(InvalidFile, match=said):
        load_tables([("python.yaml", PYTHON.replace(before, after))], TABLES)


def test_a_table_that_stands_twice_is_refused():
    with pytest.raises(InvalidFile, match="this table stands twice"):
        load_tables([("a.yaml", PYTHON), ("b.yaml", PYTHON)], TABLES)
