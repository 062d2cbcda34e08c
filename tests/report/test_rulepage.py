"""The pages of rules, for people and for programs."""

import pytest
import yaml

from tests.conftest import policy_text
from tests.tables import TABLES
from webhook.policy.loader import load
from webhook.policy.rule import Rule
from webhook.report.rulepage import index, listing, page
from webhook.rules import CATALOGUE


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_a_page_has_all_there_is_to_know(rule: type[Rule]):
    text = page(rule, TABLES)
    assert rule.why in text
    assert rule.remedy in text
    for example in rule.examples:
        assert f"- {example.title}" in text
    for option in rule.model_json_schema().get("properties", {}):
        assert f"| `{option}` |" in text


def test_the_list_names_needs_and_options():
    told = {entry["id"]: entry for entry in listing(CATALOGUE)}
    assert told["floating-tag"]["needs"] == []
    assert told["run-as-root"]["needs"] == ["manifest", "config", "peek"]
    assert told["run-as-root"]["options"]["minUid"] == {
        "type": "integer",
        "default": 1,
        "description": "The lowest uid that is accepted.",
    }


@pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
def test_what_a_page_says_to_write_in_a_policy_is_a_policy(rule: type[Rule]):
    (entry,) = yaml.safe_load(page(rule, TABLES).partition("```yaml\n")[2].partition("```")[0])[
        "rules"
    ]
    law = load(
        [
            (
                "policy.yaml",
                policy_text(str(yaml.safe_dump(entry, default_flow_style=True)).strip()[1:-1]),
            )
        ],
        CATALOGUE,
        TABLES,
    )
    assert law.policies[0].entries[0].rule.id == rule.id


def test_a_page_has_the_words_that_a_developer_meets():
    assert "`run-as-root: image USER is unset (root) and" in page(CATALOGUE["run-as-root"], TABLES)


def test_the_index_links_to_every_page():
    text = index(CATALOGUE)
    for name in CATALOGUE:
        assert f"[`{name}`](pages/{name}.md)" in text
