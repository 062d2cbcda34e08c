"""The facts are those of apimachinery's own semantics."""

import pytest

from webhook.errors import UsageError
from webhook.kube.selector import (
    LabelRequirement,
    LabelSelector,
    Operator,
    label_key,
    label_value,
    namespace_labels,
)

IN, NOT_IN, EXISTS, DOES_NOT_EXIST = Operator
PROD, TEST, EMPTY, ABSENT = {"tier": "prod"}, {"tier": "test"}, {"tier": ""}, {"app": "prod"}


def requirement(operator: Operator, *values: str) -> LabelRequirement:
    return LabelRequirement("tier", operator, frozenset(values))


@pytest.mark.parametrize(
    ("held", "prod", "test", "empty", "absent"),
    [
        (requirement(IN, "prod"), True, False, False, False),
        (requirement(IN, "prod", "test"), True, True, False, False),
        (requirement(IN, ""), False, False, True, False),
        (requirement(NOT_IN, "prod"), False, True, True, True),
        (requirement(NOT_IN, "prod", ""), False, True, False, True),
        (requirement(EXISTS), True, True, True, False),
        (requirement(DOES_NOT_EXIST), False, False, False, True),
    ],
)
def test_an_absent_key_is_among_no_values_and_an_empty_value_is_one(
    held: LabelRequirement, prod: bool, test: bool, empty: bool, absent: bool
):
    assert [held.matches(labels) for labels in (PROD, TEST, EMPTY, ABSENT)] == [
        prod,
        test,
        empty,
        absent,
    ]


def test_a_value_is_compared_letter_by_letter():
    assert not requirement(IN, "prod").matches({"tier": "Prod"})
    assert not requirement(EXISTS).matches({"Tier": "prod"})


@pytest.mark.parametrize("labels", [{}, PROD, ABSENT])
def test_an_empty_selector_selects_everything(labels: dict[str, str]):
    assert LabelSelector().matches(labels)


def test_requirements_must_all_hold_even_of_one_key():
    selector = LabelSelector((requirement(EXISTS), requirement(NOT_IN, "prod")))
    assert [selector.matches(labels) for labels in (PROD, TEST, ABSENT)] == [False, True, False]
    assert not LabelSelector((requirement(EXISTS), requirement(DOES_NOT_EXIST))).matches(PROD)


@pytest.mark.parametrize(
    ("operator", "values", "said"),
    [
        (IN, (), "In needs values: name at least one"),
        (NOT_IN, (), "NotIn needs values: name at least one"),
        (EXISTS, ("a",), "Exists takes no values: leave them out"),
        (DOES_NOT_EXIST, ("",), "DoesNotExist takes no values: leave them out"),
    ],
)
def test_only_in_and_not_in_have_values_and_must(
    operator: Operator, values: tuple[str, ...], said: str
):
    with pytest.raises(UsageError, match=said):
        requirement(operator, *values)


@pytest.mark.parametrize(
    "text",
    [
        *("a", "A", "0", "app", "a-b_c.D", "a--b", "1.2"),
        "a" * 63,
        *("example.com/app", "a/b", "0-9.a/B_c", "kubernetes.io/metadata.name"),
        "a" * 253 + "/" + "b" * 63,
        "a" * 64 + ".b/app",
    ],
)
def test_a_key_is_a_name_after_an_optional_dns_name(text: str):
    assert label_key(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "-a", "a-", ".a", "a.", "_a", "a_", "a b", "a\n", "ä", "٣", "a=b", "a*"),
        "a" * 64,
        *("/a", "a/", "a/b/c", "A.b/c", "a_b/c", "-a/b", "a-/b", "a..b/c", ".a/b", "a./b", "ä/b"),
        "a" * 254 + "/b",
    ],
)
def test_anything_else_is_no_key(text: str):
    with pytest.raises(UsageError, match="not a label key: "):
        label_key(text)


@pytest.mark.parametrize("text", ["", "a", "0", "true", "A-b_c.9", "a" * 63])
def test_a_value_is_a_name_or_empty(text: str):
    assert label_value(text) == text


@pytest.mark.parametrize(
    "text", [" ", "-a", "a-", ".", "_", "a b", "a/b", "a\n", "ä", "a,b", "a" * 64]
)
def test_anything_else_is_no_value(text: str):
    with pytest.raises(UsageError, match="not a label value: "):
        label_value(text)


@pytest.mark.parametrize("written", [{}, {"kubernetes.io/metadata.name": "other"}])
def test_a_namespace_has_its_name_as_a_label_whatever_is_written(written: dict[str, str]):
    assert namespace_labels("shop", written) == {"kubernetes.io/metadata.name": "shop"}
    assert namespace_labels("shop", PROD)["tier"] == "prod"
