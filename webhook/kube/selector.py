"""Label selectors, and the labels that they select by.

Source: k8s.io/apimachinery, pkg/apis/meta/v1 (``LabelSelectorAsSelector``), pkg/labels/selector.go
and pkg/util/validation. Requirements are AND. A key that is absent is not among any values, so that
``NotIn`` holds of it as ``DoesNotExist`` does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from webhook.errors import UsageError

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_MAX_NAME = 63
_MAX_PREFIX = 253
_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.-]*)?[A-Za-z0-9]", re.ASCII)
_SUBDOMAIN = re.compile(
    r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.ASCII
)


def label_key(text: str) -> str:
    """``text``, which must be the key of a label. Raises ``UsageError``."""
    prefix, slash, name = text.rpartition("/")
    fits = len(prefix) <= _MAX_PREFIX and (not slash or _SUBDOMAIN.fullmatch(prefix))
    if not fits or not _is_name(name):
        raise UsageError(
            f"not a label key: {text[:80]!r} (write app or example.com/app: a name of at most "
            "63 characters, a DNS name of at most 253)"
        )
    return text


def label_value(text: str) -> str:
    """``text``, which must be the value of a label; it may be empty. Raises ``UsageError``."""
    if text and not _is_name(text):
        raise UsageError(
            f"not a label value: {text[:80]!r} (at most 63 letters, digits, '-', '_' and '.'; "
            "the first and the last are letters or digits)"
        )
    return text


def namespace_labels(name: str, written: Mapping[str, str]) -> Mapping[str, str]:
    """The labels of a namespace: those that were written, and its name, as the API server adds."""
    return {**written, _NAMESPACE_NAME: name}


def _is_name(text: str) -> bool:
    return len(text) <= _MAX_NAME and _NAME.fullmatch(text) is not None


class Operator(StrEnum):
    """How the value of a label relates to the values of a requirement."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"

    @property
    def takes_values(self) -> bool:
        """Whether a requirement has values; of the other operators it has none."""
        return self in (Operator.IN, Operator.NOT_IN)


@dataclass(frozen=True, slots=True)
class LabelRequirement:
    """One condition on labels. Raises ``UsageError`` where values are missing or too many."""

    key: str
    operator: Operator
    values: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.operator.takes_values and not self.values:
            raise UsageError(f"{self.operator.value} needs values: name at least one")
        if self.values and not self.operator.takes_values:
            raise UsageError(f"{self.operator.value} takes no values: leave them out")

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether it holds of ``labels``."""
        value = labels.get(self.key)
        match self.operator:
            case Operator.IN:
                return value in self.values
            case Operator.NOT_IN:
                return value not in self.values
            case Operator.EXISTS:
                return value is not None
            case Operator.DOES_NOT_EXIST:
                return value is None


@dataclass(frozen=True, slots=True)
class LabelSelector:
    """Requirements that must all hold; without any it selects everything."""

    requirements: tuple[LabelRequirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether what has these labels is selected."""
        return all(requirement.matches(labels) for requirement in self.requirements)
