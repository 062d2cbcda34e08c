import pytest

from tests.profile.images import classic
from tests.profile.looks import Step, looked
from tests.rules.verdicts import facts_about
from webhook.policy.rule import Skip, Unknown, Verdict, Violation
from webhook.rules.build_context_leak import BuildContextLeak

RULE = BuildContextLeak()
LOOSE = BuildContextLeak(loose=True)
COPY = "COPY . /app"
HASH = "ab" * 32


def about(*steps: Step, rule: BuildContextLeak = RULE, **more: object) -> Verdict:
    return rule.check(facts_about(looked(*steps, **more)))  # type: ignore[arg-type]


def leaked(*files: str, rule: BuildContextLeak = RULE) -> Violation:
    found = about((COPY, files), rule=rule)
    assert isinstance(found, Violation)
    return found


def test_the_path_is_named():
    found = leaked("app/.git/HEAD", "app/.github/x.yml", "app/main.py")
    assert found.problem == "app/.git was copied from the build context"
    assert found.fix == "Add it to .dockerignore"
    assert found.confidence == 90
    assert [piece.detail for piece in found.evidence] == [
        "layer 5: app/.git",
        "layer 5: app/.github",
    ]


@pytest.mark.parametrize(
    "path",
    [
        *("app/.git/x", "app/.github/x", "app/.gitlab-ci.yml", "app/Jenkinsfile", "app/.vscode/x"),
        *("app/.idea/x", "app/.DS_Store", "app/.x.swp", "app/.mypy_cache/x", "app/.ruff_cache/x"),
        *("app/.pytest_cache/x", "app/.tox/x", "app/.hypothesis/x", "app/.ipynb_checkpoints/x"),
        *("app/Dockerfile", "app/docker-compose.yml", "app/.dockerignore"),
    ],
)
def test_everything_that_nobody_means_to_ship_counts(path: str):
    assert leaked(path).confidence == 90


def test_a_virtual_environment_of_another_machine_counts():
    found = leaked("app/venv/pyvenv.cfg << home = /Users/me/.pyenv/versions/3.13.1/bin")
    assert found.problem == "app/venv (venv) was copied from the build context"
    assert found.confidence == 90


def test_one_that_came_along_with_the_folder_around_it_counts_nearly_as_much():
    assert leaked("app/.venv/pyvenv.cfg << home = /usr/local/bin").confidence == 85
    assert leaked("app/.venv/lib/python3.13/site-packages/x.py", "...").confidence == 70


@pytest.mark.parametrize("line", ["COPY /app/.venv /app/.venv", "RUN uv sync --frozen"])
def test_one_that_the_build_made_is_what_an_image_should_have(line: str):
    assert about((line, ("app/.venv/pyvenv.cfg << home = /usr/local/bin",))) is None


def test_env_without_pyvenv_cfg_is_a_folder_like_any_other():
    files = ("app/env/prod.yaml", "app/main.py")
    assert about((COPY, files)) is None
    assert isinstance(about((COPY, files), rule=LOOSE), Violation)


@pytest.mark.parametrize(
    ("path", "meant_for"),
    [
        ("app/build/bundle.js", "the bundles of a frontend"),
        ("app/dist/bundle.js", "the bundles of a frontend"),
        ("app/docs/index.html", "help pages"),
        ("app/README.md", "the long description of a package"),
        ("app/GeoLite2.db", "data"),
        ("app/x.sqlite", "data"),
        ("app/report.ipynb", "papermill"),
        ("app/x.log", "an empty file to write to"),
        ("app/logs/x", "a folder to write to"),
    ],
)
def test_what_many_applications_mean_to_ship_counts_only_when_asked_for(path: str, meant_for: str):
    assert about((COPY, (path,))) is None, meant_for
    found = leaked(path, rule=LOOSE)
    assert found.confidence == 60


def test_metadata_of_an_editable_install_is_needed():
    files = ("app/src/api.egg-info/PKG-INFO",)
    assert about(("RUN pip install -e .", files)) is None
    assert about((COPY, files)) is None
    assert isinstance(about((COPY, files), rule=LOOSE), Violation)


def test_either_list_may_be_left_out():
    files = ("app/.git/HEAD", "app/x.ipynb")
    assert leaked(*files, rule=LOOSE).problem.startswith("app/.git ")
    loose = BuildContextLeak(strict=False, loose=True)
    assert leaked(*files, rule=loose).problem.startswith("app/x.ipynb ")
    neither = BuildContextLeak(strict=False, loose=False)
    assert about((COPY, files), rule=neither) == Skip("neither list is looked for")


def test_what_a_command_brought_was_not_copied():
    found = about(("RUN git clone https://git.example.com/x /app", ("app/.git/HEAD",)))
    assert isinstance(found, Violation)
    assert found.problem == "app/.git is left in the image (layer 5)"
    assert found.fix == "Remove it in the step that brings it"


def test_the_classic_builder_hides_the_sources_and_the_leak_is_no_less_there():
    found = about((f"COPY dir:{HASH} in /app ", ("app/.git/HEAD",)), builder=classic)
    assert isinstance(found, Violation)
    assert found.confidence == 90


@pytest.mark.parametrize(
    "path",
    [
        *("root/.pyenv/.git/HEAD", "usr/local/lib/python3.13/site-packages/x/.DS_Store"),
        *("app/.gitignore", "app/node_modules/x/.github/y", "usr/share/doc/x/Dockerfile"),
    ],
)
def test_what_tools_and_libraries_brought_passes(path: str):
    assert about(("RUN x", (path,))) is None


def test_what_a_later_layer_removes_is_gone():
    removed = ("app/.wh..git",)
    assert about((COPY, ("app/.git/HEAD",)), ("RUN rm -r .git", removed)) is None


def test_copying_everything_is_no_evidence_by_itself():
    assert isinstance(about((COPY, None)), Unknown)


def test_where_no_own_layer_was_looked_at_nothing_is_known():
    assert about((COPY, None)) == Unknown(
        "what came with the build context is not known: layers were not looked into"
    )


def test_where_some_were_and_nothing_was_found_it_passes():
    assert about((COPY, ("app/main.py",)), ("RUN x", None)) is None
