from datetime import date

import msgspec
import pytest

from tests.profile.images import python_alpine, python_slim, ubuntu
from tests.rules.verdicts import enforced, facts_about, profiled, verdict, violation
from tests.tables import TABLES
from webhook.policy.example import ALPINE, PYTHON_ENV, SLIM
from webhook.policy.facts import Facts
from webhook.policy.rule import Skip, Unknown, Verdict, Violation
from webhook.profile import Distro, Evidence, ImageProfile, Source
from webhook.rules.base_os_eol import BaseOsEol

RULE = BaseOsEol()
STRICT = BaseOsEol.model_validate({"useLTS": False})
TODAY = date(2026, 11, 21)


def on(system: str, release: str | None, weight: int = 95) -> ImageProfile:
    """A Python image on a system that its layers tell of."""
    evidence = (Evidence(Source.LAYER, system, weight, "etc/os-release"),)
    image = profiled(python_slim(), Cmd=["python"])
    return msgspec.structs.replace(image, distro=Distro(system, release, evidence))


def about(system: str, release: str | None, rule: BaseOsEol = RULE) -> Verdict:
    facts = facts_about(on(system, release))
    today = msgspec.structs.replace(facts, today=TODAY)
    return rule.check(today)


def test_the_release_its_end_and_a_successor_are_named():
    history = ("# debian.sh --arch 'amd64' out/ 'bullseye' '@1754899200'", *SLIM[1:])
    found = violation(RULE, history=history, today=TODAY)
    assert found.problem == "Debian 11 (bullseye) is out of security support since 2026-08-31"
    assert found.fix == "Rebuild on Debian 13 (trixie)"
    assert found.confidence == 90


@pytest.mark.parametrize(
    ("release", "fires"),
    [("bullseye", True), ("11", True), ("11.11", True), ("bookworm", False), ("12", False)],
)
def test_code_names_numbers_and_point_releases_are_one(release: str, fires: bool):
    assert isinstance(about("debian", release), Violation) is fires


@pytest.mark.parametrize(
    ("system", "release", "fires", "strict"),
    [
        ("debian", "12", False, True),
        ("debian", "13", False, False),
        ("debian", "10", True, True),
        ("alpine", "3.20.9", True, True),
        ("alpine", "3.21", True, True),
        ("alpine", "3.22.1", False, False),
        ("alpine", "3.24.2", False, False),
        ("ubuntu", "20.04", True, True),
        ("ubuntu", "22.04", False, False),
        ("centos", "7", True, True),
        ("rhel", "8.9", False, False),
        ("amzn", "2", True, True),
    ],
)
def test_long_term_support_counts_only_where_it_is_asked_for(
    system: str, release: str, fires: bool, strict: bool
):
    assert isinstance(about(system, release), Violation) is fires
    assert isinstance(about(system, release, STRICT), Violation) is strict


def test_the_last_day_of_support_is_supported():
    image = on("debian", "11")
    facts = facts_about(image)
    days = ((date(2026, 8, 31), False), (date(2026, 9, 1), True))
    for today, fires in days:
        assert (
            isinstance(RULE.check(msgspec.structs.replace(facts, today=today)), Violation) is fires
        )


def test_the_systems_of_the_official_images_are_known():
    env = {"Env": list(PYTHON_ENV)}
    assert RULE.check(facts_about(profiled(python_slim(), **env))) is None
    found = RULE.check(facts_about(profiled(python_alpine(), **env)))
    assert isinstance(found, Violation)
    assert found.problem.startswith("Alpine 3.20 is out of security support since ")
    assert verdict(RULE, history=ALPINE) is None


@pytest.mark.parametrize(
    ("system", "release"),
    [("debian", "14"), ("debian", "forky"), ("ubuntu", "25.10"), ("alpine", "20250108")],
)
def test_releases_that_the_table_does_not_have_pass(system: str, release: str):
    assert about(system, release) is None


def test_a_system_that_the_table_does_not_have_is_not_judged():
    assert about("wolfi", None) == Skip("the ends of wolfi's releases are not known")


def test_what_is_not_known_of_the_system_is_said():
    unnamed = profiled([], Cmd=["python"])
    assert RULE.check(facts_about(unnamed)) == Unknown("the distribution could not be told")
    assert about("debian", None) == Unknown("the release of Debian could not be told")


def test_it_is_as_sure_as_what_tells_the_release():
    assert [f.denies for f in enforced(RULE.id, on("debian", "10", 95))] == [True]
    assert [f.denies for f in enforced(RULE.id, on("debian", "10", 65))] == [False]


def test_a_labels_word_only_warns():
    labels = {
        "io.buildpacks.base.distro.name": "ubuntu",
        "io.buildpacks.base.distro.version": "20.04",
    }
    image = profiled([], Cmd=["python"], Labels=labels)
    found = RULE.check(facts_about(image))
    assert isinstance(found, Violation)
    assert found.confidence == 65
    assert [item.source for item in found.evidence] == [Source.LABEL]


def test_ubuntus_own_support_counts_in_images_of_all_kinds():
    image = profiled(ubuntu("20.04"), Cmd=["node", "server.js"])
    assert isinstance(RULE.check(facts_about(image)), Violation)


def test_an_operators_table_decides():
    debian = TABLES.systems.systems["debian"]
    longer = debian.releases["10"].model_copy(update={"lts": date(2030, 1, 1)})
    systems = {"debian": debian.model_copy(update={"releases": {"10": longer}})}
    table = TABLES.systems.model_copy(update={"systems": systems})
    tables = type(TABLES)(TABLES.python, table, TABLES.libraries, TABLES.installers)
    facts = facts_about(on("debian", "10"))
    longer_facts: Facts = msgspec.structs.replace(facts, tables=tables)
    assert RULE.check(longer_facts) is None
