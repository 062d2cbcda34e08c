"""``floating-base-tag``: built on a tag that is another image tomorrow."""

import re
from typing import ClassVar

from webhook.oci import Reference
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need

_OFFICIAL = ("library/python", "library/pypy")
_PYTHONS = frozenset({"python", "pypy"})
_MINOR = re.compile(r"\d+\.\d+", re.ASCII)
_PATCH = re.compile(r"\d+\.\d+(?:\.\d+|-\d+\.\d+\.\d+|\.?\w*(?:a|b|rc)\d+)(?:-|\Z)", re.ASCII)
_PART = re.compile(r"[23]|rc|slim|sid|alpine(?:3\.\d+)?|windowsservercore|nanoserver|ltsc\d{4}")
_MOVING = frozenset(
    {"latest", "stable", "main", "master", "dev", "edge", "nightly", "lts", "rolling"}
)
_NAME = "org.opencontainers.image.base.name"


def _named(base: str) -> dict[str, object]:
    """The config of an image that names its base in a label."""
    return {"Labels": {_NAME: base}}


class FloatingBaseTag(Rule):
    """The image was built on ``python:latest``, ``python:3``, ``python:slim``: no minor version.

    The base's reference is known where the build wrote it down: in the annotation
    ``org.opencontainers.image.base.name``, in buildah's history, in a buildpack's or the same
    label, which may be the base's own. BuildKit writes none of them, so that nothing is known of
    most images. A base other than Python is told of by the tags that move everywhere (``latest``,
    ``main``). A digest passes; ``strict`` wants one, or a full version.
    """

    id: ClassVar[str] = "floating-base-tag"
    title: ClassVar[str] = "The base image's tag moves"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    why: ClassVar[str] = (
        "python:3 became 3.14 one day in October, and whatever had no wheel for it failed to build "
        "or to start; the commit that was built had not changed."
    )
    remedy: ClassVar[str] = (
        "`FROM python:3.13-slim-trixie@sha256:...`: the digest says what is used, the tag what was "
        "meant, and Renovate or Dependabot keep both current."
    )

    strict: bool = False
    """Whether only a version of three numbers or a digest passes."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        base = facts.image.base
        if base.reference is None or base.declared is None:
            fix = "Build with buildah, or with base annotations"
            return Unknown("the base's tag is not recorded", fix)
        reference = Reference.parse(base.reference)
        if reference.path == "library/scratch":
            return Skip("built from scratch")
        if reference.digest is not None:
            return None
        lacking, fix = self._lacking(reference, facts)
        if not lacking:
            return None
        source = base.declared.source.value
        return Violation(
            f"base {quoted(base.reference)} has no {lacking} (from: {source})",
            fix,
            base.declared.weight,
            (base.declared,),
        )

    def _lacking(self, reference: Reference, facts: Facts) -> tuple[str, str]:
        """What the tag should have and has not, and what to do; empty when nothing is amiss."""
        tag = reference.tag or "latest"
        if reference.path.rpartition("/")[2] not in _PYTHONS:
            is_moving = tag in _MOVING
            return "version" if is_moving else "", "Build FROM a tag with a version and a digest"
        image = facts.tables.python.slim_image(facts.python.version, facts.today)
        fix = f"Build FROM {image} and its digest (@sha256:...)"
        if not _MINOR.match(tag):
            is_meant = reference.path.endswith(_OFFICIAL) or _is_general(tag, facts)
            return "minor version" if is_meant else "", fix
        return "patch version" if self.strict and not _PATCH.match(tag) else "", fix

    examples: ClassVar[tuple[Example, ...]] = (
        Example("python:latest", fires=True, config=_named("docker.io/library/python:latest")),
        Example("no tag at all", fires=True, config=_named("python")),
        Example("python:3-slim", fires=True, config=_named("python:3-slim")),
        Example("python:slim-bookworm", fires=True, config=_named("python:slim-bookworm")),
        Example("python:3.13-slim", fires=False, config=_named("python:3.13-slim")),
        Example(
            "strict wants a patch version",
            fires=True,
            config=_named("python:3.13-slim"),
            options={"strict": True},
        ),
        Example(
            "or a digest",
            fires=False,
            config=_named(f"python:3-slim@sha256:{'0' * 64}"),
            options={"strict": True},
        ),
        Example(
            "a base of one's own with a version",
            fires=False,
            config=_named("ghcr.io/acme/python-base:2024.11"),
        ),
        Example("a base that is not told", fires=False),
    )


def _is_general(tag: str, facts: Facts) -> bool:
    """Whether the tag of somebody's own ``python`` is one of the official kind, or moves anywhere."""
    debian = facts.tables.systems.systems.get("debian")
    suites = {release.name for release in debian.releases.values()} if debian else set()
    parts = tag.split("-")
    return tag in _MOVING or all(_PART.fullmatch(part) or part in suites for part in parts)
