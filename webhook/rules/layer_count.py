"""``layer-count``: more layers above the base than anybody needs."""

from typing import Annotated, ClassVar

from pydantic import Field

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.profile.need import Need

_CONFIDENCE = {"from": 95, "python": 85, "cmd": 75, "root": 60}
"""How the base's end was found → how far the count is right: an organisation's own base, which ends
later than the system or the interpreter, is counted as the image's."""
_SIZES = (29_000_000, 4_000_000, 12_000_000)


def _runs(count: int) -> tuple[str, ...]:
    """The history of a slim image with so many steps of its own."""
    return (*SLIM, *(f"RUN /bin/sh -c step-{n} # buildkit" for n in range(count)))


class LayerCount(Rule):
    """More than ``max`` layers lie above the base.

    Only layers larger than ``minLayerBytes`` count: ``WORKDIR`` makes one of a hundred bytes. The
    base's are not counted, as many as they are: distroless has one for each package, Nix up to a
    hundred. Where the base's end cannot be told, neither can the count.
    """

    id: ClassVar[str] = "layer-count"
    title: ClassVar[str] = "Many layers above the base"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Every layer is a request, a checksum and a mount, and runtimes stop at 127. What one step "
        "writes and another one deletes is pulled all the same."
    )
    remedy: ClassVar[str] = (
        "Join `RUN` lines that belong together with `&&` or a here-document, and copy out of a "
        "builder stage what it made, as one."
    )

    max: Annotated[int, Field(ge=0)] = 25
    """The most layers that are accepted."""
    min_layer_bytes: Annotated[int, Field(ge=0)] = 1024
    """Bytes to transfer up to which a layer does not count."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        base, layers = facts.image.base, facts.image.size.layers
        if any(layer.own is None for layer in layers):
            return Unknown("which layers are the base's could not be told")
        count = sum(layer.own is True and layer.size > self.min_layer_bytes for layer in layers)
        if count <= self.max:
            return None
        problem = f"{count} layers above the base (limit {self.max})"
        return Violation(problem, "Join related RUN lines", _CONFIDENCE.get(base.boundary_by, 60))

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "a RUN for every package",
            fires=True,
            history=_runs(26),
            layers=(*_SIZES, *[2048] * 26),
        ),
        Example(
            "as many as the limit pass",
            fires=False,
            history=_runs(25),
            layers=(*_SIZES, *[2048] * 25),
        ),
        Example(
            "layers of next to nothing do not count",
            fires=False,
            history=_runs(40),
            layers=(*_SIZES, *[98] * 40),
        ),
        Example(
            "another limit",
            fires=True,
            history=_runs(3),
            layers=(*_SIZES, 2048, 2048, 2048),
            options={"max": 2},
        ),
    )
