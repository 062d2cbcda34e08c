import pytest

from tests.profile.images import FILE, buildkit, classic, kaniko
from webhook.oci import History
from webhook.profile.copied import Copy, copy_of
from webhook.profile.history import read_history

HASH = "ab" * 32


def read(entry: dict[str, object]) -> Copy | None:
    return copy_of(read_history([History(**entry)])[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("entry", "sources", "destination", "from_stage"),
    [
        (classic(f"COPY dir:{HASH} in /opt/venv ")[0], (f"dir:{HASH}",), "/opt/venv", None),
        (
            {"created_by": f"/bin/sh -c #(nop) COPY --chown=a:bdir:{HASH} in /app "},
            (f"dir:{HASH}",),
            "/app",
            None,
        ),
        (
            {"created_by": f"/bin/sh -c #(nop) COPY --chown=a:b file:{HASH} in /x.yml "},
            (f"file:{HASH}",),
            "/x.yml",
            None,
        ),
        (buildkit("COPY /app/.venv /app/.venv")[0], ("/app/.venv",), "/app/.venv", True),
        (buildkit("COPY a.py b.py ./")[0], ("a.py", "b.py"), "./", None),
        (kaniko("COPY --from=builder /venv /venv")[0], ("/venv",), "/venv", True),
        (kaniko("COPY /venv /venv")[0], ("/venv",), "/venv", False),
        (kaniko('COPY ["a b", "/x"]')[0], ("a", "b"), "/x", False),
    ],
)
def test_a_copy_is_read_from_every_builder(
    entry: dict[str, object], sources: tuple[str, ...], destination: str, from_stage: bool | None
) -> None:
    copy = read(entry)
    assert copy is not None
    assert (copy.sources, copy.destination) == (sources, destination)
    assert copy.from_stage is from_stage


@pytest.mark.parametrize(
    ("line", "is_root"),
    [
        (f"ADD {FILE} in / ", True),
        (f"COPY {FILE} in / ", False),
        (f"ADD {FILE} in /app ", False),
    ],
)
def test_an_archive_added_at_the_root_is_an_operating_system(line: str, is_root: bool) -> None:
    copy = read(classic(line)[0])
    assert copy is not None
    assert copy.is_root is is_root


@pytest.mark.parametrize(
    ("line", "is_root"),
    [
        ("ADD alpine-minirootfs-3.20.1-x86_64.tar.gz / ", True),
        ("ADD layer.tar.xz /", True),
        ("COPY /rootfs/ /", True),
        ("COPY / /", True),
        ("COPY hello /", False),
        ("COPY requirements.txt /app/", False),
    ],
)
def test_buildkit_names_what_it_puts_at_the_root(line: str, is_root: bool) -> None:
    copy = read(buildkit(line)[0])
    assert copy is not None
    assert copy.is_root is is_root


@pytest.mark.parametrize("created_by", ["RUN cp a b", "COPY", "COPY x", "ENV A=b", ""])
def test_other_steps_copy_nothing(created_by: str) -> None:
    assert read({"created_by": created_by}) is None
