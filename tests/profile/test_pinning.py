import pytest

from tests.profile.images import buildkit, classic
from webhook.oci import History
from webhook.profile.history import read_history
from webhook.profile.installs import Install, python_installs
from webhook.profile.pinning import exports_lock, has_range, is_locked, locks_of, unpinned

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def read(script: str) -> Install:
    entries = classic(f"RUN {script}")
    return next(iter(python_installs(read_history(History(**entry) for entry in entries))))


def floating(script: str, **env: str) -> list[str]:
    return [written for _, written in unpinned(read(script), env)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("pip install flask", ["flask"]),
        ("pip3.13 install --no-cache-dir -U flask gunicorn", ["flask", "gunicorn"]),
        ("python -m pip install flask", ["flask"]),
        ("/opt/venv/bin/pip install flask==3.0 gunicorn", ["gunicorn"]),
        ("pip install 'uvicorn[standard]'", ["uvicorn[standard]"]),
        ("pip install 'flask>=2' 'django~=5.0' 'a<3' 'b!=1'", ["flask>=2", "django~=5.0", "a<3", "b!=1"]),
        ("pip install flask>=2", ["flask"]),
        ("pip install 'flask; python_version < \"4\"'", ['flask; python_version < "4"']),
        ("pip install -t /deps --index-url https://x/simple flask", ["flask"]),
        ("pip install torch --index-url https://download.example.org/whl/cpu", ["torch"]),
        ("pip install . gunicorn", ["gunicorn"]),
        ("uv pip install --system flask", ["flask"]),
        ("uv tool install ruff@latest", ["ruff@latest"]),
        ("pipx install black", ["black"]),
        ("pip install git+https://git.example.com/a/b.git", ["git+https://git.example.com/a/b.git"]),
        ("pip install git+ssh://git@git.example.com/a/b@main", ["git+ssh://git@git.example.com/a/b@main"]),
        ("pip install https://example.com/archive/main.zip", ["https://example.com/archive/main.zip"]),
        ("pip install -e git+https://git.example.com/a/b#egg=b", ["git+https://git.example.com/a/b#egg=b"]),
        ("pip install 'b @ https://example.com/main.zip'", ["b @ https://example.com/main.zip"]),
    ],
)  # fmt: skip
def test_a_requirement_without_an_exact_version_floats(script: str, found: list[str]) -> None:
    assert floating(script) == found


@pytest.mark.parametrize(
    "script",
    [
        "pip install flask==3.0.3",
        "pip install 'flask==3.0.*' 'gunicorn===23.0'",
        "pip install 'uvicorn[standard]==0.30'",
        "pip install flask==$FLASK_VERSION",
        "pip install 'flask==3; python_version<\"4\"'",
        "uv tool install ruff@0.6.1",
        "pip install -r requirements.txt",
        "pip install -r requirements.txt gunicorn",
        "pip install --requirement=base.txt gunicorn",
        "pip install -c constraints.txt flask",
        "pip install -cconstraints.txt flask",
        "pip install -Ur requirements.txt flask",
        "pip install --constraint constraints.txt flask",
        "pip install --no-index --find-links=/wheels flask",
        "pip install --require-hashes -r requirements.txt",
        "pip install --dry-run flask",
        "pip install .",
        "pip install -e .",
        "pip install -e '.[prod]'",
        "pip install ./libs/a ../b /wheels/*.whl",
        "pip install a-1.0-py3-none-any.whl b-2.tar.gz",
        "pip install $PACKAGES",
        "pip install $(cat packages.txt)",
        "pip install https://example.com/flask-3.0.3-py3-none-any.whl",
        "pip install https://example.com/archive/main.zip#sha256=abc",
        "pip install git+https://git.example.com/a/b.git@v1.2",
        f"pip install git+https://git.example.com/a/b.git@{COMMIT}",
        f"pip install https://example.com/archive/{COMMIT}.zip",
        "uv sync",
        "uv pip sync requirements.txt",
        "poetry install",
        "conda install numpy",
    ],
)
def test_what_has_its_version_here_or_elsewhere_does_not(script: str) -> None:
    assert floating(script) == []


@pytest.mark.parametrize("name", ["PIP_CONSTRAINT", "UV_CONSTRAINT", "PIP_NO_INDEX"])
def test_constraints_in_the_environment_hold_every_install(name: str) -> None:
    assert floating("pip install flask", **{name: "/etc/constraints.txt"}) == []
    assert floating("pip install flask", **{name: ""}) == ["flask"]


