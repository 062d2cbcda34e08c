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

    Told by what the base's own build installed, by the mark of Debian's slim images where a look into
    the layers reached its place, or by the base that the image declares; never by its own name.
    Debian's first step is the same for both and is evidence for neither. Distroless passes; Ubuntu,
    UBI, conda and other bases are neither slim nor full and are left alone.
    """

    id: ClassVar[str] = "non-slim-base"
    title: ClassVar[str] = "Built on the full Debian image"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    why: ClassVar[str] = (
        "The full image is there to build with: python:3.13 is 413 MB to pull and 1.11 GB on disk, its "
        "slim sister 43 and 126 MB. The rest is a compiler for an intruder to use, and hundreds of "
        "packages for a scanner to complain of."
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
        if base.variant in (Variant.SLIM, Variant.DISTROLESS):
            return None
        if base.variant is not Variant.FULL:
            return Skip(f"the base is {base.variant.value}")
        pull = megabytes(_base_size(facts.image))
        return Violation(
            f"built on the full Debian python image ({pull} to pull, compilers included)",
            f"Use {facts.tables.python.slim_image(facts.python.version, facts.today)}",
            base.confidence,
            base.evidence,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("python:3.13 is the full Debian image", fires=True, history=FULL),
        Example("python:3.13-slim is not", fires=False, history=SLIM),
        Example("python:3.13-alpine is another rule's", fires=False, history=ALPINE),
        Example(
            "distroless is slimmer still",
            fires=False,
            history=("bazel build //python3",),
            config={"Env": ["LANG=C.UTF-8"], "Entrypoint": ["/usr/bin/python3.13"]},
        ),
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
