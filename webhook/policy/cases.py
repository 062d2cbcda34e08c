"""Cases of policies: a workload and its images' facts, and the decision that is expected.

A ``PolicyCases`` file stands beside a policy and is run without any network: image configs are
written in the words of the OCI image-spec and go through the same parsing, profiling and deciding
as in a review.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field, ValidationError, model_validator

from webhook.errors import FailureKind, FetchError, InvalidFile, UsageError
from webhook.kube.imageuse import ImageUse, bare_use, image_uses
from webhook.kube.selector import namespace_labels
from webhook.kube.workload import KubeObject, Workload
from webhook.oci import Reference
from webhook.oci.image import Unavailable
from webhook.policy.decide import Gathered, decide
from webhook.policy.document import Document
from webhook.policy.example import TODAY, profile_of
from webhook.policy.finding import Result
from webhook.policy.law import PolicySet
from webhook.policy.loader import problems_of
from webhook.policy.model import PolicyMetadata
from webhook.policy.options import ByteSize
from webhook.policy.place import Place
from webhook.policy.plan import Planner
from webhook.policy.rule import Action
from webhook.policy.selection import LabelTexts
from webhook.policy.written import Written
from webhook.profile import ImageProfile


class ImageFacts(Written):
    """What is in the registry under one reference."""

    config: dict[str, Any] | None = None
    """The image config: ``config``, ``history``, ``architecture`` … as the OCI image-spec has it."""
    layers: tuple[ByteSize, ...] = ()
    """Sizes of the layers, bottom first."""
    files: Annotated[dict[int, tuple[str, ...]], Field(default_factory=dict)]
    """What is in the layers that are looked at, by index from 0: ``usr/bin/gcc 1M``."""
    offered: tuple[str, ...] = ()
    """Platforms of the index that names the image, where one does."""
    unavailable: FailureKind | None = None
    """Instead: why it cannot be read."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "ImageFacts":
        if (self.config is None) == (self.unavailable is None):
            raise ValueError("write either config (and layers) or unavailable")
        return self


class Expectation(Written):
    """What should come of a case; rules that are not asked about are not compared."""

    allowed: bool
    deny: tuple[str, ...] | None = None
    """Exactly the rules that deny."""
    warn: tuple[str, ...] | None = None
    """Exactly the rules that warn."""
    audit: tuple[str, ...] | None = None
    """Exactly the rules that are only recorded."""


class Case(Written):
    """One case."""

    name: Annotated[str, Field(min_length=1)]
    """A sentence that says what is shown."""
    namespace: str | None = None
    namespace_labels: LabelTexts | None = None
    """Of the namespace; not known when absent."""
    today: date = TODAY
    image: str | None = None
    """An image by itself, instead of a workload."""
    workload: dict[str, Any] | None = None
    """A Pod or anything that makes Pods, as for kubectl."""
    expect: Expectation

    @model_validator(mode="after")
    def _one_of_both(self) -> "Case":
        if (self.image is None) == (self.workload is None):
            raise ValueError("write either image or workload")
        if self.image is not None and self.namespace is None and self.namespace_labels is not None:
            raise ValueError("write which namespace has the namespaceLabels")
        return self


class PolicyCases(Written):
    """A file of cases for the policies beside it."""

    api_version: Literal["policy.slimgate.dev/v1alpha1"]
    kind: Literal["PolicyCases"]
    metadata: PolicyMetadata
    images: Annotated[dict[str, ImageFacts], Field(default_factory=dict)]
    """Reference → what is there."""
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one case."""

    name: str
    differences: tuple[str, ...]
    """What was expected and what came, one line each; empty when they agree."""


def load_cases(document: Document) -> PolicyCases:
    """Read one document of kind PolicyCases. Raises ``InvalidFile``."""
    try:
        return PolicyCases.model_validate(document.data, by_alias=True, by_name=False)
    except ValidationError as error:
        raise InvalidFile(tuple(problems_of(document, error, (), PolicyCases))) from None


def run(cases: PolicyCases, policies: PolicySet) -> tuple[Ran, ...]:
    """Put every case to the policies. Raises ``UsageError`` for facts that cannot be read."""
    planner = Planner(policies)
    gathered = {
        Reference.parse(name): (_facts(name, facts),) for name, facts in cases.images.items()
    }
    return tuple(
        Ran(case.name, tuple(_differences(case, _judge(case, planner, gathered))))
        for case in cases.cases
    )


def _facts(name: str, facts: ImageFacts) -> ImageProfile | Unavailable:
    if facts.unavailable is not None:
        return Unavailable(facts.unavailable, f"{facts.unavailable.value} in the case")
    try:
        return profile_of(facts.config or {}, facts.layers, facts.files, facts.offered)
    except FetchError as error:
        raise UsageError(f"image {name!r}: {error.detail}") from None


def _judge(case: Case, planner: Planner, gathered: Gathered) -> tuple[Result, ...]:
    uses, place = _subject(case)
    planned = planner.plan(uses, place)
    missing = [str(reference) for reference in planned.wanted if reference not in gathered]
    if missing:
        raise UsageError(f"case {case.name!r}: no facts are given for {', '.join(missing)}")
    return decide(planned, gathered, case.today)


def _subject(case: Case) -> tuple[tuple[ImageUse, ...], Place]:
    if case.image is not None:
        return (bare_use(case.image),), _place(case, case.namespace, {})
    try:
        item = msgspec.convert(case.workload, KubeObject)
    except msgspec.ValidationError as error:
        raise UsageError(f"case {case.name!r}: workload: {error}") from None
    workload = Workload.of(item, case.namespace or "")
    if workload is None:
        raise UsageError(f"case {case.name!r}: the workload has no pod spec")
    return image_uses(workload.pod), _place(case, workload.namespace, workload.labels)


def _place(case: Case, namespace: str | None, labels: Mapping[str, str]) -> Place:
    written = case.namespace_labels
    if namespace is None or written is None:
        return Place(namespace, None, labels)
    return Place(namespace, namespace_labels(namespace, written), labels)


def _differences(case: Case, results: tuple[Result, ...]) -> Iterator[str]:
    allowed = all(result.allowed for result in results)
    if allowed != case.expect.allowed:
        yield f"expected allowed: {_word(case.expect.allowed)}, got {_word(allowed)}"
    found = _rules(results)
    for action in (Action.DENY, Action.WARN, Action.AUDIT):
        expected: tuple[str, ...] | None = getattr(case.expect, action.value)
        if expected is not None and set(expected) != found[action]:
            came = ", ".join(sorted(found[action])) or "nothing"
            wanted = ", ".join(sorted(expected)) or "nothing"
            yield f"expected {action.value}: {wanted}; got {came}"


def _rules(results: tuple[Result, ...]) -> Mapping[Action, set[str]]:
    found: dict[Action, set[str]] = {action: set() for action in Action}
    for result in results:
        for finding in result.findings:
            found[finding.action].add(finding.rule)
    return found


def _word(value: bool) -> str:
    return "true" if value else "false"
