import pytest

from webhook.profile.flags import is_on


@pytest.mark.parametrize("value", ["1", "x", "false", "no", "off", "0x0", "0.0", "0 ", " ", "-1"])
def test_any_text_that_is_no_zero_is_on(value: str) -> None:
    assert is_on(value)


@pytest.mark.parametrize("value", [None, "", "0", "00", "+0", "-0", " 0", "\t0"])
def test_unset_empty_and_every_integer_zero_are_off(value: str | None) -> None:
    assert not is_on(value)
