import pytest

from tests.layer.crafted import END, elf, extension, file, frame, header, member, padded, record
from webhook.layer import Entry, Kind, Look, Program, look_of_head
from webhook.layer.head import MAX_PROGRAMS, MAX_SECRET_FILES, MAX_VENVS
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.layers import File, Folder, Link, pack
from webhook.sandbox.roots import alpine, debian

LINUX, MUSL = "/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"
KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----\n" + b"b3BlbnNzaC1rZXk" * 9


def look(*parts: bytes) -> Look:
    return look_of_head(b"".join(parts))


def test_a_whole_layer_is_seen_completely():
    blob = pack([Folder("tmp"), File("app/x", b"abc"), File("app/y", b"z" * 1000), Link("z", "x")])
    seen = look_of_head(blob.blob)
    assert seen.entries == (
        Entry("app", Kind.DIRECTORY),
        Entry("app/x", Kind.FILE, 3),
        Entry("app/y", Kind.FILE, 1000),
        Entry("tmp", Kind.DIRECTORY),
        Entry("z", Kind.SYMLINK, link="x"),
    )
    assert (seen.complete, seen.unpacked, seen.by, seen.members) == (True, 1003, "head", 1)
    assert not seen.verified


@pytest.mark.parametrize("wrap", [bytes, member, frame])
def test_a_layer_reads_the_same_however_it_is_packed(wrap):
    data = b"".join([file("a", b"x" * 600), header(b"b", 600, b"1", link=b"a"), file("c"), END])
    seen = look_of_head(wrap(data))
    assert [entry.path for entry in seen.entries] == ["a", "b", "c"]
    assert (seen.complete, seen.unpacked) == (True, 600)


@pytest.mark.parametrize("wrap", [bytes, member, frame])
def test_a_view_that_may_not_be_all_is_not_complete(wrap):
    data = b"".join([file("a", b"x"), file("b", b"y")])
    assert not look_of_head(wrap(data)).complete
    assert look_of_head(wrap(data), whole=True).complete
    assert look_of_head(wrap(data), whole=True).unpacked == 2
    assert look_of_head(wrap(data[:-1]), whole=True).unpacked is None
    assert not look_of_head(wrap(data + END)[:-1]).complete or wrap is bytes
    assert not look_of_head(wrap(data + bytes(512) + file("c")), whole=True).complete


def test_bytes_that_are_no_layer_show_nothing():
    for data in (b"", b"\xfd7zXZ\0" + bytes(1000), b"{}", bytes(512)):
        assert look(data) == Look((), complete=False)


def test_an_empty_layer_is_complete():
    assert look_of_head(member(END)) == Look((), complete=True, unpacked=0)


def test_programs_are_executable_files_that_begin_as_such():
    seen = look(
        file("bin/busybox", elf(MUSL.encode()), 0o755),
        file("bin/data", elf(MUSL.encode()), 0o644),
        file("bin/script", b"#!/bin/sh\n", 0o755),
        file("bin/static", elf(None), 0o755),
        header(b"bin/link", kind=b"1", link=b"bin/busybox", mode=0o755),
        file("lib/libc.so", elf(None), 0o755),
        file("lib/libpython3.13.so.1.0", elf(None), 0o755),
        file("lib/object", elf(None, kind=1), 0o755),
    )
    assert seen.programs == {
        "bin/busybox": Program(MUSL, "amd64"),
        "bin/static": Program(None, "amd64", static=True),
    }


def test_a_program_is_read_from_its_beginning_alone():
    data = elf(LINUX.encode()) + bytes(10**6)
    seen = look(header(b"bin/python3.13", len(data), mode=0o755), data[:1000])
    assert seen.programs == {"bin/python3.13": Program(LINUX, "amd64")}
    assert not seen.complete


def test_the_first_programs_are_kept():
    program = elf(LINUX.encode())
    seen = look(*(file(f"bin/{n:03}", program, 0o755) for n in range(MAX_PROGRAMS + 9)))
    assert list(seen.programs) == [f"bin/{n:03}" for n in range(MAX_PROGRAMS)]


