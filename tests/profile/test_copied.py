import pytest

from tests.profile.images import FILE, buildkit, classic, kaniko
from webhook.oci import History
from webhook.profile.copied import Brought, Copy, brought, copy_of, may_hold
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


def what(entry: dict[str, object]) -> Brought | None:
    copy = read(entry)
    assert copy is not None
    return brought(copy)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("COPY /app/.venv /app/.venv", Brought.ENVIRONMENT),
        ("COPY /opt/venv/ /opt/venv/", Brought.ENVIRONMENT),
        ("COPY /root/.cache/pypoetry/virtualenvs/x /venv", Brought.ENVIRONMENT),
        ("COPY app/.venv .venv", Brought.ENVIRONMENT),
        ("COPY /opt/conda /opt/conda", Brought.ENVIRONMENT),
        ("COPY /install /usr/local", Brought.PREFIX),
        ("COPY /usr/local/lib/python3.13 /usr/local/lib/python3.13", Brought.PREFIX),
        ("COPY /root/.local /home/app/.local", Brought.PREFIX),
        ("COPY /app/.venv/lib/python3.11/site-packages /app/site-packages", Brought.PREFIX),
        ("COPY /wheels /wheels", Brought.WHEELS),
        ("COPY /build/dist/api-1.0-py3-none-any.whl /tmp/", Brought.WHEELS),
        ("COPY /src/wheelhouse /tmp/wheelhouse", Brought.WHEELS),
        ("COPY /app /app", Brought.FILES),
        ("COPY /app/src /app/pyproject.toml /app/", Brought.FILES),
    ],
)
def test_what_a_stage_installed_is_told_by_the_place_it_is_copied_from(
    line: str, found: Brought
) -> None:
    assert what(buildkit(line)[0]) is found


@pytest.mark.parametrize(
    "line",
    [
        "COPY . .",
        "COPY requirements.txt ./",
        "COPY conf/gunicorn.py /usr/local/",
        "COPY /uv /uvx /bin/",
        "COPY /usr/local/bin/node /usr/local/bin/",
        "COPY /opt/venv/bin/alembic /usr/local/bin/",
        "COPY /tini /tini",
        "COPY /frontend/dist /app/static",
        "COPY /usr/local/lib/node_modules /usr/local/lib/node_modules",
        "COPY /etc/ssl/certs /etc/ssl/certs",
        "COPY /requirements.txt /app/",
        "COPY /plugins /tmp/plugins",
        "COPY / /",
    ],
)
def test_programs_assets_single_files_and_the_context_bring_no_dependencies(line: str) -> None:
    assert what(buildkit(line)[0]) is None


def test_where_the_classic_builder_hides_the_source_the_destination_tells() -> None:
    assert what(classic(f"COPY dir:{HASH} in /app/.venv ")[0]) is Brought.ENVIRONMENT
    assert what(classic(f"COPY dir:{HASH} in /usr/local ")[0]) is Brought.PREFIX
    assert what(classic(f"COPY dir:{HASH} in /app ")[0]) is None
    assert what(classic(f"COPY file:{HASH} in /usr/local/ ")[0]) is None


def test_kaniko_says_whether_a_copy_comes_from_a_stage() -> None:
    assert what(kaniko("COPY --from=builder /app /app")[0]) is Brought.FILES
    assert what(kaniko("COPY --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/uv")[0]) is None
    assert what(kaniko("COPY /venv /venv")[0]) is None


@pytest.mark.parametrize(
    ("line", "may"),
    [
        ("COPY pyproject.toml poetry.lock ./", True),
        ("COPY pyproject.toml poetry.lock* /app/", True),
        ("COPY *.toml *.lock ./", True),
        ("COPY . .", True),
        ("COPY ./ /app", True),
        ("COPY backend/ /app", True),
        ("COPY pyproject.toml ./", False),
        ("COPY uv.lock ./", False),
    ],
)
def test_a_copy_may_hold_a_file_by_name_or_in_a_folder(line: str, may: bool) -> None:
    copy = read(buildkit(line)[0])
    assert copy is not None
    assert may_hold(copy, "poetry.lock") is may


def test_a_hidden_source_may_hold_anything() -> None:
    copy = read(classic(f"COPY multi:{HASH} in /app/ ")[0])
    assert copy is not None
    assert may_hold(copy, "poetry.lock")
