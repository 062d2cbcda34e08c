"""What rules say of an image is remembered, and nobody can tell the difference."""

import random
from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from pydantic import Field

from tests.policy.catalogue import TODAY
from tests.tables import TABLES
from webhook.kube.imageuse import ContainerKind, ImageUse
from webhook.kube.workload import Container, PodSpec
from webhook.oci import Reference
from webhook.policy.example import Example, facts_of
from webhook.policy.facts import Facts
from webhook.policy.rule import Rule, Verdict, Violation
from webhook.policy.spoken import Spoken, say
from webhook.rules import CATALOGUE

REFERENCE = Reference.parse("registry.test/shop/api:1")
PODS = (
    {},
    {"env": [{"name": "PYTHONUNBUFFERED", "value": "1"}]},
    {"env": [{"name": "PATH", "value": "/usr/bin"}, {"name": "FLASK_DEBUG", "value": "1"}]},
    {"env": [{"name": "GUNICORN_CMD_ARGS", "valueFrom": {}}], "envFrom": [{}]},
    {"command": ["flask", "run"]},
    {"args": ["python", "-u", "other.py"]},
    {"securityContext": {"runAsUser": 10001, "readOnlyRootFilesystem": True}},
)


class Counting(Rule):
    """Says how often it was asked, after it asked for ``asks``."""

    id = "counting"
    asks: str = "image"
    count: list[int] = Field(default_factory=list)

    def check(self, facts: Facts) -> Verdict:
        self.count.append(1)
        if self.asks.isupper():
            facts.variable(self.asks)
        else:
            getattr(facts, self.asks)
        return Violation(str(len(self.count)), "")


def made(image: Facts, container: dict, *, days: int = 0) -> Facts:
    """The facts of a container of an image."""
    read = msgspec.convert({"name": "web", **container}, Container)
    use = ImageUse("web", ContainerKind.CONTAINER, REFERENCE.canonical, read, PodSpec())
    today = TODAY + timedelta(days)
    return Facts.of(use, REFERENCE, today, TABLES, image.image)


IMAGE = facts_of(Example("", fires=False), TABLES)
OTHER = facts_of(Example("", fires=False, config={"User": "10001"}), TABLES)


def asked(rule: Counting, *facts: Facts) -> list[bool]:
    """Of which facts the rule was asked, and not what is remembered."""
    spoken, before = Spoken(), len(rule.count)
    told = []
    for each in facts:
        say(rule, each, spoken.of(each))
        told.append(len(rule.count) > before)
        before = len(rule.count)
    return told


def test_of_an_image_by_itself_a_rule_is_asked_once():
    facts = [made(IMAGE, {}), made(IMAGE, PODS[1]), made(OTHER, {}), made(IMAGE, {})]
    for asks in ("image", "today", "tables", "launch", "python"):
        assert asked(Counting(asks=asks, count=[]), *facts) == [True, False, True, False]


@pytest.mark.parametrize("asks", ["use", "reference", "user", "env", "is_windows"])
def test_of_the_pod_a_rule_is_asked_every_time(asks: str):
    facts = [made(IMAGE, {})] * 3
    assert asked(Counting(asks=asks, count=[]), *facts) == [True, True, True]


def test_a_variable_counts_by_its_value():
    rule = Counting(asks="PYTHONUNBUFFERED", count=[])
    facts = [made(IMAGE, pod) for pod in (PODS[0], PODS[2], PODS[1], PODS[3], PODS[0])]
    assert asked(rule, *facts) == [True, False, True, True, False]


def test_another_command_is_another_matter():
    facts = [made(IMAGE, {}), made(IMAGE, PODS[4]), made(IMAGE, PODS[5]), made(IMAGE, {})]
    assert asked(Counting(asks="launch", count=[]), *facts) == [True, True, True, False]
    assert asked(Counting(asks="image", count=[]), *facts) == [True, True, False, False]


def test_a_new_day_begins_anew():
    facts = [made(IMAGE, {}), made(IMAGE, {}, days=1), made(IMAGE, {}, days=1)]
    assert asked(Counting(asks="image", count=[]), *facts) == [True, True, False]


def everything(kind: type[Rule]) -> Iterator[tuple[Rule, Facts]]:
    """Every image of a rule's examples with every Pod of them, and more Pods."""
    for example in kind.examples:
        rule = kind.model_validate(example.options)
        yield rule, facts_of(example, TABLES)
        image = facts_of(example, TABLES)
        for pod in (*PODS, *(other.container for other in kind.examples)):
            yield rule, made(image, pod)


@pytest.mark.parametrize("name", CATALOGUE)
def test_no_rule_says_anything_else_for_being_remembered(name: str):
    spoken, asked = Spoken(), list(everything(CATALOGUE[name]))
    shuffled = random.Random(1).sample(asked * 3, len(asked) * 3)
    for rule, facts in shuffled:
        assert say(rule, facts, spoken.of(facts)) == rule.check(facts)
