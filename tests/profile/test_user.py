import pytest

from webhook.profile.user import parse_user


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "00",
        "+0",
        "-0",
        "0:0",
        "0:1000",
        "root",
        "root:root",
        "root:0",
        ":",
        ":1000",
        "-1",
        "2147483648",
        "4294967296",
        "99999999999999999999999999",
        "9" * 5000,
    ],
)
def test_every_spelling_of_root_is_root(text: str) -> None:
    user = parse_user(text)
    assert (user.raw, user.uid, user.root) == (text, 0, True)


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        ("1000", 1000),
        ("+1000", 1000),
        ("0001", 1),
        ("65532:65532", 65532),
        ("2147483647", 2**31 - 1),
    ],
)
def test_a_number_is_the_user_id(text: str, uid: int) -> None:
    user = parse_user(text)
    assert (user.uid, user.root) == (uid, False)


@pytest.mark.parametrize(
    "text",
    [
        "app",
        "app:app",
        "toor",
        "Root",
        "[0]",
        "1_000",
        " 0",
        "0x0",
        "٠",
        "$APP_UID",
        "1000 ",
        "nonroot:0",
    ],
)
def test_any_other_text_is_a_name_that_proves_nothing(text: str) -> None:
    user = parse_user(text)
    assert (user.uid, user.root) == (None, None)
