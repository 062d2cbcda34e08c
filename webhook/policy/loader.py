"""From the text of policy files to the law, with every problem told at once and in its place."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from webhook.errors import InvalidFile, Problem
from webhook.policy.document import Document, Path, read_documents
from webhook.policy.law import Entry, Policy, PolicySet
from webhook.policy.model import ImagePolicy, RuleEntry
from webhook.policy.rule import Rule
from webhook.policy.tables import Tables
from webhook.policy.text import shown
from webhook.policy.written import API_VERSION

Catalogue = Mapping[str, type[Rule]]
"""Rule id → rule."""

UNVERIFIED = "image-unverified"
"""The outcome of an image that could not be read: exempted like a rule, never listed like one."""

_KINDS = ("ImagePolicy", "PolicyCases")
_EXPRESSION = "the rule 'expression' is not supported by this version"
_NOT_LISTED = "an outcome, not a rule: its action is set by failureActions"


def load(texts: Iterable[tuple[str, str]], catalogue: Catalogue, tables: Tables) -> PolicySet:
    """The policies in some files, given as (file, text), to be applied with some tables.

    Documents of kind PolicyCases are left out. Raises ``InvalidFile`` with every problem of every
    file; no policy at all is a problem too.
    """
    policies: list[Policy] = []
    problems: list[Problem] = []
    digest = hashlib.sha256()
    files = []
    for file, text in texts:
        files.append(file)
        try:
            documents = [item for item in read_documents(text, file) if not _is_cases(item)]
        except InvalidFile as error:
            problems += error.problems
            continue
        for document in documents:
            try:
                policies.append(load_policy(document, catalogue))
            except InvalidFile as error:
                problems += error.problems
            digest.update(document.text.strip().encode() + b"\0")
    problems += _clashes(policies)
    if not problems and not policies:
        where = ", ".join(files) or "the given places"
        problems.append(Problem(where, 0, 0, "no policy found (kind ImagePolicy)"))
    if problems:
        raise InvalidFile(tuple(problems))
    digest.update(repr(tables).encode())
    return PolicySet(tuple(policies), tables, digest.hexdigest()[:12])


def load_policy(document: Document, catalogue: Catalogue) -> Policy:
    """One policy. Raises ``InvalidFile``."""
    problems = list(_misplaced(document))
    written = None
    if not problems:
        try:
            written = ImagePolicy.model_validate(document.data, by_alias=True, by_name=False)
        except ValidationError as error:
            problems += problems_of(document, error, (), ImagePolicy)
        problems += _unknown_rules(document, catalogue)
    entries = tuple(_entries(document, catalogue, problems))
    if problems or written is None:
        raise InvalidFile(tuple(sorted(problems, key=lambda item: (item.line, item.column))))
    title = written.metadata.annotations.get("slimgate.dev/title", "")
    return Policy(written.metadata.name, title, document.file, written.spec, entries)


def problems_of(
    document: Document, error: ValidationError, prefix: Path, model: type[BaseModel]
) -> Iterator[Problem]:
    """Pydantic's errors as problems with a place and the nearest right word."""
    found = error.errors(include_url=False, include_context=True)
    for item in found:
        if item["type"] == "too_short" and _has_deeper(item, found):
            continue  # pydantic counts only the items that are valid
        path = (*prefix, *(part for part in item["loc"] if part != "[key]"))
        at_key = item["type"] == "extra_forbidden" or _is_of_key(item)
        yield document.problem(path, _wording(item, path, model), at_key=at_key)


def _is_of_key(item: ErrorDetails) -> bool:
    """Whether a key of its own choice is wrong, not what stands under it."""
    return item["loc"][-1:] == ("[key]",)


def _has_deeper(item: ErrorDetails, found: list[ErrorDetails]) -> bool:
    depth = len(item["loc"])
    return any(len(o["loc"]) > depth and o["loc"][:depth] == item["loc"] for o in found)


def _is_cases(document: Document) -> bool:
    return isinstance(document.data, dict) and document.data.get("kind") == "PolicyCases"


def _misplaced(document: Document) -> Iterator[Problem]:
    """What is wrong before any field is: not an object, another kind, another version."""
    data = document.data
    if not isinstance(data, dict):
        yield document.problem((), "not a policy: the document should be an object with keys")
    elif (kind := data.get("kind")) != "ImagePolicy":
        words = nearest(str(kind), _KINDS)
        yield document.problem(("kind",), f"kind is {str(kind)[:40]!r}, not ImagePolicy{words}")
    elif (version := data.get("apiVersion")) != API_VERSION:
        message = f"apiVersion is {str(version)[:60]!r}, not {API_VERSION}"
        yield document.problem(("apiVersion",), message)


