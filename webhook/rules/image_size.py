"""``image-size``: more bytes than the policy allows, to pull or on disk."""

from typing import ClassVar, Self

from pydantic import model_validator

from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.finding import Certainty
from webhook.policy.options import ByteSize
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import megabytes, quoted
from webhook.profile import Size
from webhook.profile.need import Need, SizeLimit

_FIX = "Use a slim base and a builder stage"
_DEFAULT = 400_000_000
"""Unpacked bytes: the guide's second step."""
_ESTIMATE = "ratio"


class ImageSize(Rule):
    """The image is larger than a limit: ``maxPull`` on what is transferred, ``maxUnpacked`` on disk.

    The pull size is the sum of the platform's layers and exact. The unpacked size is read off a few
    bytes of each layer, unless the pull size alone settles the matter; where the registry does not
    serve them, it is estimated. It denies only where even its lower bound is above the limit, and
    never on an estimate.
    Each entry has one action, so the rule may stand twice: a low limit that warns, a high one that
    denies. Without either option the limit is 400M unpacked.
    """

    id: ClassVar[str] = "image-size"
    title: ClassVar[str] = "The image is too large"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST
    judges_any: ClassVar[bool] = True
    windows: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Every node pulls it before a Pod can start there: a gigabyte is half a minute of a new "
        "node's life. python:3.13 is 413 MB to pull and 1.1 GB on disk, its slim sister 43 and 126."
    )
    remedy: ClassVar[str] = (
        "Build on `python:3.13-slim-trixie`, install into a virtual environment in a builder stage "
        "and copy that; `slimgate inspect IMAGE` shows the largest layers and what made them."
    )

    max_pull: ByteSize | None = None
    """Limit on the bytes that are transferred."""
    max_unpacked: ByteSize | None = None
    """Limit on the bytes on disk."""
    exclude_base: bool = False
    """Whether only the layers above the base count."""

    @property
    def needed(self) -> Need:
        """See Rule.needed: a limit on the pull size needs the manifest only."""
        own = Need.CONFIG if self.exclude_base else Need.NONE
        return self.needs | own | (Need.SIZES if self.max_unpacked is not None else Need.NONE)

    @property
    def limits(self) -> tuple[SizeLimit, ...]:
        """See Rule.limits."""
        limit = self.max_unpacked
        return () if limit is None else (SizeLimit(limit, self.exclude_base),)

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.max_pull is None and self.max_unpacked is None:
            object.__setattr__(self, "max_unpacked", _DEFAULT)
        return self

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        size = _own(facts.image.size) if self.exclude_base else facts.image.size
        if size is None:
            return Unknown("which layers are the base's could not be told")
        if self.max_pull is not None and size.pull > self.max_pull:
            said = (
                f"{megabytes(size.pull)} to pull (about {megabytes(size.unpacked.value)} unpacked)"
            )
            return Violation(_problem(said, self.max_pull, size), _FIX)
        limit = self.max_unpacked
        # No layer is smaller on disk, whatever an annotation says.
        if limit is not None and max(size.pull, size.unpacked.value) > limit:
            return self._unpacked(size, limit)
        return None

    @staticmethod
    def _unpacked(size: Size, limit: int) -> Violation:
        unpacked = size.unpacked
        about = "" if unpacked.low == unpacked.high else "about "
        said = f"{about}{megabytes(unpacked.value)} unpacked ({megabytes(size.pull)} to pull)"
        problem = _problem(said, limit, size)
        if size.pull > limit:
            return Violation(problem, _FIX)
        sure, estimated = unpacked.low > limit, unpacked.method == _ESTIMATE
        # An estimate that is above the limit at its lowest is worth a warning all the same.
        confidence = Certainty.MEDIUM if estimated and sure else unpacked.confidence
        ceiling = None if sure and not estimated else Action.WARN
        return Violation(problem, _FIX, confidence, ceiling=ceiling)

    examples: ClassVar[tuple[Example, ...]] = (
        Example("a full image", fires=True, layers=(150_000_000, 260_000_000)),
        Example("a slim image", fires=False, layers=(29_000_000, 14_000_000)),
        Example(
            "a limit on the pull size is exact",
            fires=True,
            layers=(29_000_000, 71_000_001),
            options={"maxPull": "100M"},
        ),
        Example(
            "as large as the limit passes",
            fires=False,
            layers=(29_000_000, 71_000_000),
            options={"maxPull": "100M"},
        ),
        Example(
            "binary units are larger",
            fires=False,
            layers=(29_000_000, 75_000_000),
            options={"maxPull": "100Mi"},
        ),
        Example(
            "a pull limit alone sets no other",
            fires=False,
            layers=(150_000_000, 260_000_000),
            options={"maxPull": "1G"},
        ),
    )


def _problem(said: str, limit: int, size: Size) -> str:
    return f"{said}, limit {megabytes(limit)}{_largest(size)}"


def _largest(size: Size) -> str:
    layer = size.largest
    if layer is None:
        return ""
    source = f" from {quoted(layer.created_by)}" if layer.created_by else ""
    return f"; largest layer {megabytes(layer.size)}{source}"


def _own(size: Size) -> Size | None:
    """The size of the layers above the base; None when the base is not known."""
    if size.own is None:
        return None
    layers = tuple(layer for layer in size.layers if layer.own)
    return Size(sum(layer.size for layer in layers), size.own, layers, size.own)
