"""Checks for ``quantity.json``: how Kubernetes reads quantities."""

from fractions import Fraction

from tests.vectors.case import Case, Check, same
from webhook.errors import InvalidQuantity
from webhook.kube import Quantity


def _value(text: str) -> Fraction | None:
    try:
        return Quantity.parse(text).value
    except InvalidQuantity:
        return None


def parse(case: Case) -> None:
    """The value; upstream also runs every case with a sign in front."""
    text, expected = case["input"], None if case["error"] else Fraction(case["value"])
    same(_value(text), expected)
    if text[:1] not in {"+", "-"}:
        same(_value(f"+{text}"), expected)
        same(_value(f"-{text}"), None if expected is None else -expected)
    if "value_rounded_up" in case:
        same(Quantity.parse(text).bytes, case["value_rounded_up"])


def canonical(case: Case) -> None:
    """Two ways of writing one value."""
    expected = _value(case["canonical"])
    assert expected is not None, "refused"
    same(expected, Fraction(case.get("value", expected)))
    other = case.get("alternate_input", case.get("input"))
    same(expected if other is None else _value(other), expected)


def amount(case: Case) -> None:
    """The value as a number of another kind."""
    quantity = Quantity.parse(case["input"])
    for field, found in (
        ("bytes", quantity.bytes),
        ("milli_value", quantity.value * 1000),
        ("float", float(quantity.value)),
    ):
        same(found, case.get(field, found))


QUANTITIES: dict[str, Check] = {
    "parse": parse,
    "parse_error": parse,
    "big_numbers": parse,
    "canonical_form": canonical,
    "doc_examples": canonical,
    "bytes_examples": amount,
    "float_value": amount,
}
"""Group of cases → the check of each."""
LEFT_OUT = {
    "parts": "the inner steps of their parser",
    "json_whitespace": "blanks around a value are the reader's, not the quantity's",
    "round_up": "values are rounded to nano units and to whole bytes only",
    "scaled_value": "values are rounded to nano units and to whole bytes only",
}
"""Group → why none of it applies."""
