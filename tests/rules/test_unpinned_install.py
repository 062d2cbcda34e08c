import pytest
from pydantic import ValidationError

from tests.profile.images import Json, buildkit, classic, image, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.unpinned_install import UnpinnedInstall

RULE = UnpinnedInstall()


def about(*lines: str, base: list[Json] | None = None, rule: UnpinnedInstall = RULE) -> Verdict:
    below = python_slim() if base is None else base
    return rule.check(facts_about(profile(image([*below, *buildkit(*lines)]))))


def problem(script: str) -> str:
    found = about(f"RUN {script}")
    assert isinstance(found, Violation), found
    return found.problem


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("pip install gunicorn", "pip install gunicorn has no version"),
        ("pip install a==1 'uvicorn[standard]'", "pip install uvicorn[standard] has no version"),
        ("python -m pip install -U flask", "pip install flask has no version"),
        ("pip install 'flask>=2,<3'", "pip install flask>=2,<3 has no exact version"),
        ("pip install flask~=3.0", "pip install flask~=3.0 has no exact version"),
        ("uv pip install --system flask", "pip install flask has no version"),
        ("pip install . gunicorn", "pip install gunicorn has no version"),
        (
            "pip install git+https://git.example.com/a/b@main",
            "pip install git+https://git.example.com/a/b@main has no exact version",
        ),
    ],
)
def test_the_package_is_named_as_it_was_written(script: str, said: str):
    assert problem(script) == said


def test_the_fix_is_a_version_or_a_lock_file():
    found = violation(RULE, history=(*SLIM, "RUN /bin/sh -c pip install gunicorn # buildkit"))
    assert found.fix == "Pin it or install from a lock file"
    assert found.confidence == 65


@pytest.mark.parametrize(
    "script",
    [
        "pip install gunicorn==23.0.0",
        "pip install -r requirements.txt",
        "pip install -r requirements.txt gunicorn",
        "pip install -c constraints.txt gunicorn",
        "pip install .",
        "pip install -e '.[prod]'",
        "pip install /wheels/*.whl",
        "pip install --no-index --find-links /wheels gunicorn",
        "pip install https://example.com/x.zip#sha256=0123abcd",
        "pip install git+https://git.example.com/a/b@v1.4.2",
        "pip install $PACKAGES",
        "pip install gunicorn==$GUNICORN_VERSION",
        "PIP_CONSTRAINT=c.txt pip install gunicorn",
        "pip uninstall -y gunicorn",
        "pip download gunicorn",
        "npm install gunicorn",
        "echo pip install gunicorn",
    ],
)
def test_what_has_its_version_here_or_elsewhere_passes(script: str):
    assert about(f"RUN {script}") is None


@pytest.mark.parametrize(
    "script",
    ["pip install --upgrade pip", "pip install -U pip setuptools wheel", "pip install poetry uv"],
)
def test_installers_are_left_out_unless_they_are_not_to_be(script: str):
    assert about(f"RUN {script}") is None
    assert isinstance(about(f"RUN {script}", rule=UnpinnedInstall(ignore=())), Violation)


def test_names_to_leave_out_are_compared_as_indexes_do():
    rule = UnpinnedInstall(ignore=("Typing_Extensions",))
    assert about("RUN pip install typing-extensions", rule=rule) is None
    with pytest.raises(ValidationError):
        UnpinnedInstall.model_validate({"ignore": "pip"})


def test_an_ignored_package_does_not_hide_another():
    assert problem("pip install pip gunicorn") == "pip install gunicorn has no version"


def test_a_here_document_is_several_commands():
    assert problem("set -e\npip install a==1\npip install b\n") == "pip install b has no version"


def test_what_the_base_installed_is_the_bases():
    base = [*classic("RUN pip install flask", 'CMD ["python3"]')]
    assert about("COPY . .", base=base) is None


def test_a_password_in_a_url_is_not_repeated():
    assert "s3cret" not in problem("pip install git+https://bob:s3cret@git.example.com/a/b")


def test_it_is_never_denied():
    steps = [*python_slim(), *buildkit("RUN pip install flask")]
    assert [f.action for f in enforced(RULE.id, profiled(steps, Cmd=["python"]))] == [Action.WARN]


def test_where_the_base_does_not_end_it_is_only_a_hint():
    found = about("RUN pip install flask", base=[])
    assert isinstance(found, Violation)
    assert found.confidence < 60


def test_without_a_history_nothing_is_known():
    assert verdict(RULE, history=()) == Unknown("what pip installed is not told: it has no history")
