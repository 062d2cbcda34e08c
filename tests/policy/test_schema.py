from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import policy_text
from webhook.policy.document import read_documents
from webhook.policy.schema import policy_schema
from webhook.rules import CATALOGUE

SCHEMA = policy_schema(CATALOGUE)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
SHIPPED = sorted(Path(__file__).parents[2].glob("policies/*/policy.yaml"))


def parsed(text: str) -> Any:
    (document,) = read_documents(text, "policy.yaml")
    return document.data


def test_the_schema_is_a_schema_whose_parts_all_exist():
    VALIDATOR.check_schema(SCHEMA)
    assert VALIDATOR.is_valid(parsed(policy_text("rule: run-as-root, action: deny, with: {}")))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.parent.name)
def test_the_shipped_policies_are_valid(file: Path):
    VALIDATOR.validate(parsed(file.read_text()))


def test_selectors_are_valid_as_kubernetes_has_them():
    expressions = "[{key: a, operator: Exists}, {key: b.example/c, operator: NotIn, values: [d]}]"
    selector = f"{{matchLabels: {{app: web}}, matchExpressions: {expressions}}}"
    more = f"match: {{namespaceSelector: {selector}, objectSelector: {{}}}}"
    VALIDATOR.validate(parsed(policy_text("rule: run-as-root, action: deny", more=more)))


@pytest.mark.parametrize("rule", CATALOGUE)
def test_every_rule_has_exactly_its_own_options(rule: str):
    defaults = CATALOGUE[rule]().model_dump(mode="json", by_alias=True, exclude_none=True)
    policy = parsed(policy_text(f"rule: {rule}, action: warn"))
    policy["spec"]["rules"][0]["with"] = defaults
    VALIDATOR.validate(policy)
    policy["spec"]["rules"][0]["with"] = {"noSuchOption": 1}
    assert not VALIDATOR.is_valid(policy)


@pytest.mark.parametrize(
    "text",
    [
        policy_text("rule: run-as-rot, action: deny"),
        policy_text("rule: run-as-root, action: denny"),
        policy_text("rule: run-as-root"),
        policy_text("rule: run-as-root, action: deny, wiht: {}"),
        policy_text("rule: run-as-root, action: deny, with: {maxPull: 1G}"),
        policy_text("rule: run-as-root, action: deny, with: {min_uid: 5}"),
        policy_text("rule: python-unbuffered, action: deny, appliesTo: all"),
        policy_text("rule: run-as-root, action: deny", mode="enforced"),
        policy_text("rule: run-as-root, action: deny", more="match: {namespace: [a]}"),
        policy_text("rule: run-as-root, action: deny", more="match: {images: []}"),
        policy_text(
            "rule: run-as-root, action: deny",
            more="match: {namespaceSelector: {matchlabels: {a: b}}}",
        ),
        policy_text(
            "rule: run-as-root, action: deny",
            more="match: {namespaceSelector: {matchLabels: {a: true}}}",
        ),
        policy_text(
            "rule: run-as-root, action: deny",
            more="exclude: {objectSelector: {matchExpressions: [{key: a, operator: in}]}}",
        ),
        policy_text("rule: run-as-root, action: deny", more="minDenyConfidence: 101"),
        policy_text("rule: run-as-root, action: deny").replace("ImagePolicy", "Policy"),
        policy_text(),
    ],
)
def test_an_editor_sees_what_the_loader_would_refuse(text: str):
    assert not VALIDATOR.is_valid(parsed(text))
