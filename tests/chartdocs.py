"""What the chart's values are, told once: by the comments in ``values.yaml``.

The table in the chart's README and the descriptions in its schema are written from them. What a
value may be stands in the schema itself, but for ``settings``, which are those of ``serve``.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from webhook.report.data import as_json
from webhook.settings import Settings

CHART = Path(__file__).parents[1] / "charts" / "slimgate"
SETTINGS = (
    *("data", "timeout", "drain", "registries", "insecure-registry", "registry-ca", "mirror"),
    *("allow-host", "https-proxy", "http-proxy", "no-proxy"),
)
"""What an operator may say of ``serve``; the chart says the rest itself."""
_TABLE = re.compile(r"(<!-- generated: values -->\n).*?(<!-- end -->\n)", re.DOTALL)


@dataclass(frozen=True)
class Value:
    """A value that can be set."""

    path: tuple[str, ...]
    default: Any
    description: str
    """The comment above it, on one line; empty when there is none."""


def values(text: str) -> list[Value]:
    """The values of a ``values.yaml``, in order."""
    return list(_values(yaml.compose(text), text.splitlines(), yaml.safe_load(text), ()))


def _values(
    node: Any, lines: Sequence[str], default: Any, path: tuple[str, ...]
) -> Iterator[Value]:
    for key, value in node.value:
        line, below = key.start_mark.line, (*path, key.value)
        # Without a comment on its first key, a section is one value: a part of a Kubernetes object.
        if _is_section(value) and _comment(lines, value.value[0][0].start_mark.line):
            yield from _values(value, lines, default[key.value], below)
        else:
            yield Value(below, default[key.value], _comment(lines, line))


def _is_section(node: Any) -> bool:
    return isinstance(node, yaml.MappingNode) and bool(node.value)


def _comment(lines: Sequence[str], line: int) -> str:
    found: list[str] = []
    while line and lines[line - 1].lstrip().startswith("#"):
        line -= 1
        found.insert(0, lines[line].lstrip(" #"))
    return " ".join(found)


def readme(text: str, found: Sequence[Value]) -> str:
    """The README with its table of values."""
    rows = [
        f"| `{'.'.join(value.path)}` | `{json.dumps(value.default)}` | {value.description} |"
        for value in found
    ]
    table = "\n".join(["| value | default | |", "| --- | --- | --- |", *rows])
    return _TABLE.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


def schema(text: str, found: Sequence[Value]) -> str:
    """The schema with a description of every value, and the settings of ``serve``."""
    written = json.loads(text)
    written["properties"]["settings"] = _settings()
    for value in found:
        part = written
        for name in value.path:
            part = part["properties"][name]
        part["description"] = value.description
    return as_json(written) + "\n"


def _settings() -> dict[str, Any]:
    """Without the model's words on other commands; a reference is put where it points to."""
    model = Settings.model_json_schema(by_alias=True)
    properties = {name: _plain(model["properties"][name]) for name in SETTINGS}
    properties["registries"]["items"] = _plain(model["$defs"]["Registry"])
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _plain(part: Any) -> Any:
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    unsaid = ("title", "default", "format", "description")
    return {name: _plain(item) for name, item in part.items() if name not in unsaid}


def files() -> Iterator[tuple[Path, str]]:
    """The README and the schema, with what should be in them."""
    found = values((CHART / "values.yaml").read_text())
    for name, write in (("README.md", readme), ("values.schema.json", schema)):
        yield CHART / name, write((CHART / name).read_text(), found)