def nearest(word: str, known: Iterable[str]) -> str:
    """A ``(did you mean …?)`` with the nearest known word, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _wording(item: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    key = str(path[-1]) if path else ""
    is_named = path and isinstance(path[-1], str) and not _is_of_key(item)
    named = f"{shown(key)}: " if is_named else ""
    match item["type"]:
        case "extra_forbidden":
            return f"unknown key {key!r}{nearest(key, _keys_at(model, item['loc'][:-1]))}"
        case "missing":
            return f"missing key {key!r}"
        case "literal_error" | "enum":
            allowed = item["ctx"]["expected"]
            words = [word.strip("' ") for word in allowed.replace(" or ", ", ").split(",")]
            given = str(item["input"])
            return f"{given[:40]!r} is not {allowed}{nearest(given, words)}"
        case "too_short":
            return f"{key!r} is empty: leave the key out, or name at least one"
        case "tuple_type":
            return f"{named}should be a list"
        case "dict_type" | "model_type":
            return f"{named}should be an object with keys"
        case _:
            text = item["msg"].removeprefix("Value error, ").removeprefix("Input ")
            return f"{named}{text}"


def _keys_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the model knows at a place, for suggestions."""
    schema: dict[str, Any] = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in location:
        inner = "items" if isinstance(part, int) else "additionalProperties"
        node = node.get("properties", {}).get(part) or node.get(inner) or {}
        node = _resolved(node, schema)
    return list(node.get("properties", {}))


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in node.get("anyOf", ()):
        if option.get("type") != "null":
            node = option
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _unknown_rules(document: Document, catalogue: Catalogue) -> Iterator[Problem]:
    """Rules and exempted rules that the catalogue does not have."""
    for path, name in _rule_names(document.data):
        if name in catalogue or (name == UNVERIFIED and path[1] == "exemptions"):
            continue
        if name == "expression":
            message = _EXPRESSION
        elif name == UNVERIFIED:
            message = f"{UNVERIFIED!r} is {_NOT_LISTED}"
        else:
            message = f"unknown rule {name[:60]!r}{nearest(name, catalogue)}"
        yield document.problem(path, message)


def _rule_names(data: Any) -> Iterator[tuple[Path, str]]:
    spec = data.get("spec") if isinstance(data, dict) else None
    if not isinstance(spec, dict):
        return
    for at, entry in enumerate(_list(spec.get("rules"))):
        if isinstance(entry, dict) and isinstance(name := entry.get("rule"), str):
            yield ("spec", "rules", at, "rule"), name
    for at, entry in enumerate(_list(spec.get("exemptions"))):
        names = entry.get("rules") if isinstance(entry, dict) else None
        for n, name in enumerate(_list(names)):
            if isinstance(name, str):
                yield ("spec", "exemptions", at, "rules", n), name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _entries(document: Document, catalogue: Catalogue, problems: list[Problem]) -> Iterator[Entry]:
    """Rules with their options bound; what is wrong with options joins ``problems``."""
    spec = document.data.get("spec") if isinstance(document.data, dict) else None
    for at, raw in enumerate(_list(spec.get("rules") if isinstance(spec, dict) else None)):
        kind = catalogue.get(str(raw.get("rule"))) if isinstance(raw, dict) else None
        if kind is None:
            continue
        try:
            rule = kind.model_validate(raw.get("with") or {}, by_alias=True, by_name=False)
        except ValidationError as error:
            prefix: Path = ("spec", "rules", at, "with")
            problems += problems_of(document, error, prefix, kind)
            continue
        if rule.lacks:
            message = f"{kind.id!r} says nothing as it stands: {rule.lacks}"
            problems.append(document.problem(("spec", "rules", at), message))
        if raw.get("appliesTo") == "all" and not kind.judges_any:
            message = f"{kind.id!r} judges Python images only"
            problems.append(document.problem(("spec", "rules", at, "appliesTo"), message))
        with suppress(ValidationError):  # told with the whole document
            entry = RuleEntry.model_validate(raw)
            yield Entry(rule, entry.action, entry.applies_to or kind.scope)


def _clashes(policies: list[Policy]) -> Iterator[Problem]:
    """Two policies of one name: reports could not tell them apart."""
    seen: dict[str, str] = {}
    for policy in policies:
        if policy.name in seen:
            message = f"policy {policy.name!r} is already defined in {seen[policy.name]}"
            yield Problem(policy.file, 0, 0, message)
        seen.setdefault(policy.name, policy.file)
