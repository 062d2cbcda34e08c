"""``non-slim-base``: a Python image built on the full Debian image."""

from typing import ClassVar

from webhook.policy.example import ALPINE, FULL, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.text import megabytes
from webhook.profile import ImageProfile, Variant
from webhook.profile.need import Need


class NonSlimBase(Rule):
    """The image stands on the full Debian python image, compilers and headers included.

    Told by what the base's own build installed, never by a tag. Ubuntu, UBI, conda and other bases
    are neither slim nor full and are left alone.
    """

    id: ClassVar[str] = "non-slim-base"
    title: ClassVar[str] = "Built on the full Debian image"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    why: ClassVar[str] = (
        "The full image is there to build with: 370 MB more to pull than slim, a compiler for an "
        "intruder to use, and hundreds of packages for a scanner to complain of."
    )
    remedy: ClassVar[str] = (
        "`FROM python:3.13-slim-trixie`; where wheels must be compiled, do it in a builder stage on "
        "the full image and copy the virtual environment."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        base = facts.image.base
        if base.variant is Variant.UNKNOWN:
            return Unknown("whether the base is slim could not be told")
        if base.variant is not Variant.FULL:
            return (
                None if base.variant is Variant.SLIM else Skip(f"the base is {base.variant.value}")
            )
        pull = megabytes(_base_size(facts.image))
        return Violation(
            f"built on the full Debian python image ({pull} to pull, compilers included)",
            f"Use {facts.tables.python.slim_image(facts.python.version, facts.today)}",
            base.confidence,
            base.evidence,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("python:3.13", fires=True, history=FULL),
        Example("python:3.13-slim", fires=False, history=SLIM),
        Example("python:3.13-alpine is another rule's", fires=False, history=ALPINE),
        Example(
            "a slim image that installs a -dev package of its own",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c apt-get install -y libpq-dev # buildkit"),
        ),
    )


def _base_size(image: ImageProfile) -> int:
    """Bytes of the base's layers; of the whole image when they cannot be told apart."""
    base = [layer.size for layer in image.size.layers if layer.own is False]
    return sum(base) or image.size.pull
