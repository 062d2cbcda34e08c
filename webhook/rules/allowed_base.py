"""``allowed-base``: built on a base that the policy does not approve of."""

from functools import cached_property
from typing import ClassVar

from webhook.oci import Reference
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.options import ImageGlob
from webhook.policy.pattern import ImagePattern
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile import ImageProfile
from webhook.profile.need import Need

_NAME = "org.opencontainers.image.base.name"


def _named(base: str) -> dict[str, object]:
    """The config of an image that names its base in a label."""
    return {"Labels": {_NAME: base}}


class AllowedBase(Rule):
    """The base is on the list ``deny``, or not on the list ``allow``.

    Both are image patterns over the base's canonical name (``python`` is
    ``docker.io/library/python``); ``deny`` goes first. The base is known where the build wrote it
    down: in the annotation ``org.opencontainers.image.base.name``, in buildah's history, or in a
    label, which may be the base's own and never denies by itself. BuildKit writes none of them:
    an image whose base is not recorded is unknown, and not a violation.
    """

    id: ClassVar[str] = "allowed-base"
    title: ClassVar[str] = "The base image is not approved"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Approved bases are those that somebody patches and scans. An image on any other one brings "
        "in what nobody looks after."
    )
    remedy: ClassVar[str] = (
        "Build on an approved base, and write it down: buildah does so by itself; with BuildKit "
        "`--annotation org.opencontainers.image.base.name=docker.io/library/python:3.13-slim`."
    )

    allow: tuple[ImageGlob, ...] = ()
    """Patterns of the bases that are approved; all that are not denied when empty."""
    deny: tuple[ImageGlob, ...] = ()
    """Patterns of the bases that are not, whatever ``allow`` says."""

    @property
    def lacks(self) -> str:
        """See Rule.lacks."""
        return "" if self.allow or self.deny else "name at least one base in 'allow' or 'deny'"

    @cached_property
    def _allowed(self) -> tuple[ImagePattern, ...]:
        return tuple(map(ImagePattern.parse, self.allow))

    @cached_property
    def _denied(self) -> tuple[ImagePattern, ...]:
        return tuple(map(ImagePattern.parse, self.deny))

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if self.lacks:
            return Skip("the policy names no base")
        base = facts.image.base
        reference = _base(facts.image)
        if reference is None or base.declared is None:
            fix = "Build with buildah, or with base annotations"
            return Unknown("the base is not recorded", fix)
        if any(pattern.matches(reference) for pattern in self._denied):
            where = "on the denied list"
        elif self._allowed and not any(pattern.matches(reference) for pattern in self._allowed):
            where = "not on the allowed list"
        else:
            return None
        source = base.declared.source.value
        return Violation(
            f"base {quoted(reference.written)} is {where} (from: {source})",
            "Rebuild on an approved base",
            base.declared.weight,
            (base.declared,),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "an approved base",
            fires=False,
            config=_named("python:3.13-slim-trixie"),
            options={"allow": ["python:*-slim-*"]},
        ),
        Example(
            "another one",
            fires=True,
            config=_named("docker.io/bitnami/python:3.13"),
            options={"allow": ["python:*-slim-*", "ghcr.io/acme/**"]},
        ),
        Example(
            "a tag that is not approved",
            fires=True,
            config=_named("docker.io/library/python:3.13"),
            options={"allow": ["python:*-slim-*"]},
        ),
        Example(
            "a denied base, though it is allowed too",
            fires=True,
            config=_named("ghcr.io/acme/legacy:1"),
            options={"allow": ["ghcr.io/acme/**"], "deny": ["ghcr.io/acme/legacy"]},
        ),
        Example(
            "with denied ones alone everything else is allowed",
            fires=False,
            config=_named("docker.io/bitnami/python:3.13"),
            options={"deny": ["centos"]},
        ),
        Example(
            "a base that BuildKit did not record is unknown",
            fires=False,
            options={"allow": ["python:*-slim-*"]},
        ),
    )


def _base(image: ImageProfile) -> Reference | None:
    """The base's reference, with its digest where one is recorded beside it."""
    base = image.base
    if base.reference is None:
        return None
    reference = Reference.parse(base.reference)
    if reference.digest is None and base.digest is not None:
        return Reference.parse(f"{base.reference}@{base.digest}")
    return reference
