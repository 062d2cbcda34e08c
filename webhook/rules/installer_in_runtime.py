"""``installer-in-runtime``: a program that installs Python packages was left in the image."""

from collections.abc import Iterator
from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, is_whole, untold
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import megabytes, shown
from webhook.profile import Evidence, ImageProfile
from webhook.profile.contents import Found
from webhook.profile.need import Need

_FIX = "Keep installers in the builder stage"
_WORTH = 50_000
"""Bytes from which a program's size is worth a word: some are scripts of a few lines."""
_CONDA = "conda"
_UV = "COPY /uv /uvx /bin/ # buildkit"
_LAYERS = (29_000_000, 4_000_000, 12_000_000, 16_000_000)


class InstallerInRuntime(Rule):
    """uv, Poetry, PDM, Pipenv, conda or another installer is in the layers above the base.

    Its programs in a layer are certain, as is conda's folder of packages; a step that copies them
    nearly so, one that runs ``pip install poetry`` likely. Passes where the container's command, or
    the image's own, goes through it (``uv run``, ``poetry run``). pip comes with the base and is not
    meant. Which programs are installers is a table that an operator may replace.
    """

    id: ClassVar[str] = "installer-in-runtime"
    title: ClassVar[str] = "An installer is in the runtime image"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "uv is 40 MB on disk, Poetry brings some forty packages, conda hundreds of megabytes. A "
        "container that is what its image says installs nothing, and an intruder would."
    )
    remedy: ClassVar[str] = (
        "Install in a builder stage and copy the environment alone: "
        "`COPY --from=builder /app/.venv /app/.venv`. In a single stage mount the program for the "
        "step: `RUN --mount=from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv uv sync --frozen`."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        if _is_free(facts.image, facts.tables.installers.names):
            return untold(facts, "whether an installer is in the image")
        used = {*facts.launch.names, *facts.image.runtime.launch.names}
        best: Violation | None = None
        for tool, programs in facts.tables.installers.programs.items():
            if used.isdisjoint(programs):
                found = _seen(facts.image, tool, programs) or _told(facts.image, tool, programs)
                if found is not None and (best is None or found.confidence > best.confidence):
                    best = found
        return best or untold(facts, "whether an installer is in the image")

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "uv in a layer",
            fires=True,
            history=(*SLIM, _UV),
            layers=_LAYERS,
            files={3: ("bin/uv 40M", "bin/uvx 350k")},
        ),
        Example("uv copied, where the layer was not looked at", fires=True, history=(*SLIM, _UV)),
        Example(
            "uv starts the application",
            fires=False,
            history=(*SLIM, _UV),
            config={"Cmd": ["uv", "run", "gunicorn", "app:app"]},
        ),
        Example(
            "poetry by pip",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c pip install poetry==2.1.0 # buildkit"),
        ),
        Example(
            "conda's packages",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c conda install -y numpy # buildkit"),
            layers=_LAYERS,
            files={3: ("opt/conda/pkgs/numpy-2.1.conda 8M",)},
        ),
        Example(
            "pip alone",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c pip install --upgrade pip # buildkit"),
            layers=_LAYERS,
            files={3: ("usr/local/bin/pip", "usr/local/bin/pip3.13")},
        ),
    )


def _is_free(image: ImageProfile, names: frozenset[str]) -> bool:
    """Whether nothing at all speaks of an installer, as in most images."""
    contents = image.contents
    return (
        not image.traces.programs
        and names.isdisjoint(contents.programs)
        and names.isdisjoint(contents.packages)
        and all(cache.what != _CONDA for cache in contents.caches)
    )


def _seen(image: ImageProfile, tool: str, programs: tuple[str, ...]) -> Violation | None:
    """What the layers show of a tool."""
    found = tuple(_traces(image, tool, programs))
    if not found:
        return None
    size = sum(each.size for each in found)
    return _violation(tool, size, max(each.weight for each in found), evidence_of(found, tool))


def _traces(image: ImageProfile, tool: str, programs: tuple[str, ...]) -> Iterator[Found]:
    contents = image.contents
    yield from (contents.programs[name] for name in programs if name in contents.programs)
    if tool in contents.packages:
        yield contents.packages[tool]
    if tool == _CONDA:
        yield from (cache for cache in contents.caches if cache.what == _CONDA)


def _told(image: ImageProfile, tool: str, programs: tuple[str, ...]) -> Violation | None:
    """What the history tells of a tool; a layer that was seen from end to end knows better."""
    found = [
        done
        for done in image.traces.programs
        if (done.what == tool or done.what in programs) and not is_whole(image, done.layer)
    ]
    if not found:
        return None
    weight = max(done.weight for done in found)
    return _violation(tool, 0, weight, tuple(done.evidence for done in found))


def _violation(tool: str, size: int, weight: int, evidence: tuple[Evidence, ...]) -> Violation:
    about = f" ({megabytes(size)})" if size >= _WORTH else ""
    problem = f"{shown(tool)} is left in the runtime image{about}"
    return Violation(problem, _FIX, weight, evidence)
