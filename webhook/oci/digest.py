"""Digests: ``algorithm:hex``, and the check that bytes are what a digest promised.

Source: OCI image-spec, descriptor.md, "Digests".
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Self

from webhook.errors import InvalidDigest

_HEX_LENGTH = {"sha256": 64, "sha512": 128}
_DIGEST = re.compile(r"(sha256|sha512):([0-9a-f]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Digest:
    """A content digest of an algorithm that can be verified here (sha256, sha512)."""

    algorithm: str
    """``sha256`` or ``sha512``."""
    hex: str
    """Lower-case hexadecimal digits, 64 or 128 of them."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """``sha256:<64 hex>`` or ``sha512:<128 hex>``. Raises ``InvalidDigest``."""
        match = _DIGEST.fullmatch(text)
        if match is None or len(match[2]) != _HEX_LENGTH[match[1]]:
            raise InvalidDigest(f"not a sha256 or sha512 digest: {text[:140]!r}")
        return cls(match[1], match[2])

    @classmethod
    def of(cls, data: bytes) -> Self:
        """The sha256 digest of ``data``."""
        return cls("sha256", hashlib.sha256(data).hexdigest())

    def matches(self, data: bytes) -> bool:
        """Whether ``data`` is what this digest promised."""
        return hashlib.new(self.algorithm, data).hexdigest() == self.hex

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"
