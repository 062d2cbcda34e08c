"""Challenges: what a registry wants to see before it answers.

Source: RFC 9110, 11.2 to 11.6: ``WWW-Authenticate`` is a list of challenges, several in one field
or in several fields, each a scheme with either a ``token68`` or parameters. Reading is tolerant:
unquoted URLs and quotes that never end are in the field.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# Quantifiers are possessive where a hostile field could make them backtrack.
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
_TOKEN68 = r"[A-Za-z0-9\-._~+/]++=*+(?=[ \t]*(?:,|$))"
_PART = re.compile(
    rf"(?P<name>{_TOKEN})[ \t]*=[ \t]*(?:\"(?P<quoted>(?:[^\"\\]|\\.)*+)\"?|(?P<plain>[^\s,\"]*+))"
    rf"|(?P<scheme>{_TOKEN})(?=[ \t,]|$)(?:[ \t]+{_TOKEN68})?"
    r"|[^\s,]++|[\s,]++"
)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One challenge."""

    scheme: str
    """Lower case: ``basic``, ``bearer`` …"""
    parameters: Mapping[str, str]
    """By lower-case name; the first of two equal names."""

    @property
    def realm(self) -> str:
        """For ``bearer``, the URL of the token endpoint."""
        return self.parameters.get("realm", "")

    @property
    def service(self) -> str:
        """The name the token endpoint knows this registry by; empty when not said."""
        return self.parameters.get("service", "")

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that would do, each as ``repository:PATH:pull``."""
        return tuple(self.parameters.get("scope", "").split())


def parse_challenges(headers: Iterable[str]) -> Iterator[Challenge]:
    """The challenges of all ``WWW-Authenticate`` fields, in order."""
    for text in headers:
        yield from _parse(text)


def pick(headers: Iterable[str]) -> Challenge | None:
    """The first challenge that can be met: ``basic``, or ``bearer`` with a realm."""
    for challenge in parse_challenges(headers):
        if challenge.scheme == "basic" or (challenge.scheme == "bearer" and challenge.realm):
            return challenge
    return None


def _parse(text: str) -> Iterator[Challenge]:
    scheme, parameters = "", dict[str, str]()
    for part in _PART.finditer(text):
        if part["name"]:
            quoted = part["quoted"]
            value = part["plain"] if quoted is None else _ESCAPED.sub(r"\1", quoted)
            parameters.setdefault(part["name"].lower(), value)
        elif part["scheme"]:
            if scheme:
                yield Challenge(scheme, parameters)
            scheme, parameters = part["scheme"].lower(), {}
    if scheme:
        yield Challenge(scheme, parameters)
