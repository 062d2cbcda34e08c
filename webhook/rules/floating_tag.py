"""``floating-tag``: a tag that means something else tomorrow."""

from functools import cached_property
from typing import ClassVar

from webhook.oci import Reference
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.options import ImageGlob
from webhook.policy.pattern import ImagePattern
from webhook.policy.rule import Action, Rule, Scope, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need


class FloatingTag(Rule):
    """The Pod names an image by a tag that moves: ``latest``, none at all, ``main``, ``python:3``.

    A digest always passes: beside one, Kubernetes ignores the tag. ``imagePullPolicy`` makes no
    difference: pulling always only finds out sooner. Only the reference is looked at, so that this
    rule costs no request to a registry.
    """

    id: ClassVar[str] = "floating-tag"
    title: ClassVar[str] = "The image's tag moves"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.NONE
    scope: ClassVar[Scope] = "all"
    judges_any: ClassVar[bool] = True
    windows: ClassVar[bool] = True
    why: ClassVar[str] = (
        "What was tested is not what runs: two nodes, or two restarts, may pull different images "
        "under one name, and a rollback brings back the same broken one."
    )
    remedy: ClassVar[str] = (
        "Name a version and a digest: `image: registry.example.com/api:1.4.2@sha256:...`. "
        "`crane digest`, `docker buildx imagetools inspect` or your CI prints the digest."
    )

    tags: tuple[str, ...] = (
        "latest", "stable", "main", "master", "dev", "edge", "nightly", "lts",
    )  # fmt: skip
    """Tags that move."""
    missing_tag: bool = True
    """Whether no tag counts as one that moves (the runtime pulls ``latest``)."""
    floating_patterns: tuple[ImageGlob, ...] = ("**/python:?",)
    """Images whose tags move, as image patterns: ``python:3`` is another Python every October."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        reference = facts.reference
        if reference.digest is not None:
            return None
        tag = reference.tag
        floats = self.missing_tag if tag is None else tag in self.tags or self._is_meant(reference)
        if floats:
            problem = f"{quoted(reference.written)} can change under you"
            return Violation(problem, "Pin a version tag and digest (@sha256:...)")
        return None

    def _is_meant(self, reference: Reference) -> bool:
        return any(pattern.matches(reference) for pattern in self._patterns)

    @cached_property
    def _patterns(self) -> tuple[ImagePattern, ...]:
        return tuple(map(ImagePattern.parse, self.floating_patterns))

    examples: ClassVar[tuple[Example, ...]] = (
        Example("latest moves with every push", fires=True, reference="ghcr.io/acme/api:latest"),
        Example("no tag means latest", fires=True, reference="ghcr.io/acme/api"),
        Example("a port is not a tag", fires=True, reference="registry.example.com:5000/api"),
        Example("python:3 moves every October", fires=True, reference="python:3"),
        Example("a version tag passes", fires=False, reference="ghcr.io/acme/api:1.4.2"),
        Example("another image may be called 3", fires=False, reference="ghcr.io/acme/api:3"),
        Example(
            "a digest passes whatever the tag",
            fires=False,
            reference=f"ghcr.io/acme/api:latest@sha256:{'0' * 64}",
        ),
        Example(
            "no tag may be allowed",
            fires=False,
            reference="ghcr.io/acme/api",
            options={"missingTag": False},
        ),
    )
