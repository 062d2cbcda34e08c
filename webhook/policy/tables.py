"""Data tables: what the world says today, apart from the rules that read it.

Releases end, packages are renamed and new installers come without anything here being released, so
that each table is a file with its source and the day it was read, and an operator may hand in newer
ones (``--data``). A table replaces the shipped one of its kind as a whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from webhook.policy.written import DateText, Written

Minor = tuple[int, int]
"""Major and minor number of a Python release."""

_MINOR = re.compile(r"(\d+)\.(\d+)", re.ASCII)
_MinorText = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Table(Written):
    """What every table says of itself."""

    api_version: Literal["policy.slimgate.dev/v1alpha1"]
    source: Annotated[str, Field(min_length=1)]
    """Where its content was taken from."""
    read: DateText
    """The day on which it was taken."""


class PythonReleases(Table):
    """CPython releases: when they end, and what to build on."""

    kind: Literal["PythonReleases"]
    recommended: _MinorText
    """What to build on when nothing else is known."""
    suite: _Name
    """The Debian release that the official slim images stand on."""
    ends: Annotated[dict[_MinorText, DateText], Field(min_length=1)]
    """Release → the last day of its support."""

    @cached_property
    def _by_minor(self) -> Mapping[Minor, date]:
        return {minor: day for text, day in self.ends.items() if (minor := minor_of(text))}

    def end_of(self, minor: Minor) -> date | None:
        """The last day of support; the oldest's for all before it, None when not known."""
        return self._by_minor.get(max(minor, min(self._by_minor)))

    def supported(self, today: date) -> tuple[str, str]:
        """The oldest and the newest release that is supported on a day."""
        alive = sorted(minor for minor, end in self._by_minor.items() if end >= today)
        alive = alive or [max(self._by_minor)]
        return _text(alive[0]), _text(alive[-1])

    def slim_image(self, version: str | None, today: date) -> str:
        """The slim image to use: of the same release while it is supported, else the recommended."""
        minor = minor_of(version)
        is_supported = minor is not None and self._by_minor.get(minor, date.min) >= today
        release = _text(minor) if minor is not None and is_supported else self.recommended
        return f"python:{release}-slim-{self.suite}"


class SystemRelease(Written):
    """One release of a distribution."""

    name: str | None = None
    """Its code name."""
    ends: DateText
    """The last day of security support by the distribution itself."""
    lts: DateText | None = None
    """The last day of its free long-term support."""


class System(Written):
    """A distribution."""

    use: Annotated[str, Field(min_length=1, max_length=60)]
    """What to rebuild on."""
    releases: Annotated[dict[_Name, SystemRelease], Field(min_length=1)]


class BaseSystems(Table):
    """Distributions, by their id in os-release."""

    kind: Literal["BaseSystems"]
    systems: Annotated[dict[_Name, System], Field(min_length=1)]

    def release(self, system: str, release: str | None) -> tuple[str, SystemRelease] | None:
        """The release that a version or code name means, with its number; None when not known.

        ``3.22.1`` is a ``3.22``, and ``12.5`` a ``12``.
        """
        known = self.systems[system].releases if system in self.systems else {}
        text = release or ""
        for number, found in known.items():
            if text in (number, found.name) or text.startswith(f"{number}."):
                return number, found
        return None


class RuntimeLibraries(Table):
    """Packages to run with, for those to compile with."""

    kind: Literal["RuntimeLibraries"]
    packages: dict[Literal["apt", "apk", "rpm"], dict[_Name, _Name]]
    """Package manager → package with headers → package with the library."""


class Installers(Table):
    """Programs that install Python packages."""

    kind: Literal["Installers"]
    programs: Annotated[dict[_Name, tuple[_Name, ...]], Field(min_length=1)]
    """Tool → names of its programs."""

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all tools and all their programs."""
        return frozenset(self.programs).union(*self.programs.values())


@dataclass(frozen=True)
class Tables:
    """All tables that rules may read."""

    python: PythonReleases
    systems: BaseSystems
    libraries: RuntimeLibraries
    installers: Installers

    @property
    def all(self) -> tuple[Table, ...]:
        """Every table."""
        return self.python, self.systems, self.libraries, self.installers


KINDS: Mapping[str, tuple[str, type[Table]]] = MappingProxyType(
    {
        "PythonReleases": ("python", PythonReleases),
        "BaseSystems": ("systems", BaseSystems),
        "RuntimeLibraries": ("libraries", RuntimeLibraries),
        "Installers": ("installers", Installers),
    }
)
"""``kind`` of a file → field of ``Tables``, and what is in it."""


def minor_of(version: str | None) -> Minor | None:
    """``(3, 13)`` of ``3.13.1``; None when there is none."""
    match = _MINOR.match(version or "")
    return (int(match[1]), int(match[2])) if match else None


def _text(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"
