import pytest

from webhook.profile.tools import tool_of


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("gcc", "gcc"),
        ("gcc-12", "gcc"),
        ("gcc-4.8", "gcc"),
        ("x86_64-linux-gnu-gcc-12", "gcc"),
        ("x86_64-linux-gnu-gcc", "gcc"),
        ("aarch64-linux-gnu-ld", "ld"),
        ("aarch64-linux-gnu-ld.bfd", "ld"),
        ("arm-linux-gnueabihf-as", "as"),
        ("x86_64-alpine-linux-musl-gcc", "gcc"),
        ("x86_64-redhat-linux-g++", "g++"),
        ("x86_64-conda-linux-gnu-cc", "cc"),
        ("i686-w64-mingw32-gcc", "gcc"),
        ("cc1plus", "g++"),
        ("c++", "g++"),
        ("c99-gcc", "cc"),
        ("gmake", "make"),
        ("clang-19", "clang"),
        ("pip-compile", "pip-compile"),
        ("pre-commit", "pre-commit"),
        ("python3.13", "python3.13"),
        ("x86_64", "x86_64"),
        ("linux-boot-prober", "linux-boot-prober"),
    ],
)
def test_a_program_is_known_whatever_version_and_target_its_name_has(name: str, tool: str) -> None:
    assert tool_of(name) == tool


def test_a_long_name_costs_no_more_than_its_length() -> None:
    assert tool_of("a-" * 100_000)
    assert tool_of(f"x-{'1.' * 100_000}")
