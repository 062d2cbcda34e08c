"""``largest-layer``: one layer that is most of the image."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.options import ByteSize
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import megabytes, quoted
from webhook.profile import ImageProfile
from webhook.profile.need import Need

_GCC = "RUN /bin/sh -c apt-get update && apt-get install -y gcc g++ # buildkit"
_PURGE = "RUN /bin/sh -c apt-get purge -y gcc g++ # buildkit"


class LargestLayer(Rule):
    """The image's largest layer is more than ``maxPull`` to transfer.

    The step that made it is named where the history has one for each layer. A file that a later
    step deletes is still in the layer below: a compiler that is installed in one ``RUN`` and purged
    in the next one is pulled by every node for good.
    """

    id: ClassVar[str] = "largest-layer"
    title: ClassVar[str] = "One layer is very large"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Layers are pulled and unpacked one by one, so that the largest sets the time, and a change "
        "to anything in it has all of it pulled again."
    )
    remedy: ClassVar[str] = (
        "Install, use and purge in one `RUN`, or compile in a builder stage; put what seldom changes "
        "(dependencies) and what often does (the application) into layers of their own. "
        "`slimgate inspect IMAGE` lists the layers and what made them."
    )

    max_pull: ByteSize = 150_000_000
    """Limit on the bytes of one layer that are transferred."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        image = facts.image
        layer = image.size.largest
        if layer is None or layer.size <= self.max_pull:
            return None
        problem = (
            f"one layer is {megabytes(layer.size)} to pull (limit {megabytes(self.max_pull)})"
            f", {_source(image, image.size.layers.index(layer))}"
        )
        if layer.own is False:
            return Violation(problem, "Use a smaller base: that layer is the base's")
        return Violation(problem, "Split it or delete files in the same RUN that creates them")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a compiler that is purged in the next RUN stays in its layer",
            fires=True,
            history=(*SLIM, _GCC, _PURGE),
            layers=(29_000_000, 4_000_000, 12_000_000, 182_000_000, 600_000),
        ),
        Example(
            "the base's own layer",
            fires=True,
            layers=(29_000_000, 4_000_000, 312_000_000),
        ),
        Example(
            "a layer without a history entry is told by its number",
            fires=True,
            history=(),
            layers=(29_000_000, 212_000_000),
        ),
        Example("as large as the limit passes", fires=False, layers=(150_000_000, 149_000_000)),
        Example(
            "models of their own size may be allowed",
            fires=False,
            layers=(29_000_000, 900_000_000),
            options={"maxPull": "1G"},
        ),
    )


def _source(image: ImageProfile, index: int) -> str:
    """What made a layer, or which it is where nothing tells."""
    made = image.build.made
    if made and made[index]:
        return f"from {quoted(made[index])}"
    return f"layer {index + 1} of {len(image.size.layers)}"
