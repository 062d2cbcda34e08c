"""ELF programs: which interpreter starts them, and for which machine they are.

Source: System V ABI, "Object Files"; the numbers of machines from its registry (``e_machine``).
Every offset and count in a file is somebody's claim: what it points to is read only if it is in view.
"""

import struct
from typing import NamedTuple

from webhook.layer.look import Program

MAGIC = b"\x7fELF"
MAX_SEGMENTS = 64
"""Program headers that are read; compilers write about a dozen."""
MAX_INTERPRETER = 256
"""Bytes of an interpreter's path."""

_EXECUTABLE, _SHARED = 2, 3
_INTERPRETER = 3
_TYPE_AND_MACHINE = 16
"""Where ``e_type`` stands."""


class _Layout(NamedTuple):
    """How files of one class lay out what is read of them."""

    header: str
    """``e_phoff``, ``e_phentsize`` and ``e_phnum``, from the file's first byte on."""
    segment: str
    """``p_type``, ``p_offset`` and ``p_filesz``."""
    width: int
    """Bytes of a program header."""


_LAYOUTS = {
    1: _Layout("28xI10xHH", "II8xI", 32),
    2: _Layout("32xQ14xHH", "I4xQ16xQ", 56),
}
_ORDERS = {1: "<", 2: ">"}
_ARCHITECTURES = {
    (3, 1, "<"): "386",
    (8, 1, ">"): "mips",
    (8, 1, "<"): "mipsle",
    (8, 2, ">"): "mips64",
    (8, 2, "<"): "mips64le",
    (20, 1, ">"): "ppc",
    (21, 2, ">"): "ppc64",
    (21, 2, "<"): "ppc64le",
    (22, 2, ">"): "s390x",
    (40, 1, "<"): "arm",
    (62, 2, "<"): "amd64",
    (183, 2, "<"): "arm64",
    (243, 2, "<"): "riscv64",
    (258, 2, "<"): "loong64",
}
"""``e_machine``, class and byte order → architecture in Go's words."""


def read_program(data: bytes | memoryview) -> Program | None:
    """What the first bytes of a file tell of the program in it.

    None when it is no ELF program, or when not even its kind is in view. Libraries look like
    programs without an interpreter.
    """
    ident = bytes(data[: _TYPE_AND_MACHINE + 4])
    if len(ident) < _TYPE_AND_MACHINE + 4 or ident[:4] != MAGIC:
        return None
    layout, order = _LAYOUTS.get(ident[4]), _ORDERS.get(ident[5])
    if layout is None or order is None:
        return None
    kind, machine = struct.unpack_from(f"{order}HH", ident, _TYPE_AND_MACHINE)
    if kind not in (_EXECUTABLE, _SHARED):
        return None
    interpreter, static = _interpreter(data, layout, order)
    return Program(interpreter, _ARCHITECTURES.get((machine, ident[4], order)), static)


def _interpreter(data: bytes | memoryview, layout: _Layout, order: str) -> tuple[str | None, bool]:
    """``PT_INTERP``, and whether there surely is none."""
    head = struct.Struct(order + layout.header)
    if len(data) < head.size:
        return None, False
    start, width, count = head.unpack_from(data)
    segment = struct.Struct(order + layout.segment)
    if width != layout.width:
        return None, False
    for at in range(start, start + min(count, MAX_SEGMENTS) * width, width):
        if at + width > len(data):
            return None, False
        kind, offset, size = segment.unpack_from(data, at)
        if kind == _INTERPRETER:
            return _path(data, offset, size), False
    return None, 0 < count <= MAX_SEGMENTS


def _path(data: bytes | memoryview, offset: int, size: int) -> str | None:
    if size > MAX_INTERPRETER or offset + size > len(data):
        return None
    text, _, _ = bytes(data[offset : offset + size]).partition(b"\0")
    return text.decode("utf-8", "replace") or None
