"""``musl-python-base``: Python linked to musl (Alpine)."""

from typing import ClassVar

from webhook.policy.example import ALPINE, SLIM, Example
from webhook.policy.facts import Facts
from webhook.policy.options import ImageGlob
from webhook.policy.pattern import ImagePattern
from webhook.policy.rule import Action, Rule, Skip, Unknown, Verdict, Violation
from webhook.policy.text import shown
from webhook.profile import Distro, Evidence, Libc, Source
from webhook.profile.need import Need


class MuslPythonBase(Rule):
    """The Python interpreter that will run is linked to musl, as on Alpine.

    Told by what the image is made of, never by a tag with "alpine" in it: an image built on Alpine
    and run on slim is not meant, nor is Debian with the musl package, nor Wolfi, which uses apk with
    glibc. Evidence that disagrees never denies, and is told from both sides.
    """

    id: ClassVar[str] = "musl-python-base"
    title: ClassVar[str] = "Python runs on musl (Alpine)"
    action: ClassVar[Action] = Action.DENY
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG | Need.PEEK
    why: ClassVar[str] = (
        "Wheels are built for one C library. numpy, pandas, psycopg and many others ship musl "
        "wheels today; torch, tensorflow, scikit-learn, onnxruntime and opencv do not, and compile "
        "for an hour or fail. musl's allocator and its DNS resolver also behave unlike glibc's."
    )
    remedy: ClassVar[str] = (
        "`FROM python:3.13-slim-trixie` instead of `python:3.13-alpine`: 43 MB instead of 17 MB to "
        "pull, and every manylinux wheel works."
    )

    allow_distros: tuple[str, ...] = ()
    """Distribution ids (of os-release) that are accepted."""
    allowed_images: tuple[ImageGlob, ...] = ()
    """Image patterns that are accepted."""
    require_peek: bool = False
    """Whether to deny only on evidence from the layers themselves."""

    @property
    def needed(self) -> Need:
        """See Rule.needed."""
        return self.needs | (Need.PROOF if self.require_peek else Need.NONE)

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        libc, distro = facts.image.libc, facts.image.distro
        if any(ImagePattern.parse(text).matches(facts.reference) for text in self.allowed_images):
            return Skip("the image is on the rule's list of allowed images")
        if libc.verdict == "conflict":
            musl, glibc = _strongest(libc, "musl"), _strongest(libc, "glibc")
            return Unknown(f"libc evidence disagrees: musl{_source(musl)}, glibc{_source(glibc)}")
        if libc.verdict == "unknown":
            return Unknown(f"libc could not be determined ({_why(facts)})")
        if libc.verdict != "musl":
            return None
        if distro is not None and distro.id in self.allow_distros:
            return Skip(f"{distro.id} is on the rule's list of allowed distributions")
        return self._violation(facts, libc, distro)

    def _violation(self, facts: Facts, libc: Libc, distro: Distro | None) -> Violation:
        best = _strongest(libc, "musl")
        source = f", from: {best.source.value}" if best else ""
        seen_in_layer = best is not None and best.source is Source.LAYER
        return Violation(
            f"python image runs on {_title(distro)} (musl{source}); "
            "wheels without musllinux builds fail or compile",
            f"Use {facts.tables.python.slim_image(facts.python.version, facts.today)}",
            libc.confidence,
            libc.evidence,
            ceiling=Action.WARN if self.require_peek and not seen_in_layer else None,
        )

    examples: ClassVar[tuple[Example, ...]] = (
        Example("python:3.13-alpine", fires=True, history=ALPINE),
        Example("python:3.13-slim", fires=False, history=SLIM),
        Example(
            "the word alpine in a reference proves nothing",
            fires=False,
            history=SLIM,
            reference="registry.example.com/alpine-tools:3.11-alpine-style",
        ),
        Example(
            "Debian with the musl package",
            fires=False,
            history=(*SLIM, "RUN /bin/sh -c apt-get install -y musl-tools # buildkit"),
        ),
        Example(
            "an interpreter that is linked to musl, whatever the history says",
            fires=True,
            files={1: ("usr/local/bin/python3.13 -> /lib/ld-musl-x86_64.so.1",)},
        ),
        Example(
            "glibc programs on Alpine: the interpreter decides",
            fires=False,
            history=ALPINE,
            files={1: ("usr/local/bin/python3.13 -> /lib64/ld-linux-x86-64.so.2",)},
        ),
        Example(
            "an image may be allowed",
            fires=False,
            history=ALPINE,
            options={"allowedImages": ["registry.example.com/team/*"]},
        ),
        Example(
            "a distribution may be allowed",
            fires=False,
            history=ALPINE,
            options={"allowDistros": ["alpine"]},
        ),
    )


def _strongest(libc: Libc, says: str) -> Evidence | None:
    found = [item for item in libc.evidence if item.says == says]
    return max(found, key=lambda item: item.weight, default=None)


def _why(facts: Facts) -> str:
    blind = facts.image.contents.blind
    return (
        f"its history does not say, {shown(blind, 90)}"
        if blind
        else "neither history nor layers say"
    )


def _source(evidence: Evidence | None) -> str:
    return f" (from: {evidence.source.value})" if evidence else ""


def _title(distro: Distro | None) -> str:
    if distro is None:
        return "a musl system"
    release = f" {shown(distro.release, 12)}" if distro.release else ""
    return f"{shown(distro.id, 20).capitalize()}{release}"
