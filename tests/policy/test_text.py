import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.policy.text import CUT, megabytes, quoted, shown


@given(st.text(), st.integers(8, 60))
def test_what_is_shown_is_one_harmless_line(text: str, limit: int):
    line = shown(text, limit)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) <= limit
    assert not set(line) & set("'\"\\`")
    assert quoted(text, limit) == f"'{line}'"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("a\nb\tc", "a b c"),
        ('it\'s "x" `y` \\', "its x y"),
        ("\x1b[31mred", "?[31mred"),
        ("x" * CUT, "x" * CUT),
        ("x" * (CUT + 1), "x" * (CUT - 3) + "..."),
    ],
)
def test_strange_characters_are_replaced_and_long_texts_cut(text: str, line: str):
    assert shown(text) == line


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0.0 MB"),
        (49_999, "0.0 MB"),
        (4_100_000, "4.1 MB"),
        (9_949_999, "9.9 MB"),
        (9_950_000, "10 MB"),
        (461_400_000, "461 MB"),
        (1_110_000_000, "1110 MB"),
    ],
)
def test_sizes_are_decimal_megabytes(size: int, text: str):
    assert megabytes(size) == text
