"""``image-age``: built so long ago that its base has been mended since."""

from typing import Annotated, ClassVar

from pydantic import Field

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.profile import Source
from webhook.profile.need import Need

_BY_STEPS = 65


class ImageAge(Rule):
    """The image was built more than ``maxDays`` ago.

    By ``created`` of its config, or by the newest date in its history. Builders that make the same
    bytes of the same sources write no true date (1970, 1980, the day of the last commit): an image
    whose dates are made up, all alike or missing is unknown, and never too old.
    """

    id: ClassVar[str] = "image-age"
    title: ClassVar[str] = "The image was built long ago"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "An image stays as it was built. Debian publishes security updates every week, and none of "
        "them reaches a service until somebody builds its image anew."
    )
    remedy: ClassVar[str] = (
        "Rebuild on a schedule, with `--pull --no-cache` or a new digest of the base, and deploy "
        "what came of it."
    )

    max_days: Annotated[int, Field(ge=1)] = 180
    """Days since the build that are accepted."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        if build.built is None:
            return Unknown("when the image was built is not told, or made up by its builder")
        age = (facts.today - build.built).days
        if age <= self.max_days:
            return None
        if build.built_by is Source.CONFIG:
            problem, confidence = f"image was built {age} days ago", int(Certainty.HIGH)
        else:
            problem, confidence = f"the newest step of the image is {age} days old", _BY_STEPS
        return Violation(
            f"{problem} (limit {self.max_days})", "Rebuild to pick up base updates", confidence
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a year old", fires=True, created="2025-11-20T10:00:00Z"),
        Example("last week's", fires=False, created="2026-11-14T10:00:00.123456789Z"),
        Example("as old as the limit passes", fires=False, created="2026-05-25T00:00:00Z"),
        Example("a buildpack's 1980 is no date", fires=False, created="1980-01-01T00:00:01Z"),
        Example("nor is bazel's 1970", fires=False, created="1970-01-01T00:00:00Z"),
        Example(
            "a stricter limit",
            fires=True,
            created="2026-10-01T00:00:00Z",
            options={"maxDays": 30},
        ),
    )
