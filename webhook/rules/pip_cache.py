"""``pip-cache``: what a package manager downloaded is still in the image."""

from typing import ClassVar, Literal

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.found import evidence_of, is_whole, untold
from webhook.policy.options import ByteSize
from webhook.policy.rule import Action, Rule, Verdict, Violation
from webhook.policy.text import megabytes
from webhook.profile import ImageProfile
from webhook.profile.build import Done
from webhook.profile.contents import Found
from webhook.profile.need import Need

_FIXES = {
    "pip": "Use --no-cache-dir or a cache mount",
    "uv": "Use --no-cache or a cache mount",
    "poetry": "Use --no-cache or a cache mount",
    "conda": "Run conda clean -afy in the RUN that installs",
    "apk": "Use apk add --no-cache",
    "apt": "Run apt-get clean in the RUN that installs",
    "dnf": "Run dnf clean all in the RUN that installs",
}
_FIX = "Empty it in the RUN that fills it, or use a cache mount"
_BEHIND = ["root", ".cache", "~"]
"""A path that comes behind every cache of a home; files stand in the order of their names."""
_PIP = "RUN /bin/sh -c pip install -r requirements.txt"


class PipCache(Rule):
    """The cache of pip, uv, Poetry, conda or a system's package manager is in a layer.

    Seen in a layer it is certain, and worth ``actionWithPeek`` from ``minSize`` on: without its
    flag pip still writes a file of some bytes there. Where the layer was not looked at so far, a
    step that runs ``pip install`` with nothing that turns the cache off or removes it is a hint,
    and no more than that with BuildKit, which keeps no record of cache mounts. A cache elsewhere is
    found where ``PIP_CACHE_DIR``, ``XDG_CACHE_HOME`` or ``--cache-dir`` says so.
    """

    id: ClassVar[str] = "pip-cache"
    title: ClassVar[str] = "A package manager's cache is in the image"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.FILES
    why: ClassVar[str] = (
        "The cache holds every package a second time, for an install that never comes: a container "
        "installs nothing, and the next build has a cache of its own."
    )
    remedy: ClassVar[str] = (
        "`RUN pip install --no-cache-dir -r requirements.txt`, or `ENV PIP_NO_CACHE_DIR=1`; better, "
        "because the next build is faster too: "
        "`RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt`."
    )

    action_with_peek: Literal["audit", "warn", "deny"] = "warn"
    """What a cache that was seen in a layer leads to at least."""
    min_size: ByteSize = 1_000_000
    """Bytes from which a cache counts."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        image = facts.image
        caches = [found for found in image.contents.caches if found.size >= self.min_size]
        if caches:
            return self._seen(image, max(caches, key=lambda found: found.size), caches)
        hints = [done for done in image.traces.caches if not _was_in_view(image, done.layer)]
        if hints:
            return _inferred(max(hints, key=lambda done: done.weight), hints)
        return untold(facts, "whether a package cache is in the image")

    def _seen(self, image: ImageProfile, largest: Found, caches: list[Found]) -> Violation:
        least = "" if is_whole(image, largest.layer) else "at least "
        return Violation(
            f"{largest.what} cache ({least}{megabytes(largest.size)}) is kept in layer "
            f"{largest.layer + 1}",
            _FIXES.get(largest.what, _FIX),
            largest.weight,
            evidence_of(caches, "cache"),
            raise_to=Action(self.action_with_peek),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "pip's cache in a layer",
            fires=True,
            history=(*SLIM, f"{_PIP} # buildkit"),
            files={3: ("root/.cache/pip/http-v2/a/b.body 38M", "...")},
            layers=(29_000_000, 4_000_000, 12_000_000, 60_000_000),
        ),
        Example(
            "what pip writes even so is no cache",
            fires=False,
            history=(*SLIM, f"{_PIP} # buildkit"),
            files={3: ("root/.cache/pip/selfcheck/1 78", "usr/local/bin/x", "...")},
            layers=(29_000_000, 4_000_000, 12_000_000, 60_000_000),
        ),
        Example(
            "conda's packages",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c conda install -y numpy # buildkit"),
            files={3: ("opt/conda/pkgs/numpy-2.1.conda 8M", "...")},
            layers=(29_000_000, 4_000_000, 12_000_000, 60_000_000),
        ),
        Example(
            "pip install without --no-cache-dir, where the layer was not looked at",
            fires=True,
            history=(*SLIM, f"{_PIP} # buildkit"),
        ),
        Example(
            "pip install --no-cache-dir",
            fires=False,
            history=(*SLIM, f"{_PIP} --no-cache-dir # buildkit"),
        ),
        Example(
            "any boolean turns pip's cache off, even off",
            fires=False,
            history=(*SLIM, f"{_PIP} # buildkit"),
            config={"Env": ["PIP_NO_CACHE_DIR=off"]},
        ),
        Example(
            "removed in the same RUN",
            fires=False,
            history=(*SLIM, f"{_PIP} && rm -rf ~/.cache # buildkit"),
        ),
    )


def _inferred(likeliest: Done, hints: list[Done]) -> Violation:
    where = "in the image" if likeliest.layer is None else f"in layer {likeliest.layer + 1}"
    return Violation(
        f"{likeliest.what} cache looks kept {where} (from: history)",
        _FIXES.get(likeliest.what, _FIX),
        likeliest.weight,
        tuple(done.evidence for done in hints),
    )


def _was_in_view(image: ImageProfile, layer: int | None) -> bool:
    """Whether a layer was looked at as far as caches stand in it."""
    if layer is None or not image.contents.looked[layer]:
        return False
    is_behind = image.contents.reached[layer].split("/") > _BEHIND
    return is_behind or image.contents.looked[layer] == "all"