def test_small_files_that_say_what_a_system_is_are_kept():
    texts = {
        "etc/alpine-release": "3.24.2\n",
        "etc/apt/apt.conf.d/docker-clean": "x\n",
        "etc/debian_version": "13.5\n",
        "etc/dpkg/dpkg.cfg.d/docker": "y\n",
        "etc/os-release": "ID=debian\n",
        "etc/passwd": "root:x:0:0:größe:/root:/bin/sh\n",
        "etc/redhat-release": "Red Hat\n",
        "opt/venv/pyvenv.cfg": "version = 3.13.1\n",
        "pyvenv.cfg": "",
        "usr/lib/os-release": "ID=debian\n",
    }
    others = ("etc/shadow", "etc/passwd-", "opt/etc/passwd", "xpyvenv.cfg")
    seen = look(*(file(path, text.encode()) for path, text in texts.items()), *map(file, others))
    assert seen.texts == texts


def test_a_text_that_is_a_link_too_long_or_not_all_in_view_is_not_kept():
    seen = look(
        header(b"etc/os-release", kind=b"2", link=b"../usr/lib/os-release"),
        file("etc/debian_version", b"x" * 16385),
        file("etc/passwd", b"x" * 16385),
        file("a/pyvenv.cfg", b"x" * 16385),
        header(b"usr/lib/os-release", 600) + b"x" * 599,
    )
    assert list(seen.texts) == ["etc/passwd"]
    assert not look(file("etc/passwd", b"x" * 65537)).texts


def test_texts_may_be_any_bytes():
    assert look(file("etc/passwd", b"a\xff\0")).texts == {"etc/passwd": "a�\0"}


def test_there_is_a_limit_to_virtual_environments():
    seen = look(*(file(f"{n}/pyvenv.cfg") for n in range(MAX_VENVS + 5)), file("etc/passwd"))
    assert len(seen.texts) == MAX_VENVS + 1


def test_of_a_file_that_may_hold_a_secret_the_shape_alone_is_kept():
    seen = look(
        file("app/.env", b"DB_PASSWORD=hunter42\n"),
        file("app/.env.local", b"DEBUG=1\n"),
        file("app/cert.pem", b"-----BEGIN CERTIFICATE-----\n"),
        file("app/other", KEY),
        file("root/.ssh/id_rsa", KEY),
        header(b"root/.ssh/id_ed25519", kind=b"2", link=b"id_rsa"),
    )
    assert seen.secrets == {"app/.env": "credentials file", "root/.ssh/id_rsa": "private key"}
    assert "hunter42" not in repr(seen)


def test_a_secret_is_seen_in_the_beginning_of_a_file():
    assert look(header(b"x.key", 9000), KEY).secrets == {"x.key": "private key"}
    assert not look(file("x.key", b"\n" * 4096 + KEY)).secrets


def test_there_is_a_limit_to_files_that_are_read_for_secrets():
    seen = look(*(file(f"{n:04}.key", KEY) for n in range(MAX_SECRET_FILES + 5)))
    assert len(seen.secrets) == MAX_SECRET_FILES


def test_of_two_files_with_one_name_the_last_one_counts():
    program = elf(LINUX.encode())
    seen = look(
        *(file("etc/passwd", b"old"), file("x.key", KEY), file("bin/x", program, 0o755)),
        *(file("./etc/passwd", b"new"), file("x.key"), file("bin/x", b"#!", 0o755)),
    )
    assert (seen.texts, seen.secrets, seen.programs) == ({"etc/passwd": "new"}, {}, {})


def test_a_name_from_an_extension_header_is_as_good_as_any():
    seen = look(extension(b"x", record(b"path", b"etc/passwd")), header(b"x", 3), padded(b"abc"))
    assert seen.texts == {"etc/passwd": "abc"}


def test_a_debian_base_shows_its_release_its_mark_and_its_programs():
    seen = look_of_head(pack(debian(Architecture.AMD64, slim=True)).blob[: 64 * 1024])
    assert seen.texts["etc/debian_version"] == "13.5\n"
    assert "etc/dpkg/dpkg.cfg.d/docker" in seen.texts
    assert seen.programs["usr/bin/["] == Program(LINUX, "amd64")
    assert not seen.complete


def test_an_alpine_base_shows_busybox_first():
    seen = look_of_head(pack(alpine(Architecture.AMD64)).blob[: 16 * 1024])
    assert next(iter(seen.programs.values())) == Program(MUSL, "amd64")
