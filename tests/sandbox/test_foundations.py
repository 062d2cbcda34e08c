from collections.abc import Callable

import pytest

from tests.sandbox.contents import members, names, read
from webhook.sandbox import foundations
from webhook.sandbox.architecture import Architecture
from webhook.sandbox.build import ImageBuild
from webhook.sandbox.roots import SCALE

AMD64, ARM64 = Architecture.AMD64, Architecture.ARM64
Recipe = Callable[[Architecture], ImageBuild]

MEGABYTE = 1_000_000
SIZES = [
    (foundations.python_slim, 43, 126),
    (foundations.python_full, 413, 1110),
    (foundations.python_alpine, 17, 46),
    (foundations.nginx, 66, 150),
]
"""What the real images weigh, in megabytes: to pull, and unpacked."""


@pytest.mark.parametrize(("recipe", "pull", "unpacked"), SIZES)
def test_bases_weigh_a_hundredth_of_the_real_ones(recipe: Recipe, pull: int, unpacked: int) -> None:
    layers = recipe(AMD64).layers
    packed = sum(len(layer.blob) for layer in layers) * SCALE / MEGABYTE
    content = sum(m.size for layer in layers for m in members(layer.blob).values())
    assert packed == pytest.approx(pull, rel=0.05)
    assert content * SCALE / MEGABYTE == pytest.approx(unpacked, rel=0.05)


@pytest.mark.parametrize(
    ("recipe", "loader"),
    [
        (foundations.python_slim, b"/lib64/ld-linux-x86-64.so.2\0"),
        (foundations.python_full, b"/lib64/ld-linux-x86-64.so.2\0"),
        (foundations.python_alpine, b"/lib/ld-musl-x86_64.so.1\0"),
    ],
)
def test_the_interpreter_names_the_libc_at_the_head_of_its_layer(
    recipe: Recipe, loader: bytes
) -> None:
    (layer,) = [
        layer for layer in recipe(AMD64).layers if "usr/local/bin/python3.13" in members(layer.blob)
    ]
    assert loader in read(layer.blob, "usr/local/bin/python3.13")
    assert members(layer.blob)["usr/local/bin/python3.13"].offset_data < 16 * 1024


def test_loaders_are_where_programs_look_for_them() -> None:
    assert AMD64.loader() == "/lib64/ld-linux-x86-64.so.2"
    root = members(foundations.python_slim(AMD64).layers[0].blob)
    assert root["lib64"].linkname == "usr/lib64"
    target = "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    assert root["usr/lib64/ld-linux-x86-64.so.2"].linkname == target
    assert "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" in root
    arm = members(foundations.python_slim(ARM64).layers[0].blob)
    assert (
        arm["usr/lib/ld-linux-aarch64.so.1"].linkname == "aarch64-linux-gnu/ld-linux-aarch64.so.1"
    )
    assert "lib64" not in arm
    assert "lib/ld-musl-x86_64.so.1" in members(foundations.python_alpine(AMD64).layers[0].blob)


def test_only_slim_debian_leaves_documentation_out() -> None:
    slim = members(foundations.python_slim(AMD64).layers[0].blob)
    full = members(foundations.python_full(AMD64).layers[0].blob)
    assert "etc/dpkg/dpkg.cfg.d/docker" in slim
    assert "etc/dpkg/dpkg.cfg.d/docker" not in full
    assert "etc/apt/apt.conf.d/docker-clean" in full
    assert full["etc/os-release"].linkname == "../usr/lib/os-release"


def test_only_the_full_base_ships_compilers() -> None:
    compilers = {"usr/bin/gcc", "usr/bin/as", "usr/bin/ld", "etc/alternatives/cc"}
    assert compilers <= set(names(foundations.python_full(AMD64).layers))
    assert not compilers & set(names(foundations.python_slim(AMD64).layers))


def test_alpine_starts_with_busybox() -> None:
    root = foundations.python_alpine(AMD64).layers[0].blob
    files = [name for name, member in members(root).items() if member.isfile()]
    assert files[0] == "bin/busybox"
    assert read(root, "etc/alpine-release") == b"3.24.2\n"


def test_official_histories_name_the_interpreter_and_end_in_its_command() -> None:
    for recipe in (foundations.python_slim, foundations.python_full, foundations.python_alpine):
        image = recipe(AMD64)
        lines = [entry["created_by"] for entry in image.history]
        assert lines[-1] == 'CMD ["python3"]'
        assert "ENV PYTHON_VERSION=3.13.14" in lines
        assert any("export PYTHONDONTWRITEBYTECODE=1" in line for line in lines)
        assert not any("PYTHONDONTWRITEBYTECODE" in item for item in image.config["Env"])


def test_debian_is_built_by_debuerreotype_and_alpine_from_its_root_file_system() -> None:
    first = foundations.python_slim(ARM64).history[0]
    assert first["created_by"] == "# debian.sh --arch 'arm64' out/ 'trixie' '@1785715200'"
    assert first["comment"] == "debuerreotype 0.17"
    lines = [entry["created_by"] for entry in foundations.python_alpine(AMD64).history[:2]]
    assert lines == ["ADD alpine-minirootfs-3.24.2-x86_64.tar.gz / # buildkit", 'CMD ["/bin/sh"]']


def test_distroless_has_neither_shell_nor_package_manager() -> None:
    image = foundations.python_distroless(AMD64)
    found = set(names(image.layers))
    assert "usr/bin/python3.13" in found
    assert not found & {"usr/bin/dash", "usr/bin/sh", "bin/sh", "var/lib/dpkg/status"}
    assert image.config["User"] == "65532"
    assert image.config["Entrypoint"] == ["/usr/bin/python3.13"]
    assert "LANG=C.UTF-8" in image.config["Env"]
    assert all(entry["created"].startswith("1970-") for entry in image.history)
    assert all(entry["created_by"].startswith("bazel build //") for entry in image.history)
