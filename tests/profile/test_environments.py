"""Virtual environments of hosts, and those that belong in an image."""

import pytest

from tests.profile.images import classic, kaniko
from tests.profile.looks import BASE, copied, looked, run
from webhook.profile.contents import Contents, Found

HASH = "ab" * 32
LOCAL = "home = /usr/local/bin\nversion = 3.13.1\n"


def weight(contents: Contents) -> int | None:
    """How far an environment is believed a host's; None where it is not."""
    return next((found.weight for found in contents.leaks if found.what == "venv"), None)


@pytest.mark.parametrize(
    "config",
    [
        "home = /Users/me/.pyenv/versions/3.13.1/bin\n",
        "home = /opt/homebrew/opt/python@3.13/bin\n",
        "home = /usr/local/opt/python@3.13/bin\n",
        "home = /Library/Frameworks/Python.framework/Versions/3.13/bin\n",
        "home = /home/linuxbrew/.linuxbrew/bin\n",
        "home = C:\\Users\\me\\AppData\\Local\\Programs\\Python\\Python313\n",
        "home = /mnt/c/Python313\n",
        "home = /opt/hostedtoolcache/Python/3.13.1/x64/bin\n",
        "HOME=/Users/me/bin",
        "home = /usr/bin\nexecutable = /Users/me/x/python3.13\n",
        "home = /usr/bin\ncommand = /usr/bin/python3 -m venv /Users/me/api/venv\n",
    ],
)
def test_paths_of_a_desktop_are_a_hosts_whatever_made_the_layer(config: str) -> None:
    file = f"app/venv/pyvenv.cfg << {config}"
    for found in (copied(file), run(file), looked(("COPY /app /app", (file,))).contents):
        assert weight(found) == 95


def test_the_environment_is_named_by_its_folder() -> None:
    (found,) = copied("app/venv/pyvenv.cfg << home = /Users/me/bin").leaks
    assert found == Found("app/venv", BASE, 0, "venv", 95)


def test_the_link_of_its_interpreter_tells_as_well_where_its_file_is_out_of_view() -> None:
    """``bin`` comes before ``pyvenv.cfg``, and a look may end between them."""
    link = "app/.venv/bin/python3 => /Users/me/.pyenv/versions/3.13.1/bin/python3.13"
    assert weight(copied("app/.venv/bin/activate", link, "...")) == 95


def test_an_environment_of_windows_is_a_hosts() -> None:
    assert weight(copied("app/venv/Scripts/activate.bat", "app/venv/Scripts/python.exe")) == 95


@pytest.mark.parametrize("home", ["/home/me/.pyenv/versions/3.13.1/bin", "/builds/team/api/bin"])
def test_a_home_that_the_image_does_not_have_is_a_hosts(home: str) -> None:
    assert weight(copied("app/venv/pyvenv.cfg << home = " + home)) == 95


def test_a_home_that_the_image_has_is_its_own() -> None:
    config = "app/.venv/pyvenv.cfg << home = /home/app/.local/share/uv/python/3.13/bin"
    python = "home/app/.local/share/uv/python/3.13/bin/python3.13"
    seen = looked(("RUN uv python install", (python,)), ("COPY .venv /app/.venv", (config,)))
    assert weight(seen.contents) is None


def test_an_environment_that_the_build_made_is_none_of_a_host() -> None:
    config = "app/.venv/pyvenv.cfg << home = /home/app/.pyenv/versions/3.13.1/bin"
    assert weight(run(config)) is None
    assert weight(run(f"app/.venv/pyvenv.cfg << {LOCAL}", "app/.venv/bin/activate")) is None
    assert weight(run("app/venv/bin/activate", "...")) is None


@pytest.mark.parametrize(
    "line", ["COPY /app/.venv /app/.venv", "COPY /app /app", "COPY /opt/venv /opt/venv"]
)
def test_an_environment_out_of_a_builder_stage_is_what_an_image_should_have(line: str) -> None:
    root = "opt/venv" if "/opt" in line else "app/.venv"
    files = (f"{root}/bin/activate", f"{root}/pyvenv.cfg << {LOCAL}")
    assert weight(looked((line, files)).contents) is None
    elsewhere = f"{root}/pyvenv.cfg << home = /home/builder/.pyenv/bin"
    assert weight(looked((line, (elsewhere,))).contents) is None


