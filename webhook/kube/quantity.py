"""Quantities with Kubernetes' semantics: ``400M``, ``1Gi``, ``1e9``, ``1.5G``.

Source: k8s.io/apimachinery, pkg/api/resource/quantity.go and suffix.go. The value is exact down to
nano units; finer values are rounded up, away from zero, as there.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from webhook.errors import InvalidQuantity

_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?P<number>\d+\.?\d*|\.\d+)"
    r"(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?",
    re.ASCII,
)
_MAX_TEXT = 64
_MAX_EXPONENT = 60
_NANO = 10**9
_CAP = 2**63 - 1
_DECIMAL = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity: its exact value and the text it was written as."""

    value: Fraction
    """Exact, a multiple of 10⁻⁹."""
    written: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``text``. Raises ``InvalidQuantity``."""
        match = _QUANTITY.fullmatch(text) if len(text) <= _MAX_TEXT else None
        if match is None:
            raise InvalidQuantity(f"not a quantity: {text[:40]!r} (write 400M, 1Gi, 1.5G)")
        magnitude = Fraction(match["number"]) * _multiplier(text, match["suffix"] or "")
        nanos = -(-magnitude.numerator * _NANO // magnitude.denominator)
        value = Fraction(nanos, _NANO)
        if (match["suffix"] or "") in _BINARY:
            value = min(value, Fraction(_CAP))
        return cls(-value if match["sign"] == "-" else value, text)

    @property
    def bytes(self) -> int:
        """The value as a whole number, rounded away from zero (``Quantity.Value()``)."""
        magnitude = -(-abs(self.value.numerator) // self.value.denominator)
        return magnitude if self.value >= 0 else -magnitude

    def __str__(self) -> str:
        return self.written


def _multiplier(text: str, suffix: str) -> Fraction:
    if suffix in _BINARY:
        return Fraction(1 << _BINARY[suffix])
    exponent = _DECIMAL.get(suffix)
    if exponent is None:
        exponent = int(suffix[1:]) if suffix else 0
    if abs(exponent) > _MAX_EXPONENT:
        raise InvalidQuantity(f"not a quantity: {text[:40]!r} (the exponent is out of range)")
    return Fraction(10) ** exponent
