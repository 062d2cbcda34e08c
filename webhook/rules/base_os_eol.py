"""``base-os-eol``: the distribution's release gets no security fixes any more."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from webhook.policy.example import ALPINE, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.tables import SystemRelease
from webhook.policy.text import shown
from webhook.profile.need import Need

_TITLES = {
    "alpine": "Alpine",
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "amzn": "Amazon Linux",
    "centos": "CentOS",
    "rhel": "RHEL",
    "rocky": "Rocky Linux",
    "almalinux": "AlmaLinux",
    "ol": "Oracle Linux",
}
_BULLSEYE = ("# debian.sh --arch 'amd64' out/ 'bullseye' '@1754899200'", *SLIM[1:])
_BOOKWORM = ("# debian.sh --arch 'amd64' out/ 'bookworm' '@1785715200'", *SLIM[1:])


class BaseOsEol(Rule):
    """The image's distribution release is past the end of its security support.

    By the data table of base systems, which an operator may replace. Where a release has long-term
    support that is free for everyone, its end counts (``useLTS``). Releases that the table does not
    have pass.
    """

    id: ClassVar[str] = "base-os-eol"
    title: ClassVar[str] = "The distribution is out of support"
    action: ClassVar[Action] = Action.AUDIT
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "Holes in OpenSSL or glibc that are found after that day stay open: there is no package to "
        "update to, and rebuilding the image changes nothing."
    )
    remedy: ClassVar[str] = (
        "`FROM python:3.13-slim-trixie` in place of `-bullseye` or `-alpine3.20`."
    )

    use_lts: Annotated[bool, Field(alias="useLTS")] = True
    """Whether free long-term support counts as support."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        distro, systems = facts.image.distro, facts.tables.systems
        if distro is None:
            return Unknown("the distribution could not be told")
        system = systems.systems.get(distro.id)
        if system is None:
            return Skip(f"the ends of {shown(distro.id)}'s releases are not known")
        title = _TITLES.get(distro.id, shown(distro.id, 20))
        if distro.release is None:
            return Unknown(f"the release of {title} could not be told")
        found = systems.release(distro.id, distro.release)
        if found is None:
            return None
        number, release = found
        end = self._end(release)
        if facts.today <= end:
            return None
        named = f" ({release.name})" if release.name else ""
        weight = max((piece.weight for piece in distro.evidence), default=0)
        return Violation(
            f"{title} {number}{named} is out of security support since {end}",
            f"Rebuild on {system.use}",
            weight,
            distro.evidence,
        )

    def _end(self, release: SystemRelease) -> date:
        return release.lts if self.use_lts and release.lts else release.ends

    examples: ClassVar[tuple[Example, ...]] = (
        Example("Debian 11 has ended, long-term support too", fires=True, history=_BULLSEYE),
        Example("Debian 12 has long-term support", fires=False, history=_BOOKWORM),
        Example(
            "which may not count",
            fires=True,
            history=_BOOKWORM,
            options={"useLTS": False},
        ),
        Example("Debian 13 is supported", fires=False, history=SLIM),
        Example("Alpine 3.24 is supported", fires=False, history=ALPINE),
        Example(
            "Alpine 3.20 has ended",
            fires=True,
            history=(ALPINE[0].replace("3.24.2", "3.20.9"), *ALPINE[1:]),
        ),
    )
