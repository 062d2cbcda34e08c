import struct
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layer.crafted import elf
from webhook.layer import Program
from webhook.layer.elf import MAX_INTERPRETER, MAX_SEGMENTS, read_program
from webhook.sandbox import elf as sandbox

LINUX, MUSL = b"/lib64/ld-linux-x86-64.so.2", b"/lib/ld-musl-x86_64.so.1"


@pytest.mark.parametrize("kind", [2, 3])
@pytest.mark.parametrize("path", [LINUX, MUSL])
def test_a_program_names_its_interpreter(path: bytes, kind: int):
    assert read_program(elf(path, kind=kind)) == Program(path.decode(), "amd64")


@pytest.mark.parametrize(
    ("machine", "bits", "order", "architecture"),
    [
        (3, 32, "<", "386"),
        (8, 32, ">", "mips"),
        (8, 32, "<", "mipsle"),
        (8, 64, ">", "mips64"),
        (8, 64, "<", "mips64le"),
        (20, 32, ">", "ppc"),
        (21, 64, ">", "ppc64"),
        (21, 64, "<", "ppc64le"),
        (22, 64, ">", "s390x"),
        (40, 32, "<", "arm"),
        (62, 64, "<", "amd64"),
        (183, 64, "<", "arm64"),
        (243, 64, "<", "riscv64"),
        (258, 64, "<", "loong64"),
        (62, 32, "<", None),
        (62, 64, ">", None),
        (9999, 64, "<", None),
    ],
)
def test_the_machine_is_told_in_go_s_words(
    machine: int, bits: int, order: str, architecture: str | None
):
    data = elf(MUSL, bits=bits, order=order, machine=machine)
    assert read_program(data) == Program(MUSL.decode(), architecture)


@pytest.mark.parametrize("bits", [32, 64])
def test_a_program_without_an_interpreter_is_static(bits: int):
    found = read_program(elf(None, bits=bits))
    assert found is not None
    assert (found.interpreter, found.static) == (None, True)


def test_a_program_without_program_headers_is_not_called_static():
    assert read_program(elf(None, segments=0)) == Program(None, "amd64")


def test_the_sandbox_builds_what_is_read_here():
    data = sandbox.program("/lib/ld-linux-aarch64.so.1", sandbox.Machine.AARCH64)
    assert read_program(data) == Program("/lib/ld-linux-aarch64.so.1", "arm64")
    assert read_program(sandbox.library(sandbox.Machine.X86_64)) == Program(None, "amd64", True)


@pytest.mark.skipif(sys.platform != "linux", reason="programs of this system are not ELF")
def test_the_interpreter_that_runs_this_is_a_program():
    with Path(sys.executable).open("rb") as file:
        found = read_program(file.read(16 * 1024))
    assert found is not None
    assert found.machine
    assert found.static or (found.interpreter or "").startswith("/")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x7fELF",
        b"#!/bin/sh\n" + bytes(100),
        elf(LINUX, kind=1),
        elf(LINUX, kind=4),
        elf(LINUX)[:19],
        elf(LINUX)[:4] + b"\3" + elf(LINUX)[5:],
        elf(LINUX)[:5] + b"\0" + elf(LINUX)[6:],
    ],
)
def test_anything_else_is_no_program(data: bytes):
    assert read_program(data) is None


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("path", [LINUX, None])
def test_a_program_cut_short_claims_nothing_that_is_not_in_view(path: bytes | None, bits: int):
    data = elf(path, bits=bits, machine=62 if bits == 64 else 3)
    headers = (64 + 2 * 56) if bits == 64 else (52 + 2 * 32)
    for length in range(20, len(data)):
        found = read_program(data[:length])
        assert found is not None
        assert found.machine == ("amd64" if bits == 64 else "386")
        assert found.interpreter is None
        assert found.static == (path is None and length >= headers)


def test_headers_beyond_the_bound_are_not_read():
    assert read_program(elf(LINUX, segments=MAX_SEGMENTS)) == Program(LINUX.decode(), "amd64")
    assert read_program(elf(LINUX, segments=MAX_SEGMENTS + 1)) == Program(None, "amd64")
    assert read_program(elf(None, segments=MAX_SEGMENTS + 1)) == Program(None, "amd64")


def test_a_path_beyond_the_bound_is_not_read():
    path = b"/" * (MAX_INTERPRETER - 1)
    assert read_program(elf(path)) == Program(path.decode(), "amd64")
    assert read_program(elf(path + b"/")) == Program(None, "amd64")


@pytest.mark.parametrize("path", [b"", b"\0/lib/ld-musl-x86_64.so.1"])
def test_an_empty_path_is_none(path: bytes):
    assert read_program(elf(path)) == Program(None, "amd64")


def test_a_path_ends_at_its_first_nul_and_may_be_any_bytes():
    assert read_program(elf(b"/x\0y")) == Program("/x", "amd64")
    assert read_program(elf(b"/\xff")) == Program("/�", "amd64")


@pytest.mark.parametrize(("at", "form"), [(32, "<Q"), (54, "<H")])
@pytest.mark.parametrize("value", [0, 1, 57, 65_535])
def test_headers_that_are_not_where_they_are_said_to_be_are_not_found(
    at: int, form: str, value: int
):
    data = bytearray(elf(LINUX))
    struct.pack_into(form, data, at, value)
    found = read_program(bytes(data))
    assert found is not None
    assert found.interpreter is None


@given(st.binary(max_size=200), st.sampled_from([1, 2]), st.sampled_from([1, 2]))
def test_no_bytes_are_met_with_an_error(data: bytes, width: int, order: int):
    read_program(data)
    found = read_program(b"\x7fELF" + bytes([width, order]) + data)
    assert found is None or found.interpreter != ""


@given(st.lists(st.tuples(st.integers(0, 180), st.integers(0, 255)), max_size=8))
def test_no_damage_is_met_with_an_error(changes: list[tuple[int, int]]):
    data = bytearray(elf(LINUX))
    for at, value in changes:
        data[at] = value
    read_program(memoryview(data))
