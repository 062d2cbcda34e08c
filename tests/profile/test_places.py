import pytest

from webhook.profile.places import MAX_DEPTH, MAX_FOLDERS, Area, Places


def places(*application: str) -> Places:
    return Places(application, {})


@pytest.mark.parametrize(
    ("folder", "area"),
    [
        ("app", Area.APPLICATION),
        ("app/src/api", Area.APPLICATION),
        ("home/me/api", Area.APPLICATION),
        ("root/api", Area.APPLICATION),
        ("srv/api", Area.APPLICATION),
        ("usr/lib/x86_64-linux-gnu", Area.SYSTEM),
        ("etc/nginx", Area.SYSTEM),
        ("tmp/build", Area.SYSTEM),
        ("opt/conda/lib", Area.SYSTEM),
        ("root/.pyenv/versions/3.13.1/lib", Area.SYSTEM),
        ("usr/local/lib/python3.13/test", Area.SYSTEM),
        ("app/.venv/share", Area.SYSTEM),
        ("usr/local/lib/python3.13/site-packages/flask", Area.LIBRARY),
        ("usr/lib/python3/dist-packages/yaml", Area.LIBRARY),
        ("app/.venv/lib/python3.13/site-packages", Area.LIBRARY),
        ("usr/share/doc/x", Area.CLOSED),
        ("app/node_modules/x/test", Area.CLOSED),
        ("app/.git/objects/ab", Area.CLOSED),
    ],
)
def test_a_folder_is_known_by_its_name_and_by_where_it_is(folder: str, area: Area) -> None:
    assert places().of(folder).area is area


@pytest.mark.parametrize("folder", ["usr/src/app", "var/www/site", "usr/share/api", "var/task"])
def test_a_folder_that_an_application_was_put_into_is_one_wherever_it_is(folder: str) -> None:
    assert places().of(folder).area is not Area.APPLICATION
    found = places(folder).of(f"{folder}/pkg")
    assert (found.area, found.top) == (Area.APPLICATION, folder)


@pytest.mark.parametrize(
    "folder",
    [
        "usr",
        "usr/local",
        "usr/local/bin",
        "usr/bin",
        "usr/local/lib/python3.13/site-packages",
        "app/.venv",
        "opt/venv",
        "var",
    ],
)
def test_copying_into_a_system_or_an_environment_makes_no_application_of_it(folder: str) -> None:
    assert places(folder).of(folder) == places().of(folder)


@pytest.mark.parametrize(
    ("folder", "programs"),
    [
        ("usr/bin", "always"),
        ("bin", "always"),
        ("usr/local/go/bin", "always"),
        ("usr/lib/go-1.24/bin", "always"),
        ("usr/lib/gcc/x86_64-linux-gnu/12", "always"),
        ("usr/libexec/gcc/x86_64-linux-gnu/14", "always"),
        ("root/.cargo/bin", "always"),
        ("home/me/.local/bin", "always"),
        ("root/.local/share/pypoetry/venv/bin", "always"),
        ("opt/conda/bin", "always"),
        ("opt/poetry/bin", "always"),
        ("app/.venv/bin", "always"),
        ("", "always"),
        ("app/bin", "environment"),
        ("app/env/bin", "environment"),
        ("etc/alternatives", "alternatives"),
        ("usr/bin/more", ""),
        ("usr/lib/gcc/x86_64-linux-gnu", ""),
        ("app", ""),
        ("etc", ""),
    ],
)
def test_programs_are_where_systems_tools_and_environments_keep_them(
    folder: str, programs: str
) -> None:
    assert places().of(folder).programs == programs


@pytest.mark.parametrize(
    ("folder", "manager"),
    [
        ("root/.cache/pip/http-v2/a", "pip"),
        ("home/me/.cache/uv/wheels", "uv"),
        ("var/lib/app/.cache/pip", "pip"),
        ("root/.cache/pypoetry/artifacts", "poetry"),
        ("opt/conda/pkgs/numpy", "conda"),
        ("root/miniconda3/pkgs", "conda"),
        ("opt/miniforge3/pkgs", "conda"),
        ("var/cache/apk", "apk"),
        ("var/cache/apt/archives/partial", "apt"),
        ("var/cache/dnf/base", "dnf"),
        ("srv/elsewhere/pip/http", "pip"),
    ],
)
def test_caches_are_found_as_a_whole(folder: str, manager: str) -> None:
    found = Places((), {"srv/elsewhere/pip": "pip"}).of(folder)
    assert [(mark.kind, mark.what) for mark in found.marks] == [("caches", manager)]
    assert folder.startswith(found.marks[0].root)


@pytest.mark.parametrize("folder", ["app/pkgs", "root/.cache/fontconfig", "var/cache/debconf"])
def test_other_folders_of_such_names_are_none(folder: str) -> None:
    assert places().of(folder).marks == ()


def test_the_environments_that_poetry_makes_in_its_cache_are_none_of_it() -> None:
    found = places().of("root/.cache/pypoetry/virtualenvs/api-x-py3.13/bin")
    assert (found.marks, found.programs) == ((), "always")


@pytest.mark.parametrize(
    ("folder", "package"),
    [
        ("usr/local/lib/python3.13/site-packages/Flask_Login-0.6.3.dist-info", "flask-login"),
        ("usr/lib/python3/dist-packages/ruamel.yaml-0.18.egg-info", "ruamel-yaml"),
        ("opt/x/site-packages/pytest-8.3.4-py3.13.egg-info", "pytest"),
        ("var/task/requests-2.32.3.dist-info", "requests"),
        ("app/api.egg-info", ""),
        ("x/site-packages/setuptools/_vendor/wheel-0.43.0.dist-info", ""),
        ("app/.tox/py313/lib/python3.13/site-packages/pytest-8.3.4.dist-info", ""),
    ],
)
def test_metadata_of_a_distribution_names_it(folder: str, package: str) -> None:
    assert places().of(folder).package == package


@pytest.mark.parametrize(
    ("folder", "environment"),
    [
        ("app/.venv/lib", "app/.venv"),
        ("opt/venv", "opt/venv"),
        ("app/my-venv-3/bin", "app/my-venv-3"),
        ("app/env/bin", "app/env"),
        ("usr/local/lib/python3.13/venv/scripts", ""),
        ("app/environment", ""),
    ],
)
def test_folders_that_are_called_so_may_be_environments(folder: str, environment: str) -> None:
    assert places().of(folder).environment == environment


def test_what_is_in_two_things_belongs_to_both() -> None:
    found = places().of("app/tests/unit/__pycache__")
    assert [(m.kind, m.root) for m in found.marks] == [
        ("tests", "app/tests"),
        ("bytecode", "app/tests/unit/__pycache__"),
    ]


def test_a_folder_is_the_same_in_whatever_order_folders_come() -> None:
    path = "app/tests/api/v1"
    parts = path.split("/")
    step_by_step = places()
    for end in range(1, len(parts) + 1):
        last = step_by_step.of("/".join(parts[:end]))
    assert last == places().of(path)


def test_the_cost_is_bounded_however_deep_long_and_many_folders_are() -> None:
    known = places()
    deep = "/".join(["a"] * 4000)
    assert known.of(deep).area is Area.APPLICATION
    assert known.of(f"{'/'.join('a' * MAX_DEPTH)}/tests").marks == ()
    assert known.of("x" * 5000).area is Area.APPLICATION
    for number in range(MAX_FOLDERS + 10):
        found = known.of(f"d{number}/tests")
    assert found.area is Area.CLOSED
    assert places().of("d1/tests").marks != ()
