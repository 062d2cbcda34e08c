from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attempt import attempt
from webhook.errors import InvalidQuantity
from webhook.kube import Quantity

CAP = 2**63 - 1


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("5", 5),
        ("+5", 5),
        ("005", 5),
        ("400M", 400 * 10**6),
        ("400Mi", 400 * 2**20),
        ("1k", 1000),
        ("1Ki", 1024),
        ("1.5G", 15 * 10**8),
        ("1.5Gi", 3 * 2**29),
        ("1.", 1),
        (".5Ki", 512),
        ("2T", 2 * 10**12),
        ("2Ti", 2**41),
        ("3P", 3 * 10**15),
        ("3Pi", 3 * 2**50),
        ("1E", 10**18),
        ("1Ei", 2**60),
        ("12E", 12 * 10**18),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1e+3", 1000),
        ("12e-1", 2),
        ("1E-3", 1),
        ("5300m", 6),
        ("1000000u", 1),
        ("1n", 1),
        ("0.5", 1),
        ("0n", 0),
        ("-0.5", -1),
        ("-1500m", -2),
        ("-2Ki", -2048),
    ],
)
def test_a_quantity_means_what_kubernetes_takes_it_for(text: str, size: int):
    quantity = Quantity.parse(text)
    assert quantity.bytes == size
    assert str(quantity) == quantity.written == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1m", Fraction(1, 10**3)),
        ("1u", Fraction(1, 10**6)),
        ("5n", Fraction(5, 10**9)),
        ("9" * 64, Fraction(10**64 - 1)),
        ("0.0000000001", Fraction(1, 10**9)),
        ("0.9n", Fraction(1, 10**9)),
        ("-0.1n", Fraction(-1, 10**9)),
        ("1.0000000011", Fraction(1_000_000_002, 10**9)),
        ("100.035k", Fraction(100_035)),
        ("0.05Gi", Fraction("53687091.2")),
        (".000000000001Ki", Fraction(2, 10**9)),
    ],
)
def test_values_are_exact_to_the_nano_and_finer_ones_rounded_up(text: str, value: Fraction):
    assert Quantity.parse(text).value == value


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("9Ei", CAP),
        ("8Ei", CAP),
        (f"{CAP}Ki", CAP),
        ("-9Ei", -CAP),
        ("7Ei", 7 * 2**60),
        ("9223372036854775808", CAP + 1),
        ("1000E", 10**21),
    ],
)
def test_only_binary_quantities_are_capped_at_63_bits(text: str, size: int):
    assert Quantity.parse(text).bytes == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " 1",
        "1 ",
        "1\n",
        "1 M",
        ".",
        "-",
        "+-1",
        "M",
        "1i",
        "1K",
        "1mi",
        "1ki",
        "1MB",
        "1MiB",
        "1.1.M",
        "1+1.0M",
        "0.1am",
        "1e",
        "1E+",
        "1e1.5",
        "1EE3",
        "1Ei3",
        "0x10",
        "1_000",
        "1,000",
        "\u0661",
        "inf",
        "nan",
        "1e61",
        "1e-61",
        "1e999999999",
        "9" * 65,
    ],
)
def test_anything_else_is_no_quantity(text: str):
    with pytest.raises(InvalidQuantity):
        Quantity.parse(text)


SUFFIXES = ("", *"numkMGTPE", *(f"{letter}i" for letter in "KMGTPE"), "e3", "E-3", "e+12")
quantities = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**20),
    st.sampled_from(["", ".", ".5", ".000000001", ".125"]),
    st.sampled_from(SUFFIXES),
)


@given(quantities)
def test_a_quantity_reads_as_it_is_written_and_is_a_multiple_of_a_nano(text: str):
    quantity = Quantity.parse(text)
    assert str(quantity) == text
    assert (quantity.value * 10**9).denominator == 1
    assert abs(quantity.value) <= abs(quantity.bytes) < abs(quantity.value) + 1


@given(quantities.filter(lambda text: text[0] not in "+-"))
def test_a_sign_changes_nothing_but_the_sign(text: str):
    value = Quantity.parse(text).value
    assert Quantity.parse(f"+{text}").value == value
    assert Quantity.parse(f"-{text}").value == -value


@given(st.text() | st.text("0159.+-eEinumkKMGTP \n", max_size=20))
def test_no_text_is_met_with_anything_but_a_quantity_or_its_own_error(text: str):
    assert str(attempt(Quantity.parse, text, InvalidQuantity)).isprintable()
