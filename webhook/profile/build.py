"""What the image's own steps did: the part of the profile that its history tells.

A builder stage leaves nothing here but what was copied out of it, and BuildKit keeps neither
``--mount`` nor ``--from``. So everything is an observation with a weight, and ``silence`` says where
nothing can be concluded from there being none.
"""

from datetime import date

import msgspec

from webhook.profile.evidence import Evidence, Source, observed


class Done(msgspec.Struct, frozen=True, gc=False):
    """One thing that an own step did."""

    text: str
    """The command, one line without secrets."""
    layer: int | None = None
    """Index of the layer it made, bottom first; None when history and layers cannot be matched."""
    what: str = ""
    """What is meant, where the command alone does not say: a tool, a package, a kind."""
    weight: int = 65
    """How far it is to be believed, 0 to 100; below 60 where the base's end is not known."""

    @property
    def evidence(self) -> Evidence:
        """The same as evidence, with the layer's number."""
        return observed(Source.HISTORY, self.what, self.weight, self.text, self.layer)


class Build(msgspec.Struct, frozen=True):
    """What the steps above the base did. Every list is bounded."""

    silence: str = "it has no history"
    """Why nothing follows from what is not told; empty when every layer has its step."""
    made: tuple[str, ...] = ()
    """What made each layer of the image, bottom first; empty when they cannot be matched."""
    installs: tuple[Done, ...] = ()
    """Python dependencies installed in the final stage; ``what`` is the tool."""
    headers: tuple[Done, ...] = ()
    """``-dev`` packages installed and kept; ``what`` is the package manager's family."""
    locks: tuple[Done, ...] = ()
    """Installs that keep to a lock file, and exports of one; ``what`` is the tool."""
    unpinned: tuple[Done, ...] = ()
    """Packages asked for without an exact version; ``what`` is the normalised name, ``text`` what
    was written."""
    staged: tuple[Done, ...] = ()
    """Copies that bring dependencies out of another stage; ``what`` is one of ``Brought``."""
    lists: tuple[Done, ...] = ()
    """Lists of packages that were downloaded and kept: ``apt``, ``apk``, ``rpm``."""
    recommends: tuple[Done, ...] = ()
    """Installs with apt of all that packages recommend."""
    built: date | None = None
    """The day of the build, or the newest that anything in the image tells; None when none does."""
    built_by: Source | None = None
    """``config`` where the image tells its own day, ``history`` where only its steps do."""