def test_names_are_compared_as_indexes_do() -> None:
    names = [name for name, _ in unpinned(read("pip install Typing_Extensions zope.interface"), {})]
    assert names == ["typing-extensions", "zope-interface"]


def test_a_range_is_told_from_a_bare_name() -> None:
    assert not has_range("flask")
    assert not has_range("uvicorn[standard]")
    assert has_range("flask>=2")
    assert has_range("git+https://git.example.com/a/b.git")


@pytest.mark.parametrize(
    "script",
    [
        "uv sync --frozen --no-dev",
        "uv sync --locked",
        "uv pip install --require-hashes -r requirements.txt",
        "uv pip sync requirements.lock",
        "pip install --require-hashes -r requirements.txt",
        "pip install --no-deps -r requirements.lock",
        "pip install -r requirements-lock.txt",
        "pip install --requirement=deploy/locked.txt",
        "pip install -r pylock.toml",
        "pip-sync",
        "pipenv sync",
        "pipenv install --system --deploy",
        "pipenv install --ignore-pipfile",
        "pdm sync --prod",
        "pdm install --frozen-lockfile",
        "pixi install --locked",
        "conda-lock install -n app conda-lock.yml",
        "conda create -n app --file conda-linux-64.lock",
        "micromamba install -y -n base -f conda-lock.yml",
    ],
)
def test_an_install_from_a_lock_file_shows(script: str) -> None:
    assert is_locked(read(script), frozenset(), {})


@pytest.mark.parametrize(
    "script",
    [
        "uv sync --no-dev",
        "uv pip install -r requirements.txt",
        "pip install -r requirements.txt",
        "pip install -r unlocked.txt",
        "pip install flask-lock==1.0",
        "poetry install --only main",
        "pipenv install --system",
        "pdm install",
        "conda env create -f environment.yml",
    ],
)
def test_an_install_of_anything_else_does_not(script: str) -> None:
    assert not is_locked(read(script), frozenset(), {})


@pytest.mark.parametrize(
    ("script", "file"),
    [
        ("uv sync --no-dev", "uv.lock"),
        ("poetry install --only main", "poetry.lock"),
        ("poetry sync", "poetry.lock"),
        ("pdm install", "pdm.lock"),
    ],
)
def test_a_tool_keeps_to_its_lock_file_where_it_was_brought(script: str, file: str) -> None:
    assert is_locked(read(script), frozenset({file}), {})
    assert not is_locked(read(script), frozenset({"other.lock"}), {})


def test_a_lock_file_means_nothing_to_uv_pip() -> None:
    assert not is_locked(read("uv pip install flask"), frozenset({"uv.lock"}), {})


@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("uv sync", "UV_FROZEN"),
        ("uv sync", "UV_LOCKED"),
        ("pip install -r requirements.txt", "PIP_REQUIRE_HASHES"),
    ],
)
def test_the_environment_may_demand_it(script: str, name: str) -> None:
    assert is_locked(read(script), frozenset(), {name: "1"})
    assert not is_locked(read(script), frozenset(), {name: "false"})


def test_a_lock_file_is_brought_by_a_copy_or_lent_by_a_mount() -> None:
    lines = ("COPY pyproject.toml poetry.lock ./", "RUN true")
    copied, nothing = read_history(History(**entry) for entry in buildkit(*lines))
    assert locks_of(copied) == {"poetry.lock"}
    assert locks_of(nothing) == frozenset()
    mount = "--mount=type=bind,source=uv.lock,target=uv.lock"
    (lent,) = read_history(History(**entry) for entry in classic(f"RUN {mount} uv sync"))
    assert locks_of(lent) == {"uv.lock"}


def test_writing_a_lock_file_out_as_requirements_shows() -> None:
    assert exports_lock(("uv", "export", "--frozen"))
    assert exports_lock(("poetry", "export", "-f", "requirements.txt"))
    assert exports_lock(("pipenv", "requirements"))
    assert exports_lock(("pip-compile", "--generate-hashes"))
    assert not exports_lock(("uv", "sync"))
    assert not exports_lock(("export", "A=b"))
    assert not exports_lock(())


def test_hostile_requirements_are_read_in_linear_time() -> None:
    words = ("1" * 60_000, "a-" * 30_000, "https://" + "1/" * 30_000, "[" * 60_000)
    assert floating(f"pip install {' '.join(words)}") == []
