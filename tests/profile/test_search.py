"""What the entries of own layers are sorted to (see ``webhook.profile.search``)."""

import pytest

from tests.profile.images import image, python_slim
from tests.profile.looks import BASE, copied, looked, run
from webhook.layer import Entry, Kind, Look
from webhook.profile import distil
from webhook.profile.assemble import Examination
from webhook.profile.contents import NO_SHAPE, Found
from webhook.profile.seen import Seen

SITE = "usr/local/lib/python3.13/site-packages"


def paths(found: tuple[Found, ...]) -> list[str]:
    return [each.path for each in found]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("usr/bin/gcc-12", "gcc"),
        ("usr/bin/x86_64-linux-gnu-gcc-12", "gcc"),
        ("usr/bin/aarch64-linux-gnu-ld", "ld"),
        ("usr/libexec/gcc/x86_64-linux-gnu/14/cc1", "cc1"),
        ("usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "g++"),
        ("etc/alternatives/cc", "cc"),
        ("etc/alternatives/c89", "cc"),
        ("etc/alternatives/c99", "cc"),
        ("etc/alternatives/cpp", "cc1"),
        ("usr/local/go/bin/go", "go"),
        ("root/.cargo/bin/cargo", "cargo"),
        ("bin/uv", "uv"),
        ("uv", "uv"),
        ("app/.venv/bin/uv", "uv"),
        ("opt/poetry/bin/poetry", "poetry"),
        ("root/.local/bin/poetry", "poetry"),
    ],
)
def test_a_program_is_found_under_its_tools_name(path: str, name: str) -> None:
    assert run(path).programs[name].path == path


def test_a_program_is_found_under_its_own_name_too() -> None:
    assert set(run("usr/bin/gcc-12").programs) == {"gcc", "gcc-12"}
    assert set(run("usr/lib/gcc/x/12/cc1plus").programs) == {"g++", "cc1plus"}


@pytest.mark.parametrize(
    "path",
    [
        "app/bin/make",
        "etc/alternatives/pager",
        "usr/share/doc/gcc",
        "usr/include/as",
        "usr/bin/ld/",
        "app/make",
        f"{SITE}/bin/uv",
    ],
)
def test_other_files_of_such_names_are_no_programs(path: str) -> None:
    assert run(path).programs == {}


def test_an_environment_of_any_name_has_programs_once_it_is_known_for_one() -> None:
    found = run("app/tools/bin/activate", "app/tools/bin/uv", "other/bin/uv")
    assert found.programs["uv"].path == "app/tools/bin/uv"
    found = run("app/tools/bin/pdm", "app/tools/pyvenv.cfg")
    assert found.programs["pdm"].path == "app/tools/bin/pdm"


def test_a_distribution_is_known_by_its_metadata() -> None:
    found = run(
        f"{SITE}/Flask_Login-0.6.3.dist-info/METADATA",
        f"{SITE}/flask/app.py",
        "usr/lib/python3/dist-packages/PyYAML-6.0.egg-info/PKG-INFO",
    )
    assert set(found.packages) == {"flask-login", "pyyaml"}
    assert found.packages["pyyaml"].path == "usr/lib/python3/dist-packages/PyYAML-6.0.egg-info"


def test_a_cache_is_as_large_as_its_files() -> None:
    (found,) = run("root/.cache/pip/", "root/.cache/pip/a/b 3M", "root/.cache/pip/c 1M").caches
    assert found == Found("root/.cache/pip", BASE, 4_000_000, "pip")


@pytest.mark.parametrize(
    ("variable", "path", "manager"),
    [
        ("PIP_CACHE_DIR=/srv/pip", "srv/pip/http/x", "pip"),
        ("UV_CACHE_DIR=/opt/uv-cache/", "opt/uv-cache/wheels/x", "uv"),
        ("POETRY_CACHE_DIR=/var/poetry", "var/poetry/artifacts/x", "poetry"),
        ("XDG_CACHE_HOME=/data", "data/pip/http/x", "pip"),
        ("XDG_CACHE_HOME=/data/", "data/uv/x", "uv"),
    ],
)
def test_a_cache_is_where_a_variable_says(variable: str, path: str, manager: str) -> None:
    (found,) = looked(("RUN x", (path,)), env=[variable]).contents.caches
    assert found.what == manager


@pytest.mark.parametrize("option", ["--cache-dir=/srv/pip", "--cache-dir /srv/pip"])
def test_a_cache_is_where_an_option_says(option: str) -> None:
    (found,) = run("srv/pip/http/x", line=f"RUN pip install {option} flask").caches
    assert (found.path, found.what) == ("srv/pip", "pip")


def test_bytecode_of_the_application_is_found_by_folder_with_its_tags() -> None:
    found = copied(
        "app/__pycache__/a.cpython-311.pyc",
        "app/__pycache__/a.cpython-313.opt-1.pyc",
        "app/__pycache__/odd.pyc",
        "app/x/__pycache__/",
    ).bytecode
    assert [(each.path, each.what) for each in found] == [
        ("app/__pycache__", "cpython-311 cpython-313"),
        ("app/x/__pycache__", ""),
    ]


def test_bytecode_of_libraries_is_kept_apart() -> None:
    found = run(
        f"{SITE}/flask/__pycache__/app.cpython-313.pyc",
        "usr/local/lib/python3.13/__pycache__/os.cpython-313.pyc",
        "usr/lib/python3/dist-packages/__pycache__/six.cpython-313.pyc",
    )
    assert found.bytecode == ()
    assert paths(found.installed_bytecode) == [
        f"{SITE}/flask/__pycache__",
        "usr/lib/python3/dist-packages/__pycache__",
    ]


