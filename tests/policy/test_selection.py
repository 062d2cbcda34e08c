"""Namespaces and labels in ``match`` and ``exclude``; the other keys are in test_law."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policy.loading import ROOT, problems, spec
from webhook.policy.place import Place
from webhook.policy.selection import Selection

PROD: dict[str, Any] = {"matchLabels": {"tier": "prod"}}
BARE = Place(None)


def selection(**written: Any) -> Selection:
    return Selection.model_validate(written)


def in_namespace(labels: dict[str, str] | None, **pod: str) -> Place:
    return Place("shop", labels, pod)


@pytest.mark.parametrize(
    "written",
    [
        {"namespaces": ["a"]},
        {"namespaceSelector": {}},
        {"objectSelector": {}},
        {"images": ["a"]},
        {"containers": ["init"]},
    ],
)
def test_a_selection_of_nothing_is_empty(written: dict[str, Any]):
    assert Selection().is_empty
    assert not selection(**written).is_empty


@pytest.mark.parametrize(
    ("written", "place", "expected"),
    [
        ({}, BARE, True),
        ({"namespaces": ["*"]}, BARE, False),
        ({"namespaceSelector": {}}, BARE, False),
        ({"objectSelector": {}}, BARE, False),
        ({"namespaceSelector": {}}, in_namespace(None), True),
        ({"namespaceSelector": PROD}, in_namespace({"tier": "prod"}), True),
        ({"namespaceSelector": PROD}, in_namespace({}), False),
        ({"namespaceSelector": PROD}, in_namespace(None), None),
        ({"objectSelector": {}}, in_namespace(None), True),
        ({"objectSelector": PROD}, in_namespace(None), False),
        ({"objectSelector": PROD}, in_namespace(None, tier="prod"), True),
        ({"objectSelector": PROD}, in_namespace({"tier": "prod"}), False),
        ({"namespaceSelector": PROD}, in_namespace({}, tier="prod"), False),
        ({"namespaces": ["shop"], "namespaceSelector": PROD}, in_namespace(None), None),
        ({"namespaces": ["other"], "namespaceSelector": PROD}, in_namespace(None), False),
        ({"objectSelector": PROD, "namespaceSelector": PROD}, in_namespace(None), False),
    ],
)
def test_a_place_is_selected_by_all_keys_and_unknown_only_where_nothing_else_rules_it_out(
    written: dict[str, Any], place: Place, expected: bool | None
):
    assert selection(**written).selects_place(place) is expected


@pytest.mark.parametrize(
    ("written", "asks"),
    [
        ({}, False),
        ({"namespaces": ["a"]}, False),
        ({"namespaceSelector": {}}, False),
        ({"namespaceSelector": {"matchExpressions": []}}, False),
        ({"objectSelector": PROD}, False),
        ({"namespaceSelector": PROD}, True),
    ],
)
def test_labels_of_namespaces_are_asked_for_only_where_they_decide(
    written: dict[str, Any], asks: bool
):
    assert selection(**written).asks_for_namespace_labels is asks


KEYS, VALUES = st.sampled_from(["app", "tier", "example.com/team"]), st.sampled_from(["", "a", "b"])
LABELS = st.dictionaries(KEYS, VALUES)
WITH_VALUES = st.fixed_dictionaries(
    {
        "key": KEYS,
        "operator": st.sampled_from(["In", "NotIn"]),
        "values": st.lists(VALUES, min_size=1, max_size=3),
    }
)
WITHOUT = st.fixed_dictionaries(
    {"key": KEYS, "operator": st.sampled_from(["Exists", "DoesNotExist"])},
    optional={"values": st.just([])},
)
SELECTORS = st.fixed_dictionaries(
    {},
    optional={
        "matchLabels": LABELS,
        "matchExpressions": st.lists(WITH_VALUES | WITHOUT, max_size=3),
    },
)


def says(written: dict[str, Any], labels: dict[str, str]) -> bool:
    """What a selector says of labels, as its documentation reads."""
    equal = all(labels.get(key) == value for key, value in written.get("matchLabels", {}).items())
    rows = [
        (item["operator"], labels.get(item["key"]), item.get("values", ()))
        for item in written.get("matchExpressions", ())
    ]
    return (
        equal
        and all(value is not None and value in values for op, value, values in rows if op == "In")
        and all(value is None or value not in values for op, value, values in rows if op == "NotIn")
        and all(value is not None for op, value, _ in rows if op == "Exists")
        and all(value is None for op, value, _ in rows if op == "DoesNotExist")
    )


@given(SELECTORS, LABELS)
def test_a_selector_selects_exactly_what_it_says(written: dict[str, Any], labels: dict[str, str]):
    expected = says(written, labels)
    assert selection(namespaceSelector=written).selects_place(in_namespace(labels)) is expected
    assert selection(objectSelector=written).selects_place(Place("shop", None, labels)) is expected


def expression(text: str) -> str:
    """A policy with one expression; its first key stands at 4:53."""
    return selecting(f"{{matchExpressions: [{{{text}}}]}}")


def selecting(text: str) -> str:
    """A policy with a selector, which stands at 4:32; its first key is at 4:33."""
    return spec(f"match: {{objectSelector: {text}}}, rules: [{{{ROOT}}}]")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            selecting("{matchlabels: {a: b}}"),
            "4:33: unknown key 'matchlabels' (did you mean 'matchLabels'?)",
        ),
        (
            selecting("{matchExpression: []}"),
            "4:33: unknown key 'matchExpression' (did you mean 'matchExpressions'?)",
        ),
        (selecting("{app: web}"), "4:33: unknown key 'app'"),
        (selecting("[]"), "4:32: objectSelector: should be an object with keys"),
        (
            selecting("{matchLabels: [a]}"),
            "4:46: matchLabels: should be an object with keys",
        ),
        (
            selecting("{matchLabels: {canary: true}}"),
            "4:55: canary: should be text: put it in quotes",
        ),
        (
            selecting("{matchLabels: {version: 1.10}}"),
            "4:56: version: should be text: put it in quotes",
        ),
        (
            selecting("{matchLabels: {a: b c}}"),
            "4:50: a: not a label value: 'b c' (at most 63 letters, digits, '-', '_' and '.'; the "
            "first and the last are letters or digits)",
        ),
        (
            selecting("{matchLabels: {a/b/c: x}}"),
            "4:47: not a label key: 'a/b/c' (write app or example.com/app: a name of at most 63 "
            "characters, a DNS name of at most 253)",
        ),
        (
            expression("key: a, operator: in, values: [b]"),
            "4:71: 'in' is not 'In', 'NotIn', 'Exists' or 'DoesNotExist' (did you mean 'In'?)",
        ),
        (
            expression("key: a, operator: doesnotexist"),
            "4:71: 'doesnotexist' is not 'In', 'NotIn', 'Exists' or 'DoesNotExist' (did you mean "
            "'DoesNotExist'?)",
        ),
        (expression("key: a"), "4:52: missing key 'operator'"),
        (expression("operator: Exists"), "4:52: missing key 'key'"),
        (
            expression("key: a, operator: Exists, value: [b]"),
            "4:79: unknown key 'value' (did you mean 'values'?)",
        ),
        (expression("key: a, operator: In"), "4:52: In needs values: name at least one"),
        (
            expression("key: a, operator: NotIn, values: []"),
            "4:52: NotIn needs values: name at least one",
        ),
        (
            expression("key: a, operator: Exists, values: [b]"),
            "4:52: Exists takes no values: leave them out",
        ),
        (expression("key: a, operator: In, values: b"), "4:83: values: should be a list"),
        (
            expression("key: a, operator: In, values: [a, no, false]"),
            "4:91: should be text: put it in quotes",
        ),
        (
            expression("key: 5, operator: Exists"),
            "4:58: key: should be text: put it in quotes",
        ),
    ],
)
def test_what_is_wrong_with_a_selector_is_told_with_its_place(text: str, said: str):
    assert problems(text) == [f"0.yaml:{said}"]


def test_a_key_that_is_hostile_is_told_in_one_short_line():
    (said,) = problems(selecting('{matchLabels: {"\\e[2J\\n' + "x" * 5000 + '": a}}'))
    assert said.isprintable()
    assert len(said) < 300
