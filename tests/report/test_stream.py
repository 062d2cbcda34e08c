"""In pieces as in one: the same bytes, and nothing kept."""

import json
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from webhook.report.data import as_json
from webhook.report.stream import json_pieces, yaml_pieces

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(
    st.sampled_from(("summary", "results", "a")), plain | st.lists(plain, max_size=4), max_size=4
)


def opened(value: Any) -> Any:
    """The same, its lists as iterators."""
    return {k: iter(v) if isinstance(v, list) else v for k, v in value.items()}


@given(value=documents)
def test_json_in_pieces_is_json_in_one(value: dict[str, Any]):
    assert "".join(json_pieces(opened(value))) == as_json(value) + "\n"


@given(inner=documents)
def test_json_may_have_iterators_at_any_depth(inner: dict[str, Any]):
    whole = {"a": 1, "runs": [inner, inner]}
    given_ = {"a": 1, "runs": iter([opened(inner), opened(inner)])}
    assert "".join(json_pieces(given_)) == as_json(whole) + "\n"


@given(value=documents)
def test_yaml_in_pieces_is_yaml_in_one(value: dict[str, Any]):
    whole = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    assert "".join(yaml_pieces(opened(value))) == whole


def test_nothing_is_made_before_it_is_written():
    made: list[int] = []

    def items() -> Iterator[dict[str, int]]:
        for number in range(3):
            made.append(number)
            yield {"number": number}

    for pieces in (json_pieces({"results": items()}), yaml_pieces({"results": items()})):
        made.clear()
        for piece in pieces:
            if "number" in piece:
                assert json.dumps(made[-1]) in piece
                assert len(made) == made[-1] + 1
        assert made == [0, 1, 2]
