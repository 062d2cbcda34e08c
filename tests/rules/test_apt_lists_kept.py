import pytest

from tests.profile.images import (
    Json,
    buildkit,
    classic,
    image,
    kaniko,
    python_alpine,
    python_full,
    python_slim,
)
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from webhook.policy.example import SLIM
from webhook.policy.rule import Action, Unknown, Verdict, Violation
from webhook.profile import profile
from webhook.rules.apt_lists_kept import AptListsKept

RULE = AptListsKept()
UPDATE = "apt-get update && apt-get install -y libpq5"


def about(own: list[Json], base: list[Json] | None = None) -> Verdict:
    below = python_slim() if base is None else base
    return RULE.check(facts_about(profile(image([*below, *own]))))


def run(script: str) -> Verdict:
    return about(buildkit(f"RUN {script}"))


def test_the_step_is_named_and_how_to_end_it():
    found = violation(RULE, history=(*SLIM, f"RUN /bin/sh -c {UPDATE} # buildkit"))
    assert found.problem == (
        "package lists look kept by 'apt-get update && apt-get install -y ...'"
    )
    assert found.fix == "End that RUN with rm -rf /var/lib/apt/lists/* (or apk --no-cache)"
    assert found.confidence == 65


def test_red_hats_managers_have_a_fix_of_their_own():
    found = run("microdnf install -y libpq")
    assert isinstance(found, Violation)
    assert found.fix == "End that RUN with dnf clean all"


@pytest.mark.parametrize(
    "cleanup",
    [
        "rm -rf /var/lib/apt/lists/*",
        "rm -fr /var/lib/apt/lists",
        "rm -rf /var/lib/apt/*",
        "rm -rf /var/lib/{apt,dpkg}/",
        "find /var/lib/apt/lists -type f -delete",
        "apt-get dist-clean",
        "apt-get distclean",
    ],
)
def test_every_way_of_cleaning_up_passes(cleanup: str):
    assert run(f"{UPDATE} && {cleanup}") is None


def test_cleaning_only_the_archives_does_not():
    assert isinstance(run(f"{UPDATE} && apt-get clean && rm -rf /var/cache/apt"), Violation)


@pytest.mark.parametrize("base", [python_slim, python_full, python_alpine])
def test_the_official_images_are_clean(base: object):
    assert about([], base()) is None  # type: ignore[operator]


def test_dist_clean_of_todays_official_images_is_clean_as_an_own_step_too():
    line = "apt-get update; apt-get install -y --no-install-recommends x; apt-get dist-clean"
    assert run(f"set -eux; {line}") is None


def test_a_here_document_is_several_commands():
    body = "set -e\napt-get update\napt-get install -y libpq5\nrm -rf /var/lib/apt/lists/*\n"
    assert run(body) is None
    assert isinstance(run("set -e\napt-get update\napt-get install -y libpq5\n"), Violation)


def test_a_later_run_does_not_clean_up():
    own = buildkit(f"RUN {UPDATE}", "RUN rm -rf /var/lib/apt/lists/*")
    assert isinstance(about(own), Violation)


def test_a_cache_mount_passes_where_the_builder_tells_of_it():
    mount = "--mount=type=cache,target=/var/lib/apt"
    assert about(classic(f"RUN {mount} {UPDATE}")) is None
    assert about(kaniko(f"RUN {mount} {UPDATE}")) is None


def test_a_cache_mount_that_buildkit_does_not_record_costs_a_warning_and_never_a_denial():
    steps = [*python_slim(), *buildkit(f"RUN {UPDATE}")]
    assert [f.action for f in enforced(RULE.id, profiled(steps, Cmd=["python"]))] == [Action.WARN]


def test_signs_of_a_cache_mount_make_it_a_hint():
    own = buildkit("RUN rm -f /etc/apt/apt.conf.d/docker-clean", f"RUN {UPDATE}")
    found = about(own)
    assert isinstance(found, Violation)
    assert found.confidence == 50


@pytest.mark.parametrize(
    ("script", "fires"),
    [
        ("apk add libpq", True),
        ("apk add --update libpq", True),
        ("apk add --no-cache libpq", False),
        ("apk --no-cache add libpq", False),
        ("apk add libpq && rm -rf /var/cache/apk/*", False),
        ("dnf install -y libpq", True),
        ("dnf install -y libpq && dnf clean all", False),
        ("yum -y install libpq && yum clean all", False),
        ("microdnf install -y libpq && microdnf clean all", False),
        ("install_packages libpq5", False),
        ("echo apt-get update", False),
    ],
)
def test_apk_and_dnf_are_judged_by_their_own_ways(script: str, fires: bool):
    assert isinstance(run(script), Violation) is fires


def test_where_the_base_does_not_end_it_is_only_a_hint():
    found = about(buildkit(f"RUN {UPDATE}"), base=[])
    assert isinstance(found, Violation)
    assert found.confidence < 60


def test_without_a_history_nothing_is_known():
    assert verdict(RULE, history=()) == Unknown(
        "whether package lists were kept is not told: it has no history"
    )


def test_images_without_a_package_manager_pass():
    assert verdict(RULE, history=("bazel build //python3",), layers=(5,)) is None
