"""ELF files: as much of one as a kernel, or a reader of images, needs to recognise it.

Source: System V ABI, "Object Files". Every file here is ELF64, little endian and position
independent, as compilers write them today; the segments hold no code.
"""

import struct
from enum import IntEnum

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_IDENT = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
_SHARED, _CURRENT = 3, 1
_LOAD, _INTERPRETER, _TABLE = 1, 3, 6
_READ = 4


class Machine(IntEnum):
    """``e_machine``."""

    X86_64 = 62
    AARCH64 = 183


def program(interpreter: str, machine: Machine) -> bytes:
    """A dynamically linked program, started by ``interpreter`` (``PT_INTERP``)."""
    path = interpreter.encode() + b"\0"
    table = _HEADER.size
    start = table + 3 * _SEGMENT.size
    segments = (
        _segment(_TABLE, table, 3 * _SEGMENT.size)
        + _segment(_INTERPRETER, start, len(path))
        + _segment(_LOAD, 0, start + len(path))
    )
    return _header(machine, 3) + segments + path


def library(machine: Machine) -> bytes:
    """A shared library: no interpreter."""
    return _header(machine, 1) + _segment(_LOAD, 0, _HEADER.size + _SEGMENT.size)


def _header(machine: Machine, segments: int) -> bytes:
    sizes = (_HEADER.size, _SEGMENT.size, segments, 0, 0, 0)
    return _HEADER.pack(_IDENT, _SHARED, machine, _CURRENT, 0, _HEADER.size, 0, 0, *sizes)


def _segment(kind: int, offset: int, size: int) -> bytes:
    return _SEGMENT.pack(kind, _READ, offset, offset, offset, size, size, 8)
