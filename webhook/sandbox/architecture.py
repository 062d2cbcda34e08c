"""Architectures: what programs are compiled for, in everybody's words."""

from enum import Enum
from typing import Literal

from webhook.sandbox.elf import Machine

Libc = Literal["gnu", "musl"]
"""A C library, as GNU triplets and extension modules name it."""


class Architecture(Enum):
    """One architecture of which there are sample images."""

    AMD64 = ("amd64", "x86_64", "/lib64/ld-linux-x86-64.so.2", Machine.X86_64)
    ARM64 = ("arm64", "aarch64", "/lib/ld-linux-aarch64.so.1", Machine.AARCH64)

    def __init__(self, go: str, gnu: str, glibc: str, machine: Machine) -> None:
        self.go = go
        """As Go, OCI and Debian say it."""
        self.gnu = gnu
        """As GNU and Alpine say it."""
        self.machine = machine
        self._glibc = glibc

    def loader(self, libc: Libc = "gnu") -> str:
        """The program interpreter of a C library."""
        return self._glibc if libc == "gnu" else f"/lib/ld-musl-{self.gnu}.so.1"

    @property
    def triplet(self) -> str:
        """What Debian calls its folders of libraries."""
        return f"{self.gnu}-linux-gnu"

    def extension(self, libc: Libc = "gnu") -> str:
        """What the names of CPython 3.13's extension modules end in."""
        return f"cpython-313-{self.gnu}-linux-{libc}.so"
