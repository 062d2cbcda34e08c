import struct

import pytest

from webhook.sandbox import elf

LOADERS = [
    ("/lib64/ld-linux-x86-64.so.2", elf.Machine.X86_64, 62),
    ("/lib/ld-linux-aarch64.so.1", elf.Machine.AARCH64, 183),
    ("/lib/ld-musl-x86_64.so.1", elf.Machine.X86_64, 62),
]


def segments(data: bytes) -> list[tuple[int, int, int]]:
    """Kind, offset and size of every program header, read as the ABI lays them out."""
    table, width, count = (
        struct.unpack_from("<Q", data, 32)[0],
        *struct.unpack_from("<HH", data, 54),
    )
    found = []
    for number in range(count):
        at = table + number * width
        kind = struct.unpack_from("<I", data, at)[0]
        offset, _, _, size = struct.unpack_from("<QQQQ", data, at + 8)
        found.append((kind, offset, size))
    return found


@pytest.mark.parametrize(("loader", "machine", "number"), LOADERS)
def test_a_program_names_its_interpreter(loader: str, machine: elf.Machine, number: int) -> None:
    data = elf.program(loader, machine)
    assert data[:7] == b"\x7fELF\x02\x01\x01"
    assert struct.unpack_from("<HH", data, 16) == (3, number)
    ((offset, size),) = [(at, size) for kind, at, size in segments(data) if kind == 3]
    assert data[offset : offset + size] == loader.encode() + b"\0"


def test_the_table_names_itself_first_and_the_whole_file_is_loaded() -> None:
    data = elf.program("/lib/ld-musl-x86_64.so.1", elf.Machine.X86_64)
    assert [kind for kind, _, _ in segments(data)] == [6, 3, 1]
    assert segments(data)[2][1:] == (0, len(data))


def test_a_library_has_no_interpreter() -> None:
    data = elf.library(elf.Machine.X86_64)
    assert data[:4] == b"\x7fELF"
    assert [kind for kind, _, _ in segments(data)] == [1]
