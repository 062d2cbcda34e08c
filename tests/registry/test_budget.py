"""Pulls that are left, and stopping before the last of them."""

import pytest

from webhook.errors import FailureKind, FetchError
from webhook.registry.budget import Budgets

HOST = "registry-1.docker.io"


def told(value: str) -> dict[str, str]:
    return {"ratelimit-remaining": value}


@pytest.fixture
def budgets(clock) -> Budgets:
    return Budgets(10, clock)


@pytest.mark.parametrize("header", ["10;w=21600", "76;w=21600", "1000", "", "plenty", "-1;w=5"])
def test_a_budget_that_is_high_enough_or_unknown_stops_nobody(budgets, header):
    budgets.note(HOST, "a", told(header))
    budgets.check(HOST, "a")


def test_below_the_floor_pulls_are_refused_until_the_window_passes(budgets, clock):
    budgets.note(HOST, "a", told("9;w=600"))
    with pytest.raises(FetchError) as caught:
        budgets.check(HOST, "a")
    assert caught.value.kind is FailureKind.RATE_LIMITED
    assert "9 pulls left" in caught.value.detail
    assert "10 min" in caught.value.detail
    clock.seconds += 600
    budgets.check(HOST, "a")


def test_the_budget_of_one_scope_or_host_is_not_that_of_another(budgets):
    budgets.note(HOST, "a", told("0;w=600"))
    budgets.check(HOST, "b")
    budgets.check("ghcr.io", "a")


def test_a_later_answer_replaces_an_earlier_one(budgets):
    budgets.note(HOST, "a", told("0;w=600"))
    budgets.note(HOST, "a", {})
    with pytest.raises(FetchError):
        budgets.check(HOST, "a")
    budgets.note(HOST, "a", told("99 ; w=600"))
    budgets.check(HOST, "a")


def test_a_window_that_is_not_said_is_a_minute(budgets, clock):
    budgets.note(HOST, "a", told("1"))
    with pytest.raises(FetchError):
        budgets.check(HOST, "a")
    clock.seconds += 60
    budgets.check(HOST, "a")
