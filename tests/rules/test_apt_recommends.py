import pytest

from tests.profile.images import Json, buildkit, image, python_full, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.apt_recommends import AptRecommends

RULE = AptRecommends()


def about(*lines: str, base: list[Json] | None = None) -> Verdict:
    below = python_slim() if base is None else base
    return RULE.check(facts_about(profile(image([*below, *buildkit(*lines)]))))


def test_the_call_is_named_and_what_to_add():
    found = violation(RULE, history=(*SLIM, "RUN /bin/sh -c apt-get install -y git # buildkit"))
    assert found.problem == (
        "apt-get install without --no-install-recommends in 'apt-get install -y git'"
    )
    assert found.fix == "Add --no-install-recommends"
    assert found.confidence == 65


@pytest.mark.parametrize(
    "script",
    [
        "apt-get update && apt-get install -y git",
        "apt install -y git",
        "apt-get install -y --no-install-recommends a && apt-get install -y b",
        "set -eux\napt-get install -y git\n",
    ],
)
def test_one_call_without_the_option_is_enough(script: str):
    assert isinstance(about(f"RUN {script}"), Violation)


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y --no-install-recommends git",
        "apt-get --no-install-recommends -y install git",
        "apt-get install -y -o APT::Install-Recommends=false git",
        "apt-get install -oAPT::Install-Recommends=0 git",
        "install_packages git",
        "apt-get upgrade -y",
        "apk add git",
    ],
)
def test_the_option_passes_in_every_spelling(script: str):
    assert about(f"RUN {script}") is None


def test_a_setting_for_all_calls_passes():
    setting = "RUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/99lean"
    assert about(setting, "RUN apt-get install -y git") is None


def test_a_setting_of_the_base_passes():
    setting = "RUN echo 'APT::Install-Recommends \"false\";' > /etc/apt/apt.conf.d/99lean"
    base = [*buildkit(setting, 'CMD ["bash"]')]
    assert about("RUN apt-get install -y git", base=base) is None


@pytest.mark.parametrize(
    "lines",
    [
        ("COPY lean.conf /etc/apt/apt.conf.d/", "RUN apt-get install -y git"),
        ("RUN apt-get install $APT_OPTIONS git",),
    ],
)
def test_what_may_say_it_unseen_makes_it_a_hint(lines: tuple[str, ...]):
    found = about(*lines)
    assert isinstance(found, Violation)
    assert found.confidence == 50


@pytest.mark.parametrize("base", [python_slim, python_full])
def test_what_the_base_did_is_the_bases(base: object):
    assert about(base=base()) is None  # type: ignore[operator]


def test_it_is_never_denied():
    steps = [*python_slim(), *buildkit("RUN apt-get install -y git")]
    assert [f.action for f in enforced(RULE.id, profiled(steps, Cmd=["python"]))] == [Action.WARN]


def test_where_the_base_does_not_end_it_is_only_a_hint():
    found = about("RUN apt-get install -y git", base=[])
    assert isinstance(found, Violation)
    assert found.confidence < 60


def test_without_a_history_nothing_is_known():
    assert verdict(RULE, history=()) == Unknown("how apt was called is not told: it has no history")
