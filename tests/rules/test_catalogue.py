"""What is asked of every rule (see ``webhook.policy.rule``)."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.profile.images import layer
from tests.rules.verdicts import facts_about, profiled
from tests.tables import TABLES
from webhook.kube.imageuse import bare_use
from webhook.oci import Descriptor, Digest, Image, Manifest, MediaType, Platform, Reference
from webhook.policy.example import ALPINE, FULL, Example, facts_of
from webhook.policy.facts import Facts
from webhook.policy.rule import Rule, Unknown, Violation
from webhook.profile import profile
from webhook.profile.need import Need
from webhook.rules import CATALOGUE

FOLDER = Path(__file__).parents[2] / "webhook" / "rules"
RULES = pytest.mark.parametrize("rule", CATALOGUE.values(), ids=CATALOGUE)
EXAMPLES = pytest.mark.parametrize(
    ("rule", "example"),
    [
        pytest.param(rule, example, id=f"{rule.id}: {example.title}")
        for rule in CATALOGUE.values()
        for example in rule.examples
    ],
)


def test_the_catalogue_lists_every_file_and_nothing_else():
    files = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    assert {rule.__module__.rpartition(".")[2] for rule in CATALOGUE.values()} == files
    assert list(CATALOGUE) == [rule.id for rule in CATALOGUE.values()]


@RULES
def test_a_rule_is_called_like_its_file(rule: type[Rule]):
    name = rule.__module__.rpartition(".")[2]
    assert rule.id == name.replace("_", "-")
    assert rule.__name__ == name.title().replace("_", "")


@RULES
def test_a_rule_says_what_it_finds_why_and_how_to_mend_it(rule: type[Rule]):
    for text in (rule.title, rule.why, rule.remedy, rule.__doc__ or ""):
        assert text.strip()
    assert len(rule.title) <= 60
    assert not rule.title.endswith(".")
    assert rule.__doc__ != Rule.__doc__


@RULES
def test_a_rule_about_all_images_can_judge_any(rule: type[Rule]):
    assert rule.judges_any or rule.scope == "python"


@RULES
def test_the_defaults_are_valid_and_survive_being_written(rule: type[Rule]):
    defaults = rule()
    written = defaults.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert rule.model_validate(written, by_alias=True, by_name=False) == defaults


@RULES
def test_every_option_is_documented(rule: type[Rule]):
    for name, option in rule.model_json_schema().get("properties", {}).items():
        assert option.get("description"), name
        assert "default" in option, name


@RULES
def test_there_is_an_example_that_fires_and_one_that_does_not(rule: type[Rule]):
    assert {example.fires for example in rule.examples} == {True, False}
    titles = [example.title for example in rule.examples]
    assert len(titles) == len(set(titles))


def said_of(rule: type[Rule], example: Example) -> object:
    options = rule.model_validate(example.options, by_alias=True, by_name=False)
    return options.check(facts_of(example, TABLES))


@EXAMPLES
def test_an_example_fires_as_it_says(rule: type[Rule], example: Example):
    assert isinstance(said_of(rule, example), Violation) is example.fires


@pytest.mark.parametrize("id_", [name for name, rule in CATALOGUE.items() if not rule.needs])
def test_rules_that_need_nothing_are_content_with_nothing(id_: str):
    rule = CATALOGUE[id_]
    for example in rule.examples:
        reference = Reference.parse(example.reference)
        blind = Facts.of(bare_use(example.reference), reference, example.today, TABLES)
        found = rule.model_validate(example.options).check(blind)
        assert isinstance(found, Violation) is example.fires


def manifest_alone(size: int) -> Facts:
    """The facts of an image whose config nobody asked for."""
    config = Descriptor(MediaType.OCI_CONFIG, Digest.of(b"{}"), 2)
    blob = Descriptor(MediaType.OCI_LAYER_GZIP, Digest.of(b"layer"), size)
    manifest = Manifest(MediaType.OCI_MANIFEST, config, (blob,), {})
    return facts_about(profile(Image(Digest.of(b""), manifest, Platform("linux", "amd64"))))


@pytest.mark.parametrize(
    "id_", [name for name, rule in CATALOGUE.items() if Need.CONFIG not in rule.needs]
)
def test_rules_that_need_no_config_are_content_without_it(id_: str):
    for size in (0, 10**12):
        CATALOGUE[id_]().check(manifest_alone(size))


@RULES
@pytest.mark.parametrize("history", [[], [{}], ["RUN"], ["", "\x00"]], ids=str)
def test_an_image_that_tells_nothing_breaks_no_rule(rule: type[Rule], history: list[Any]):
    rule().check(facts_about(profiled(history)))
    rule().check(facts_about(profiled(history, [layer(0)])))


STRANGE = "x\n\r\t\x1b[31m\u202e\u2028é\x00'\"\\`" * 20
LONG_NAME = "c" * 63
LONG_REFERENCE = f"registry.example.com/{'a' * 200}:latest"
HOSTILE = [
    Example("user", fires=True, config={"User": f"root:{STRANGE}"}),
    Example("name", fires=True, config={"User": STRANGE}),
    Example("reference", fires=True, reference=LONG_REFERENCE),
    Example("command", fires=True, config={"Cmd": [f"jupyter{STRANGE}", "--allow-root"]}),
    Example("shell", fires=True, config={"Cmd": ["sh", "-c", f"python {STRANGE}"]}),
    Example("layer", fires=True, history=(STRANGE,), layers=(10**12,)),
    Example("full", fires=True, history=(*FULL, STRANGE), layers=(10**12,) * 4),
    Example("alpine", fires=True, history=(ALPINE[0].replace("3.24.2", "3" * 90), *ALPINE[1:])),
    Example("version", fires=True, config={"Env": [f"PYTHON_VERSION=2.7{STRANGE}"]}),
    Example("version of digits", fires=True, config={"Env": [f"PYTHON_VERSION=3.{'1' * 99}"]}),
]
SAID = [
    pytest.param(rule, example, id=f"{rule.id}: {example.title}")
    for rule in CATALOGUE.values()
    for example in (*rule.examples, *HOSTILE)
]


@pytest.mark.parametrize(("rule", "example"), SAID)
def test_a_message_fits_and_is_harmless_whatever_image_and_pod_are_called(
    rule: type[Rule], example: Example
):
    container = example.container | {"name": LONG_NAME}
    said = said_of(rule, msgspec.structs.replace(example, container=container))
    if isinstance(said, Violation | Unknown):
        line = f"[{LONG_NAME}] {rule.id}: {said.problem}. {said.fix}."
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= 256


@EXAMPLES
def test_a_problem_and_its_fix_leave_the_full_stop_to_the_sentence(
    rule: type[Rule], example: Example
):
    said = said_of(rule, example)
    if isinstance(said, Violation | Unknown):
        assert not said.problem.endswith(".")
        assert said.fix
        assert not said.fix.endswith(".")
