import pytest

from tests.profile.images import classic
from webhook.oci import History
from webhook.profile.history import Instruction, read_history
from webhook.profile.packages import PYTHON_PACKAGE, Family, called, families, installed


def runs(*scripts: str) -> tuple[Instruction, ...]:
    entries = classic(*(f"RUN {script}" for script in scripts))
    return read_history(History(**entry) for entry in entries)


def names(*scripts: str) -> list[str]:
    return [package.name for package in installed(runs(*scripts))]


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        ("apt-get update && apt-get install -y --no-install-recommends a b", ["a", "b"]),
        ("apt-get -y -o X=y install -t bookworm-backports a", ["a"]),
        ("apt install a=1.2-3 b:amd64 c/stable", ["a", "b", "c"]),
        ("install_packages a b", ["a", "b"]),
        ("apk add --no-cache a=3.11.6-r0 b~=3", ["a", "b"]),
        ("apk --no-cache add -X https://x/edge a", ["a"]),
        ("yum -y install a.x86_64 python3.11", ["a", "python3.11"]),
        ("microdnf --setopt=tsflags=nodocs install -y a && microdnf clean all", ["a"]),
        ("zypper -n install --no-recommends a", ["a"]),
        ("pacman -Sy --noconfirm a", ["a"]),
        ("sudo apt-get install -y a", ["a"]),
        ("deps='a b'; apt-get install -y $deps", ["a", "b"]),
        ("apt-get install -y a > /dev/null 2>&1", ["a"]),
        ("apt-get update", []),
        ("echo apt-get install a", []),
        ("apk info", []),
    ],
)
def test_what_a_manager_is_asked_for_is_installed(script: str, kept: list[str]) -> None:
    assert names(script) == kept


@pytest.mark.parametrize(
    ("scripts", "kept"),
    [
        (["apk add -t .deps a b && apk add c && apk del .deps"], ["c"]),
        (["apk add --virtual=deps a", "apk del --purge deps"], []),
        (["apk add --virtual .deps python3 && apk add python3 && apk del .deps"], ["python3"]),
        (["apt-get install a b", "apt-get purge -y --auto-remove a"], ["b"]),
        (["apt-get install python3 python3-pip b && apt-get remove -y 'python3*'"], ["b"]),
        (["d='a'; apt-get install $d; apt-get purge -y --auto-remove $d"], []),
        (
            [
                'savedAptMark="$(apt-mark showmanual)"; apt-get install -y a;'
                " apt-mark auto '.*' > /dev/null; apt-get purge -y --auto-remove"
            ],
            [],
        ),
        (
            [
                "apt-get install -y b",
                "apt-get install a; apt-mark showmanual | xargs apt-mark auto > /dev/null;"
                " apt-get purge -y --auto-remove",
            ],
            ["b"],
        ),
        (["dnf install -y a b && dnf remove -y a"], ["b"]),
    ],
)
def test_what_is_taken_out_again_is_not_there(scripts: list[str], kept: list[str]) -> None:
    assert names(*scripts) == kept


def test_a_package_knows_its_step_and_what_was_asked_for_beside_it() -> None:
    found = installed(runs("true", "apk add python3 make g++"))
    assert {p.name: (p.step, p.family, p.beside) for p in found}["python3"] == (
        1,
        Family.APK,
        {"python3", "make", "g++"},
    )


def test_a_step_that_asks_where_it_runs_tells_no_family() -> None:
    steps = runs(
        "apt-get update",
        "{ grep -q '^ID=alpine$' /etc/os-release && apk add --no-cache bash; } || true",
        "if command -v apk; then apk add bash; else apt-get install bash; fi",
    )
    assert list(map(families, steps)) == [{Family.APT}, set(), set()]


def test_many_calls_cost_no_more_than_their_text() -> None:
    script = ";".join(f"apt-get install p{i}; apt-get remove q{i}" for i in range(1000))
    assert len(installed(runs(script))) == 1000


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("python3", ("3", None)),
        ("python", (None, None)),
        ("python3.11", ("3", "11")),
        ("python311-devel", ("3", "11")),
        ("python36", ("3", "6")),
        ("python-3.12", ("3", "12")),
        ("rh-python38", ("3", "8")),
        ("python3-yaml", ("3", None)),
        ("py3-flask", (None, None)),
        ("pypy3", ("3", None)),
        ("libapache2-mod-wsgi-py3", (None, None)),
    ],
)
def test_distributions_name_their_python_in_many_ways(
    name: str, version: tuple[str | None, str | None]
) -> None:
    match = PYTHON_PACKAGE.fullmatch(name)
    assert match is not None
    assert match.groups() == version


@pytest.mark.parametrize("name", ["libpython3.11", "pylint", "boost-python", "py-spy", "mpython"])
def test_what_only_sounds_like_python_is_not(name: str) -> None:
    assert PYTHON_PACKAGE.fullmatch(name) is None


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("apt-get -y -o X=y update", (Family.APT, "update")),
        ("/usr/bin/apt install a", (Family.APT, "install")),
        ("apk --no-cache -X https://x add a", (Family.APK, "add")),
        ("microdnf --setopt tsflags=nodocs clean all", (Family.RPM, "clean")),
        ("dnf", (Family.RPM, "")),
        ("pip install a", None),
        ("", None),
    ],
)
def test_a_call_of_a_manager_is_told_with_its_subcommand(
    line: str, call: tuple[Family, str] | None
) -> None:
    assert called(tuple(line.split())) == call
