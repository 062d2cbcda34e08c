"""The JSON schema of policy files, with the options of every rule of the catalogue."""

from typing import Any

from webhook.policy.loader import Catalogue
from webhook.policy.model import ImagePolicy
from webhook.policy.rule import Rule

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema(catalogue: Catalogue) -> dict[str, Any]:
    """JSON Schema, draft 2020-12: for each rule, exactly its own options."""
    schema: dict[str, Any] = {"$schema": _DIALECT, **ImagePolicy.model_json_schema()}
    entry = schema["$defs"]["RuleEntry"]
    entry["properties"]["rule"]["enum"] = list(catalogue)
    entry["allOf"] = [
        {
            "if": {"properties": {"rule": {"const": name}}, "required": ["rule"]},
            "then": {"properties": _allowed(rule)},
        }
        for name, rule in catalogue.items()
    ]
    return schema


def _allowed(rule: type[Rule]) -> dict[str, Any]:
    """What an entry of this rule may say: its own options, and whom it can judge."""
    options = rule.model_json_schema().get("properties", {})
    judged = {} if rule.judges_any else {"appliesTo": {"enum": ["python", None]}}
    given = {"type": "object", "additionalProperties": False, "properties": options}
    return {"with": given, **judged}
