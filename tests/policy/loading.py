"""Policies as people write them, loaded or refused in a line."""

import pytest

from tests.tables import TABLES
from webhook.errors import InvalidFile
from webhook.policy.law import PolicySet
from webhook.policy.loader import load
from webhook.rules import CATALOGUE

ROOT = "rule: run-as-root, action: deny"
HEAD = "apiVersion: policy.slimgate.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: team}\n"


def read(*texts: str) -> PolicySet:
    return load([(f"{n}.yaml", text) for n, text in enumerate(texts)], CATALOGUE, TABLES)


def problems(*texts: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read(*texts)
    return [str(problem) for problem in caught.value.problems]


def problem(text: str) -> str:
    (only,) = problems(text)
    return only


def spec(text: str) -> str:
    """A policy whose spec is a flow mapping; its first key stands at 4:8."""
    return f"{HEAD}spec: {{{text}}}"


def rules(text: str) -> str:
    """A policy whose only rule is a flow mapping; its first key stands at 4:17."""
    return spec(f"rules: [{{{text}}}]")
