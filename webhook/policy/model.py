"""What people write in a policy file, checked field by field.

The JSON schema of ``slimgate policy schema`` comes from these models. Names of rules and their
options are checked by the loader, which knows the catalogue.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from webhook.errors import FailureKind
from webhook.oci import Platform
from webhook.policy.rule import Action, Scope
from webhook.policy.selection import ImagePatternText, Selection
from webhook.policy.written import DateText, Written, text

PlatformText = Annotated[
    Platform,
    BeforeValidator(lambda value: Platform.parse(text(value))),
    WithJsonSchema({"type": "string", "examples": ["linux/amd64", "linux/arm64/v8"]}),
]


class OnUnknown(Written):
    """What "could not be known" weighs, by the action of the rule."""

    deny: Action = Action.WARN
    warn: Action = Action.AUDIT
    audit: Action = Action.AUDIT

    def weigh(self, action: Action) -> Action:
        """The action for an unknown outcome of a rule with ``action``."""
        return {Action.DENY: self.deny, Action.WARN: self.warn, Action.AUDIT: self.audit}[action]


class FailureActions(Written):
    """What an image that could not be read weighs, by the kind of failure."""

    default: Action = Action.WARN
    """For every kind that is not written."""
    not_found: Action | None = None
    unauthorized: Action | None = None
    rate_limited: Action | None = None
    timeout: Action | None = None
    unreachable: Action | None = None
    unsupported: Action | None = None
    malformed: Action | None = None
    digest_mismatch: Action | None = None
    too_large: Action | None = None
    refused: Action | None = None

    def weigh(self, kind: FailureKind) -> Action:
        """The action for one kind of failure."""
        written: Action | None = getattr(self, kind.name.lower())
        return written or self.default


class RuleEntry(Written):
    """One rule of the catalogue, turned on."""

    rule: str
    """Its id; ``slimgate rules`` lists them."""
    action: Action
    applies_to: Scope | None = None
    """Which images it judges; the rule's own default when absent."""
    options: Annotated[dict[str, Any], Field(alias="with", default_factory=dict)]
    """The rule's options."""


class Exemption(Written):
    """Images that rules of this policy leave alone for a while, and why."""

    images: Annotated[tuple[ImagePatternText, ...], Field(min_length=1)]
    rules: Annotated[tuple[str, ...], Field(min_length=1)]
    reason: Annotated[str, Field(min_length=1)]
    owner: str | None = None
    """Who to ask."""
    expires: DateText | None = None
    """The last day it holds (UTC)."""


class Spec(Written):
    """The body of a policy."""

    mode: Literal["enforce", "warn", "audit"] = "enforce"
    """A ceiling over every action below; ``audit`` is a dry run."""
    min_deny_confidence: Annotated[int, Field(ge=0, le=100)] = 85
    """A deny on weaker evidence becomes a warning that says so."""
    on_unknown: OnUnknown = OnUnknown()
    match: Selection = Selection()
    exclude: Selection = Selection()
    platforms: Annotated[tuple[PlatformText, ...] | None, Field(min_length=1)] = None
    """Platforms that may run; linux/amd64 when absent."""
    failure_actions: FailureActions = FailureActions(
        malformed=Action.DENY, digest_mismatch=Action.DENY
    )
    rules: Annotated[tuple[RuleEntry, ...], Field(min_length=1)]
    exemptions: tuple[Exemption, ...] = ()

    @property
    def ceiling(self) -> Action:
        """The strictest action that the mode lets through."""
        return {"enforce": Action.DENY, "warn": Action.WARN, "audit": Action.AUDIT}[self.mode]


class PolicyMetadata(Written):
    """Name and annotations, as on every Kubernetes object."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]
    annotations: Annotated[dict[str, str], Field(default_factory=dict)]
    labels: Annotated[dict[str, str], Field(default_factory=dict)]


class ImagePolicy(Written):
    """A policy file."""

    api_version: Literal["policy.slimgate.dev/v1alpha1"]
    kind: Literal["ImagePolicy"]
    metadata: PolicyMetadata
    spec: Spec
