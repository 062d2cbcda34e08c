"""Workflow commands: one of ours on each line, and nobody else's."""

import re

import pytest
from hypothesis import given

from tests.report.verdicts import (
    DENIED,
    EXEMPT,
    PASSED,
    POD,
    RECORDED,
    SKIPPED,
    UNREAD,
    WARNED,
    WEB,
    finding,
    judged,
    subjects,
)
from webhook.policy.finding import Finding
from webhook.policy.rule import Action
from webhook.report.github import MAX_OF_A_KIND, github
from webhook.services.judged import Judged

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def lines(*items: Judged) -> list[str]:
    return "".join(github(items)).split("\n")[:-1]


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as the runner reads it."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    command, told, data = found.groups()
    properties = dict(pair.split("=", 1) for pair in told.split(","))
    return command, {name: plain(value) for name, value in properties.items()}, plain(data)


def plain(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def test_a_finding_is_an_annotation_where_its_workload_stands():
    command, counts = lines(judged(DENIED, workload=WEB, file="deploy/a,b.yaml", line=7))
    assert read(command) == (
        "error",
        {
            "file": "deploy/a,b.yaml",
            "line": "7",
            "title": "musl-python-base: Deployment shop/web",
        },
        "[web] musl-python-base: it is so. Do so.",
    )
    assert counts == "1 workload: 1 denied, 0 allowed with warnings, 0 allowed; 0 incomplete"


def test_what_stands_in_no_file_has_a_title_only():
    command, _ = lines(judged(DENIED))
    assert read(command)[1] == {"title": "musl-python-base: ghcr.io/acme/api:1"}


@pytest.mark.parametrize(
    ("found", "command"),
    [
        (DENIED, "error"),
        (UNREAD, "error"),
        (WARNED, "warning"),
        (RECORDED, "notice"),
        (EXEMPT, "notice"),
    ],
)
def test_actions_are_commands(found: Finding, command: str):
    assert read(lines(judged(found))[0])[0] == command


def test_what_passed_or_did_not_apply_is_no_annotation():
    assert len(lines(judged(PASSED, SKIPPED))) == 1


def test_the_gravest_come_first():
    commands = [read(line)[0] for line in lines(POD)[:-1]]
    assert commands == sorted(commands, key=["error", "warning", "notice"].index)
    assert len(set(commands)) == 3


def test_no_more_of_a_kind_than_github_shows_and_the_others_are_counted():
    many = [judged(DENIED, WARNED) for _ in range(MAX_OF_A_KIND + 2)]
    *commands, counts = lines(*many)
    assert len(commands) == 2 * MAX_OF_A_KIND
    assert counts.endswith("; 4 more findings are not shown here: -o markdown has them")


def test_percent_signs_come_back_as_they_were():
    command, _ = lines(judged(finding(Action.DENY, message="100%0A%25 sure")))
    assert "100%0A%25 sure" in read(command)[2]


@given(item=subjects)
def test_no_text_can_begin_a_command(item: Judged):
    *commands, counts = "".join(github((item,))).splitlines()
    for command in commands:
        _, properties, _ = read(command)
        assert set(properties) <= {"file", "line", "title"}
    assert counts.startswith("1 ")