@pytest.mark.parametrize(
    "file",
    [
        "app/tests/x.py",
        "app/test/x.py",
        "app/api/test_views.py",
        "app/conftest.py",
        "app/.coverage",
        "app/.coverage.host.1",
        "app/htmlcov/index.html",
        "app/.pytest_cache/v/x",
        "app/.tox/py313/x",
    ],
)
def test_tests_and_what_they_leave_are_found(file: str) -> None:
    assert len(copied(file).tests) == 1


@pytest.mark.parametrize(
    "file",
    [
        "app/contest.py",
        "app/latest/x.py",
        "app/attest.py",
        "app/testing.md",
        "app/test_data.json",
        f"{SITE}/numpy/array_api/tests/x.py",
        "usr/local/lib/python3.13/test/test_os.py",
        "usr/share/doc/tests/x.py",
        "app/node_modules/x/test/y.js",
        "opt/conda/lib/python3.12/site-packages/x/tests/y.py",
        "root/.pyenv/plugins/x/test/y",
    ],
)
def test_what_only_looks_like_tests_and_what_libraries_brought_is_not(file: str) -> None:
    assert copied(file).tests == ()


def test_a_suite_is_told_once() -> None:
    found = copied("app/tests/conftest.py", "app/tests/test_a.py", "app/tests/unit/tests/test_b.py")
    assert paths(found.tests) == ["app/tests"]


@pytest.mark.parametrize(
    "file",
    [
        *("app/.git/HEAD", "app/.git", "app/.github/workflows/x.yml", "app/.gitlab-ci.yml"),
        *("app/Jenkinsfile", "app/.vscode/x", "app/.idea/x", "app/pkg/.DS_Store", "app/.a.py.swp"),
        *("app/.mypy_cache/x", "app/.ruff_cache/x", "app/.pytest_cache/x", "app/.tox/x"),
        *("app/.hypothesis/x", "app/.ipynb_checkpoints/x", "app/Dockerfile", "app/Dockerfile.dev"),
        *("app/docker-compose.yml", "app/docker-compose.prod.yaml", "app/compose.yaml"),
        *("app/.dockerignore", "usr/src/app/.git/HEAD", "Dockerfile"),
    ],
)
def test_what_nobody_means_to_ship_is_a_leak(file: str) -> None:
    destination = "/usr/src/app" if file.startswith("usr") else "/app"
    assert len(copied(file, to=destination).leaks) == 1


@pytest.mark.parametrize(
    "file",
    [
        *("app/.gitignore", "app/.gitkeep", "app/.gitattributes", "app/dockerfile_lint.py"),
        *("app/composer.json", "root/.pyenv/.git/HEAD", f"{SITE}/x/.DS_Store", "etc/Dockerfile"),
        *("usr/share/x/.git/HEAD", "app/main.py"),
    ],
)
def test_what_belongs_to_tools_and_libraries_is_none(file: str) -> None:
    assert copied(file).leaks == ()


@pytest.mark.parametrize(
    "file",
    [
        *("app/a.ipynb", "app/geo.db", "app/x.sqlite3", "app/x.log", "app/README.md"),
        *("app/build/x", "app/dist/x.js", "app/docs/x", "app/logs/x", "app/api.egg-info/x"),
    ],
)
def test_what_may_be_meant_is_kept_apart_from_leaks(file: str) -> None:
    found = copied(file)
    assert len(found.loose) == 1
    assert found.leaks == ()


@pytest.mark.parametrize(
    "name", ["uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml", "pylock.dev.toml"]
)
def test_lock_files_are_found(name: str) -> None:
    assert paths(copied(f"app/{name}").lockfiles) == [f"app/{name}"]
    assert run(f"{SITE}/x/{name}").lockfiles == ()


@pytest.mark.parametrize(
    "file",
    [
        *("app/.env", "app/.env.production", "root/.ssh/id_rsa", "home/me/.ssh/id_ed25519"),
        *("root/.netrc", "root/.pypirc", "root/.aws/credentials", "root/.docker/config.json"),
        "root/.git-credentials",
    ],
)
def test_files_that_hold_secrets_are_found_by_their_names(file: str) -> None:
    assert paths(run(file).secrets) == [file]


@pytest.mark.parametrize(
    "file",
    [
        *("app/.env.example", "app/.env/", "app/.env 0", "app/.env => /run/secrets/env"),
        *("app/config.json", "app/server.pem", "etc/pip.conf", "etc/ssl/private/x.key"),
        *(f"{SITE}/certifi/cacert.pem = private key", "usr/share/doc/x/id_rsa", "app/.environ"),
    ],
)
def test_files_that_are_only_called_alike_are_not(file: str) -> None:
    assert run(file).secrets == ()


def test_the_shape_of_what_is_in_one_is_told_where_it_was_seen() -> None:
    found = run("app/.env = credentials file", "app/server.pem = private key").secrets
    assert [each.what for each in found] == ["credentials file", "private key"]


def test_a_file_that_was_read_and_has_none_is_told_apart_from_one_that_was_not() -> None:
    (read,) = run("app/.env 1k").secrets
    (large,) = run("app/.env 5k").secrets
    (cut_off,) = run("app/.env 1k", "...").secrets
    assert (read.what, large.what, cut_off.what) == (NO_SHAPE, "", "")


def test_a_table_of_contents_shows_names_and_no_contents() -> None:
    about = image([*python_slim(), {"created_by": "COPY . /app"}])
    examined = Examination(about)
    toc = Look((Entry("app/.env", Kind.FILE, 9), Entry("x.pem", Kind.FILE, 9)), True, by="toc")
    stack = examined.judged({about.manifest.layers[-1].digest: Seen(toc=toc)}).stack
    (found,) = distil.contents(stack, [False] * BASE + [True], examined.reading).secrets
    assert (found.path, found.what) == ("app/.env", "")
