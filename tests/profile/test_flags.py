import pytest

from webhook.profile.flags import is_on, is_true


@pytest.mark.parametrize("value", ["1", "x", "false", "no", "off", "0x0", "0.0", "0 ", " ", "-1"])
def test_any_text_that_is_no_zero_is_on(value: str) -> None:
    assert is_on(value)


@pytest.mark.parametrize("value", [None, "", "0", "00", "+0", "-0", " 0", "\t0"])
def test_unset_empty_and_every_integer_zero_are_off(value: str | None) -> None:
    assert not is_on(value)


@pytest.mark.parametrize("value", ["1", "true", "True", "YES", "on", "y", "t", " true "])
def test_words_for_yes_are_true(value: str) -> None:
    assert is_true(value)


@pytest.mark.parametrize("value", [None, "", "0", "false", "no", "off", "2", "app:*", 1, True])
def test_everything_else_is_not_true(value: object) -> None:
    assert not is_true(value)
