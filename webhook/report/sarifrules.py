"""Rules as SARIF describes them: what a viewer shows beside every result of one.

Source: SARIF 2.1.0 section 3.49, and GitHub's "SARIF support for code scanning", which shows the
first 1024 characters of a description and ten tags.
"""

import inspect
from typing import Any

from webhook.policy.loader import UNVERIFIED
from webhook.policy.rule import Action, Rule
from webhook.policy.tables import Tables
from webhook.profile.need import Need
from webhook.report.rulepage import page
from webhook.rules import CATALOGUE

LEVELS = {Action.DENY: "error", Action.WARN: "warning", Action.AUDIT: "note"}
"""Actions as SARIF's levels."""
_SEVERITIES = {Action.DENY: "error", Action.WARN: "warning", Action.AUDIT: "recommendation"}
_MAX_DESCRIPTION = 1024


def descriptors(tables: Tables) -> list[dict[str, Any]]:
    """The whole catalogue, and what is said of images that could not be read, which comes last.

    All of it whatever the policies: a rule keeps its place from one run to the next.
    """
    return [*(_descriptor(rule, tables) for rule in CATALOGUE.values()), _unverified()]


def places() -> dict[str, int]:
    """Where ``descriptors`` has each rule."""
    return {name: at for at, name in enumerate((*CATALOGUE, UNVERIFIED))}


def _descriptor(rule: type[Rule], tables: Tables) -> dict[str, Any]:
    text = f"{rule.title}.\n\nWhy: {rule.why}\n\nRemedy: {rule.remedy}"
    return {
        "id": rule.id,
        "name": rule.__name__,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": inspect.cleandoc(rule.__doc__ or "")[:_MAX_DESCRIPTION]},
        "help": {"text": text, "markdown": page(rule, tables)},
        "defaultConfiguration": {"level": LEVELS[rule.action]},
        "properties": {
            "tags": _tags(rule),
            "precision": _precision(rule),
            "problem.severity": _SEVERITIES[rule.action],
        },
    }


def _tags(rule: type[Rule]) -> list[str]:
    about = "python" if rule.scope == "python" else "image"
    return ["container", "kubernetes", about]


def _precision(rule: type[Rule]) -> str:
    """What a manifest says is so; that an image is Python, and what is in layers, is concluded."""
    return "high" if rule.scope == "python" or rule.needs & Need.LAYERS else "very-high"


def _unverified() -> dict[str, Any]:
    return {
        "id": UNVERIFIED,
        "name": "ImageUnverified",
        "shortDescription": {"text": "Image that could not be read"},
        "fullDescription": {
            "text": "The image, or what decides whether a policy is about it, could not be read, so "
            "that the policy was not evaluated. The policy's failureActions say what that weighs."
        },
        "help": {
            "text": "Check that the reference is right, that the registry can be reached from here, "
            "and that there are credentials for it: slimgate inspect IMAGE says what it meets."
        },
        "defaultConfiguration": {"level": LEVELS[Action.WARN]},
        "properties": {"tags": ["container", "kubernetes"], "precision": "very-high"},
    }
