"""The mapping that is bounded by weight."""

from hypothesis import given
from hypothesis import strategies as st

from webhook.registry.lru import Lru


def test_what_was_not_used_for_longest_makes_room():
    kept: Lru[str, int] = Lru(3)
    for number, key in enumerate("abc"):
        kept.put(key, number)
    assert kept.get("a") == 0
    kept.put("d", 3)
    assert [kept.get(key) for key in "abcd"] == [0, None, 2, 3]


def test_a_value_replaces_the_one_before_with_its_weight():
    kept: Lru[str, int] = Lru(10)
    kept.put("a", 1, weight=8)
    kept.put("a", 2, weight=3)
    assert (kept.get("a"), kept.weight) == (2, 3)


def test_what_is_too_heavy_for_the_whole_is_not_kept():
    kept: Lru[str, int] = Lru(10)
    kept.put("a", 1, weight=11)
    assert (kept.get("a"), kept.weight) == (None, 0)


def test_what_is_dropped_weighs_nothing():
    kept: Lru[str, int] = Lru(10)
    kept.put("a", 1, weight=5)
    kept.drop("a")
    kept.drop("a")
    assert (kept.get("a"), kept.weight) == (None, 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 40))), st.integers(0, 100))
def test_the_limit_always_holds(puts, limit):
    kept: Lru[int, None] = Lru(limit)
    for key, weight in puts:
        kept.put(key, None, weight)
        assert 0 <= kept.weight <= limit
