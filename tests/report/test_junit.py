"""JUnit XML: what a parser reads is what was said, and each case tells one thing."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from tests.report.verdicts import (
    ABOUT,
    BROKEN,
    DENIED,
    EXEMPT,
    OPEN,
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
from webhook.report.junit import junit
from webhook.services.judged import Judged


def suites(*items: Judged) -> list[ET.Element]:
    root = ET.fromstring("".join(junit(items, ABOUT)))
    assert root.tag == "testsuites"
    return list(root)


@pytest.mark.parametrize(
    ("found", "inside"),
    [
        (DENIED, "failure"),
        (UNREAD, "error"),
        (WARNED, "system-out"),
        (RECORDED, "system-out"),
        (BROKEN, "skipped"),
        (OPEN, "skipped"),
        (SKIPPED, "skipped"),
        (EXEMPT, "skipped"),
    ],
)
def test_a_case_is_what_the_finding_weighs(found: Finding, inside: str):
    (suite,) = suites(judged(found))
    (case,) = suite
    (told,) = case
    assert (case.get("name"), told.tag) == (found.rule, inside)
    assert found.message in (told.text or "")


def test_a_pass_is_a_case_with_nothing_in_it():
    (suite,) = suites(judged(PASSED))
    (case,) = suite
    assert (case.get("name"), len(case)) == ("run-as-root", 0)


def test_a_subject_without_findings_is_a_case_that_passes():
    (suite,) = suites(judged())
    assert [(case.get("name"), len(case)) for case in suite] == [("nothing found", 0)]


def test_findings_of_one_rule_are_one_case_and_the_gravest_decides():
    mild = finding(Action.WARN, message="it is less so")
    (suite,) = suites(judged(mild, DENIED, PASSED))
    case = suite[0]
    (failure,) = case
    assert failure.get("message") == "musl-python-base: it is so. Do so."
    assert (failure.text or "").splitlines() == [
        "musl-python-base: it is so. Do so.",
        "musl-python-base: it is less so. Do so.",
    ]


def test_a_suite_counts_its_cases_and_says_where_they_stand():
    (suite,) = suites(POD)
    assert suite.get("name") == "Deployment shop/web"
    assert suite.get("timestamp") == "2026-11-21T09:30:00"
    for tag, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        assert suite.get(name) == str(len(suite.findall(f"testcase/{tag}")))
    assert suite.get("tests") == str(len(suite))
    assert {(case.get("file"), case.get("line")) for case in suite} == {("deploy/web.yaml", "7")}
    assert {case.get("classname") for case in suite} == {"Deployment shop/web"}


def test_containers_of_a_workload_are_told_apart():
    (suite,) = suites(judged(DENIED, workload=WEB))
    assert suite[0].get("name") == "[web] musl-python-base"


@given(item=subjects)
def test_whatever_is_judged_parses_back_with_one_name_for_each_case(item: Judged):
    (suite,) = suites(item)
    names = [case.get("name") for case in suite]
    assert len(names) == len(set(names)) == int(suite.get("tests") or 0)
    for case in suite:
        assert len(case) <= 1
        if item.file:
            assert case.get("file") == re.sub(
                "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", item.file
            )
