"""YAML as policies and manifests have it, read in a line."""

from typing import Any

import pytest

from webhook.errors import InvalidFile
from webhook.policy.document import read_documents


def data(text: str, *, aliases: bool = False) -> Any:
    (document,) = read_documents(text, "a.yaml", aliases=aliases)
    return document.data


def problems(text: str, *, aliases: bool = False) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        read_documents(text, "a.yaml", aliases=aliases)
    return [str(problem) for problem in caught.value.problems]
