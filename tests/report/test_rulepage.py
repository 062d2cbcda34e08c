"""The pages of rules, for people and for programs."""

import pytest

from webhook.policy.rule import Rule
from webhook.report.rulepage import listing, page, reference
from webhook.rules import CATALOGUE


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_page_has_all_there_is_to_know(rule: type[Rule]):
    text = page(rule)
    assert rule.why in text
    assert rule.remedy in text
    for example in rule.examples:
        assert f"- {example.title}" in text
    for option in rule.model_json_schema().get("properties", {}):
        assert f"| `{option}` |" in text


def test_the_list_names_needs_and_options():
    told = {entry["id"]: entry for entry in listing(CATALOGUE)}
    assert told["floating-tag"]["needs"] == []
    assert told["run-as-root"]["needs"] == ["manifest", "config"]
    assert told["run-as-root"]["options"]["minUid"] == {
        "type": "integer",
        "default": 1,
        "description": "The lowest uid that is accepted.",
    }


def test_the_reference_links_to_every_page():
    text = reference(CATALOGUE)
    for name in CATALOGUE:
        assert f"(#{name})" in text
        assert f"\n## `{name}`\n" in text
