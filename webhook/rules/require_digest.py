"""``require-digest``: the Pod names an image without its digest."""

from typing import ClassVar

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Scope, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need


class RequireDigest(Rule):
    """The Pod names the image without a digest.

    A webhook that only validates cannot pin the image for you: between this check and the pull, a
    tag may be pushed again. A digest is the only cure. Costs no request to a registry.
    """

    id: ClassVar[str] = "require-digest"
    title: ClassVar[str] = "The image is not pinned by digest"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.NONE
    scope: ClassVar[Scope] = "all"
    judges_any: ClassVar[bool] = True
    windows: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Even a version tag can be pushed again. Only a digest names the bytes that were checked."
    )
    remedy: ClassVar[str] = "`image: registry.example.com/api:1.4.2@sha256:...`"

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if facts.reference.digest is not None:
            return None
        problem = f"{quoted(facts.reference.written)} has no digest"
        return Violation(problem, "Reference the image by digest (name:tag@sha256:...)")

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a tag alone can be pushed again", fires=True, reference="ghcr.io/acme/api:1.4.2"),
        Example(
            "tag and digest", fires=False, reference=f"ghcr.io/acme/api:1.4.2@sha256:{'0' * 64}"
        ),
        Example("a digest alone", fires=False, reference=f"ghcr.io/acme/api@sha256:{'0' * 64}"),
    )
