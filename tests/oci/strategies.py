"""Texts and documents for property tests: valid ones by construction, and any at all."""

import json
from collections.abc import Callable

from hypothesis import strategies as st

_HEX = "0123456789abcdef"
_HOSTS = r"(?:[a-zA-Z0-9](?:[a-z0-9-]{0,8}[a-z0-9])?\.){1,3}[a-z]{2,6}(?::[0-9]{1,5})?"
_COMPONENT = r"[a-z0-9]{1,6}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}"


def _matching(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


digests: st.SearchStrategy[str] = st.one_of(
    st.text(_HEX, min_size=64, max_size=64).map("sha256:{}".format),
    st.text(_HEX, min_size=128, max_size=128).map("sha512:{}".format),
)
domains: st.SearchStrategy[str] = st.one_of(
    _matching(_HOSTS), st.sampled_from(["localhost", "localhost:5000", "[2001:db8::1]:443", "Host"])
)
hub_paths: st.SearchStrategy[str] = _matching(rf"[a-z]{{1,6}}(?:/{_COMPONENT}){{0,3}}")
"""Repositories that name no registry."""
paths: st.SearchStrategy[str] = _matching(rf"{_COMPONENT}(?:/{_COMPONENT}){{0,3}}")
tags: st.SearchStrategy[str | None] = st.none() | _matching(_TAG)

json_values: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@st.composite
def references(draw: Callable[..., str]) -> tuple[str, str, str | None, str | None]:
    """Domain, path, tag and digest of a reference that names its registry."""
    return draw(domains), draw(paths), draw(tags), draw(st.none() | digests)


def documents(keys: list[str]) -> st.SearchStrategy[bytes]:
    """JSON objects that have some of ``keys``, with anything behind them."""
    shapes = st.fixed_dictionaries({}, optional=dict.fromkeys(keys, json_values))
    return shapes.map(lambda value: json.dumps(value).encode())