def test_one_that_came_along_with_the_sources_is_a_hosts_though_its_paths_fit() -> None:
    assert weight(copied("app/main.py", f"app/.venv/pyvenv.cfg << {LOCAL}")) == 85
    assert weight(copied("app/.venv/bin/activate", "...")) == 85
    assert weight(copied(f"myenv/pyvenv.cfg << {LOCAL}", to="/")) == 85


def test_one_that_was_copied_by_its_name_may_be_a_stages() -> None:
    """BuildKit does not record ``--from``."""
    files = (f"app/.venv/pyvenv.cfg << {LOCAL}",)
    assert weight(looked(("COPY .venv /app/.venv", files)).contents) is None
    assert weight(looked(("COPY .venv/ /app/", files)).contents) is None


def test_kaniko_tells_that_it_was_the_context() -> None:
    files = (f"app/.venv/pyvenv.cfg << {LOCAL}",)
    assert weight(looked(("COPY . /app", files), builder=kaniko).contents) == 85
    assert weight(looked(("COPY --from=x . /app", files), builder=kaniko).contents) is None


@pytest.mark.parametrize(
    ("file", "believed"),
    [
        ("app/.venv/bin/activate", 60),
        (f"app/.venv/pyvenv.cfg << {LOCAL}", None),
        ("app/.venv/pyvenv.cfg << home = /Users/me/bin", 95),
    ],
)
def test_the_classic_builder_hides_from_where_it_copied(file: str, believed: int | None) -> None:
    """What fits the image may have been made in a stage of the same base."""
    line = f"COPY dir:{HASH} in /app "
    assert weight(looked((line, (file,)), builder=classic).contents) == believed


@pytest.mark.parametrize(
    ("folder", "believed"),
    [("venv", 70), (".venv", 70), ("env", None), ("environment", None)],
)
def test_a_name_alone_is_a_weaker_sign(folder: str, believed: int | None) -> None:
    found = copied(f"app/{folder}/lib/python3.13/site-packages/flask/app.py", "...")
    assert weight(found) == believed


def test_env_without_pyvenv_cfg_may_be_anything() -> None:
    found = copied("app/env/production.yaml", "app/env/bin/start")
    assert weight(found) is None
    assert [each.path for each in found.loose] == ["app/env"]


def test_env_with_it_is_an_environment_and_no_loose_folder() -> None:
    found = copied(f"app/env/pyvenv.cfg << {LOCAL}")
    assert weight(found) == 85
    assert found.loose == ()


def test_a_history_that_does_not_match_leaves_it_open() -> None:
    """``ENV`` makes no layer, so that this one has no step."""
    files = ("app/venv/pyvenv.cfg << home = /home/me/.pyenv/bin",)
    named = ("app/venv/bin/activate",)
    assert weight(looked(("ENV A=1", files), below=[]).contents) == 60
    assert weight(looked(("ENV A=1", named), below=[]).contents) is None


def test_one_that_a_later_layer_removes_is_gone() -> None:
    files = ("app/venv/pyvenv.cfg << home = /Users/me/bin",)
    seen = looked(("COPY . /app", files), ("RUN rm -r /app/venv", ("app/.wh.venv",)))
    assert weight(seen.contents) is None


def test_where_a_later_layer_was_not_looked_at_it_is_believed_less() -> None:
    files = ("app/venv/pyvenv.cfg << home = /Users/me/bin",)
    assert weight(looked(("COPY . /app", files), ("RUN x", None)).contents) == 80
    assert weight(looked(("COPY . /app", files), ("COPY y /y", None)).contents) == 95


def test_environments_of_the_base_are_not_told() -> None:
    seen = looked(("RUN x", ()), base=("opt/venv/pyvenv.cfg << home = /Users/me/bin",))
    assert seen.contents.leaks == ()
    assert seen.contents.venvs == ()


def test_their_files_are_told_of_wherever_they_came_from() -> None:
    venvs = run(f"opt/venv/pyvenv.cfg << {LOCAL}").venvs
    assert [found.path for found in venvs] == ["opt/venv/pyvenv.cfg"]


def test_a_file_at_the_root_and_a_flood_of_them_are_borne() -> None:
    assert weight(copied("pyvenv.cfg << home = /Users/me/bin")) is None
    many = [f"app/venv{n}/pyvenv.cfg << home = /Users/me/bin" for n in range(300)]
    assert len(copied(*many).leaks) <= 128
