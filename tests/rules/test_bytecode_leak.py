import pytest

from tests.profile.images import classic
from tests.profile.looks import Step, looked
from tests.rules.verdicts import facts_about
from webhook.policy.rule import Unknown, Verdict, Violation
from webhook.rules.bytecode_leak import BytecodeLeak

RULE = BytecodeLeak()
COPY = "COPY . /app"
PYC = "app/__pycache__/main.cpython-313.pyc"
SITE = "usr/local/lib/python3.13/site-packages"
HASH = "ab" * 32


def about(*steps: Step, rule: BytecodeLeak = RULE, **more: object) -> Verdict:
    return rule.check(facts_about(looked(*steps, **more)))  # type: ignore[arg-type]


def confidence(*steps: Step, **more: object) -> int | None:
    found = about(*steps, **more)
    return found.confidence if isinstance(found, Violation) else None


def test_the_folder_is_named():
    found = about((COPY, ("app/main.py", PYC)))
    assert isinstance(found, Violation)
    assert found.problem == "__pycache__ copied with the app (app/__pycache__)"
    assert found.fix == "Add __pycache__/ and *.py[cod] to .dockerignore"
    assert found.confidence == 90
    assert found.evidence[0].detail == "layer 5: app/__pycache__ (cpython-313)"


def test_of_a_layer_that_was_seen_in_part_it_is_less_sure():
    assert confidence((COPY, (PYC, "..."))) == 75


@pytest.mark.parametrize(
    "path",
    [
        f"{SITE}/flask/__pycache__/app.cpython-313.pyc",
        "usr/lib/python3/dist-packages/__pycache__/six.cpython-313.pyc",
        "usr/local/lib/python3.13/__pycache__/os.cpython-313.pyc",
        "usr/lib/python3.11/__pycache__/os.cpython-311.pyc",
        "app/.venv/lib/python3.13/site-packages/x/__pycache__/y.cpython-313.pyc",
        "opt/conda/lib/python3.12/__pycache__/os.cpython-312.pyc",
    ],
)
def test_what_installers_write_is_meant(path: str):
    """pip compiles 27 MB of what it installs; counting it would flag every image."""
    assert about(("RUN pip install x", (path,))) is None
    assert about((COPY, (path,))) is None


def test_libraries_may_be_judged_too():
    files = (f"{SITE}/flask/__pycache__/app.cpython-313.pyc",)
    rule = BytecodeLeak(ignore_site_packages=False)
    assert isinstance(about(("RUN pip install x", files), rule=rule), Violation)


def test_what_a_command_of_the_build_wrote_was_not_copied():
    assert about((COPY, ("app/main.py",)), ("RUN python -m compileall /app", (PYC,))) is None
    assert about(("RUN python manage.py collectstatic", (PYC,))) is None


def test_what_a_builder_stage_compiled_was_not_copied_from_a_host():
    assert about(("COPY /app /app", (PYC,))) is None


@pytest.mark.parametrize("line", [COPY, "COPY /app /app", "RUN x"])
def test_bytecode_of_another_python_is_certainly_a_hosts(line: str):
    found = about((line, ("app/__pycache__/main.cpython-311.pyc",)))
    assert isinstance(found, Violation)
    assert found.problem == "__pycache__ for cpython-311 copied with the app (app/__pycache__)"
    assert found.confidence == 95


def test_one_of_another_among_the_right_ones_is_enough():
    files = (PYC, "app/__pycache__/main.cpython-39.pyc")
    assert confidence((COPY, files)) == 95


def test_a_free_threaded_interpreter_is_the_same_python():
    assert about(("RUN x", ("app/__pycache__/main.cpython-313t.pyc",))) is None


def test_without_a_version_no_bytecode_is_of_another():
    files = ("app/__pycache__/main.cpython-311.pyc",)
    assert about(("RUN x", files), env=(), below=[]) is None
    assert confidence((COPY, ("app/__pycache__/x.pypy310.pyc",))) == 90


def test_the_classic_builder_hides_whether_it_was_the_context():
    assert confidence((f"COPY dir:{HASH} in /app ", (PYC,)), builder=classic) == 75


@pytest.mark.parametrize("folder", ["usr/src/app", "srv/api", "var/www"])
def test_the_application_is_where_it_was_copied_to(folder: str):
    files = (f"{folder}/__pycache__/main.cpython-313.pyc",)
    assert confidence((f"COPY . /{folder}", files)) == 90
    assert confidence(("COPY . .", files), working_dir=f"/{folder}") == 90


def test_what_a_later_layer_removes_is_gone():
    removed = ("app/.wh.__pycache__",)
    assert about((COPY, (PYC,)), ("RUN find . -name __pycache__ -delete", removed)) is None


def test_where_no_own_layer_was_looked_at_nothing_is_known():
    assert about((COPY, None)) == Unknown(
        "whether bytecode was copied is not known: layers were not looked into"
    )


def test_where_some_were_and_nothing_was_found_it_passes():
    assert about((COPY, ("app/main.py",)), ("RUN x", None)) is None
    assert about() is None
