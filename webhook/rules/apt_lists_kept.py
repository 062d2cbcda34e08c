"""``apt-lists-kept``: a package manager's lists are left in a layer."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need

_FIX = "End that RUN with rm -rf /var/lib/apt/lists/* (or apk --no-cache)"
_RPM_FIX = "End that RUN with dnf clean all"
_UPDATE = "RUN /bin/sh -c apt-get update && apt-get install -y libpq5"


class AptListsKept(Rule):
    """A step downloads lists of packages and does not remove them again.

    ``apt-get update`` without ``rm -rf /var/lib/apt/lists/*``, in any spelling, or
    ``apt-get dist-clean``; ``apk add`` without ``--no-cache``; ``dnf``, ``microdnf`` and ``yum
    install`` without ``clean all``. Only the image's own steps are read: the official images clean
    up in their own way. BuildKit's history does not tell of cache mounts, so nothing is certain.
    """

    id: ClassVar[str] = "apt-lists-kept"
    title: ClassVar[str] = "Package lists are left in a layer"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Debian's lists are 19 MB in every image that keeps them, are stale the next day, and nothing "
        "reads them at run time. Removing them in a later RUN leaves them in the layer below."
    )
    remedy: ClassVar[str] = (
        "`RUN apt-get update && apt-get install -y --no-install-recommends libpq5 "
        "&& rm -rf /var/lib/apt/lists/*`; on Alpine `apk add --no-cache`; on Red Hat's "
        "`microdnf install -y libpq && microdnf clean all`."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        found = max(build.lists, key=lambda done: done.weight, default=None)
        if found is None:
            if build.silence:
                return Unknown(f"whether package lists were kept is not told: {build.silence}")
            return None
        return Violation(
            f"package lists look kept by {quoted(found.text)}",
            _RPM_FIX if found.what == "rpm" else _FIX,
            found.weight,
            tuple(done.evidence for done in build.lists),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("apt-get update alone", fires=True, history=(*SLIM, f"{_UPDATE} # buildkit")),
        Example(
            "removed in the same RUN",
            fires=False,
            history=(*SLIM, f"{_UPDATE} && rm -rf /var/lib/apt/lists/* # buildkit"),
        ),
        Example(
            "apt-get dist-clean, as the official images have it",
            fires=False,
            history=(*SLIM, f"{_UPDATE}; apt-get dist-clean # buildkit"),
        ),
        Example(
            "removed in a later RUN they stay in the layer below",
            fires=True,
            history=(
                *SLIM,
                f"{_UPDATE} # buildkit",
                "RUN /bin/sh -c rm -rf /var/lib/apt/lists/* # buildkit",
            ),
        ),
        Example(
            "apk add without --no-cache",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c apk add libpq # buildkit"),
        ),
        Example(
            "apk add with it",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c apk --no-cache add libpq # buildkit"),
        ),
        Example(
            "microdnf without clean all",
            fires=True,
            history=(*SLIM, "RUN /bin/sh -c microdnf install -y libpq # buildkit"),
        ),
    )
