"""What a policy is about: ``match`` and ``exclude`` as they are written, and what they select.

Lists are OR, keys are AND, an absent key is everything. Label selectors are those of Kubernetes.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from webhook.kube.selector import (
    LabelRequirement,
    LabelSelector,
    Operator,
    label_key,
    label_value,
)
from webhook.oci import Reference
from webhook.policy.pattern import ImagePattern, NamespacePattern
from webhook.policy.place import Place
from webhook.policy.written import Written, text

ImagePatternText = Annotated[
    ImagePattern,
    BeforeValidator(lambda value: ImagePattern.parse(text(value))),
    WithJsonSchema({"type": "string", "examples": ["ghcr.io/acme/**", "nginx:1.*"]}),
]
NamespaceText = Annotated[
    NamespacePattern,
    BeforeValidator(lambda value: NamespacePattern.parse(text(value))),
    WithJsonSchema({"type": "string", "examples": ["team-*"]}),
]
LabelKeyText = Annotated[str, BeforeValidator(lambda value: label_key(text(value)))]
LabelValueText = Annotated[
    str,
    BeforeValidator(lambda value: label_value(text(value))),
    WithJsonSchema({"type": "string", "maxLength": 63}),
]
LabelTexts = dict[LabelKeyText, LabelValueText]
MatchedKind = Literal["container", "init", "ephemeral", "imageVolume"]


class WrittenRequirement(Written):
    """One expression of a selector."""

    key: LabelKeyText
    operator: Operator
    values: tuple[LabelValueText, ...] = ()
    """What ``In`` and ``NotIn`` compare with; the other operators take none."""

    @model_validator(mode="after")
    def _is_whole(self) -> "WrittenRequirement":
        _ = self.requirement
        return self

    @cached_property
    def requirement(self) -> LabelRequirement:
        """What it means. Raises ``UsageError``."""
        return LabelRequirement(self.key, self.operator, frozenset(self.values))


class WrittenSelector(Written):
    """A label selector as Kubernetes has it: everything in it must hold."""

    match_labels: Annotated[LabelTexts, Field(default_factory=dict)]
    match_expressions: tuple[WrittenRequirement, ...] = ()

    @cached_property
    def selector(self) -> LabelSelector:
        """What it means."""
        equal = (
            LabelRequirement(key, Operator.IN, frozenset({value}))
            for key, value in self.match_labels.items()
        )
        return LabelSelector((*equal, *(item.requirement for item in self.match_expressions)))


class Selection(Written):
    """What a policy is about: lists are OR, keys are AND, an absent key is everything."""

    namespaces: Annotated[tuple[NamespaceText, ...] | None, Field(min_length=1)] = None
    """Globs over namespace names."""
    namespace_selector: WrittenSelector | None = None
    """By the labels of the namespace."""
    object_selector: WrittenSelector | None = None
    """By the labels of the Pods; a controller's template says which its Pods will have."""
    images: Annotated[tuple[ImagePatternText, ...] | None, Field(min_length=1)] = None
    """Image patterns over canonical references."""
    containers: Annotated[tuple[MatchedKind, ...] | None, Field(min_length=1)] = None
    """Kinds of use; ``init`` includes sidecars. Image volumes only where they are named."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return all(value is None for _, value in self)

    @property
    def is_limited_to_namespaces(self) -> bool:
        """Whether it asks in which namespace something is to run."""
        return self.namespaces is not None or self.namespace_selector is not None

    @property
    def has_selectors(self) -> bool:
        """Whether labels decide."""
        return self.namespace_selector is not None or self.object_selector is not None

    @property
    def asks_for_namespace_labels(self) -> bool:
        """Whether the labels of a namespace decide; an empty selector selects every namespace."""
        return self.namespace_selector is not None and bool(
            self.namespace_selector.selector.requirements
        )

    def selects_image(self, reference: Reference | None, *, unreadable: bool) -> bool:
        """Whether it is about an image; ``unreadable`` is what it says of one without a name."""
        if self.images is None:
            return True
        if reference is None:
            return unreadable
        return any(pattern.matches(reference) for pattern in self.images)

    def selects_pods(self, labels: Mapping[str, str]) -> bool:
        """Whether it is about Pods with these labels."""
        return _selects(self.object_selector, labels)

    def selects_place(self, place: Place) -> bool | None:
        """Whether it is about what runs there; None where labels decide that are not known.

        Neither a namespace nor labels select an image by itself, whatever the selector asks.
        """
        if place.namespace is None:
            return not self.is_limited_to_namespaces and self.object_selector is None
        if self.namespaces is not None and not any(
            glob.matches(place.namespace) for glob in self.namespaces
        ):
            return False
        if not self.selects_pods(place.labels):
            return False
        if place.namespace_labels is None and self.asks_for_namespace_labels:
            return None
        return _selects(self.namespace_selector, place.namespace_labels or {})


def _selects(written: WrittenSelector | None, labels: Mapping[str, str]) -> bool:
    return written is None or written.selector.matches(labels)
