"""``apt-recommends``: apt installed everything that the packages recommend."""

from typing import ClassVar

from webhook.policy.example import SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Unknown, Verdict, Violation
from webhook.policy.text import quoted
from webhook.profile.need import Need

_INSTALL = "RUN /bin/sh -c apt-get install -y"
_SETTING = "RUN /bin/sh -c echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99lean"


class AptRecommends(Rule):
    """A step of the image's own installs with apt and without ``--no-install-recommends``.

    The same said by ``-o APT::Install-Recommends=false`` or by a file in ``/etc/apt/apt.conf.d``
    counts. A copied apt.conf, or options out of a variable, may say it too, and weigh against it.
    """

    id: ClassVar[str] = "apt-recommends"
    title: ClassVar[str] = "apt installs recommended packages"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Recommended packages are what a desktop wants beside the one that was asked for: "
        "documentation, daemons, whole compilers. Each is pulled, and each has its own holes."
    )
    remedy: ClassVar[str] = (
        "`apt-get install -y --no-install-recommends libpq5`; name what is then missing."
    )

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        build = facts.image.build
        found = max(build.recommends, key=lambda done: done.weight, default=None)
        if found is None:
            if build.silence:
                return Unknown(f"how apt was called is not told: {build.silence}")
            return None
        return Violation(
            f"apt-get install without --no-install-recommends in {quoted(found.text)}",
            "Add --no-install-recommends",
            found.weight,
            tuple(done.evidence for done in build.recommends),
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("without", fires=True, history=(*SLIM, f"{_INSTALL} git # buildkit")),
        Example(
            "with",
            fires=False,
            history=(*SLIM, f"{_INSTALL} --no-install-recommends git # buildkit"),
        ),
        Example(
            "switched off by an option",
            fires=False,
            history=(*SLIM, f"{_INSTALL} -o APT::Install-Recommends=false git # buildkit"),
        ),
        Example(
            "switched off for good",
            fires=False,
            history=(*SLIM, _SETTING, f"{_INSTALL} git # buildkit"),
        ),
        Example("what the base did is the base's", fires=False, history=SLIM),
    )
