"""The JSON schema of policy files, with the options of every rule of the catalogue."""

from typing import Any

from webhook.policy.loader import Catalogue
from webhook.policy.model import ImagePolicy

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema(catalogue: Catalogue) -> dict[str, Any]:
    """JSON Schema, draft 2020-12: for each rule, exactly its own options."""
    schema: dict[str, Any] = {"$schema": _DIALECT, **ImagePolicy.model_json_schema()}
    entry = schema["$defs"]["RuleEntry"]
    entry["properties"]["rule"]["enum"] = list(catalogue)
    entry["allOf"] = [
        {
            "if": {"properties": {"rule": {"const": name}}, "required": ["rule"]},
            "then": {"properties": {"with": _options(rule.model_json_schema())}},
        }
        for name, rule in catalogue.items()
    ]
    return schema


def _options(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": schema.get("properties", {}),
    }
