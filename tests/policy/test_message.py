from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.policy.finding import Finding, Outcome, Result, Severity
from webhook.policy.message import MAX_DENIAL, MAX_LINE, MAX_TOTAL, denial, lines, warnings
from webhook.policy.rule import Action

WARNING = Finding(
    policies=("team",),
    rule="some-rule",
    action=Action.WARN,
    outcome=Outcome.FAIL,
    severity=Severity.MEDIUM,
    confidence=100,
    message="it is broken",
    remedy="Mend it",
)


def found(**fields: Any) -> Finding:
    return msgspec.structs.replace(WARNING, **fields)


def result(
    *findings: Finding, container: str = "web", platform: str | None = "linux/amd64"
) -> Result:
    return Result(container, "nginx", None, platform, findings)


def texts(*results: Result) -> list[str]:
    return [str(line) for line in lines(results)]


def test_a_line_says_where_which_rule_what_and_how_to_mend_it():
    assert texts(result(WARNING)) == ["[web] some-rule: it is broken. Mend it."]


def test_an_image_by_itself_has_no_container_and_a_finding_may_have_no_remedy():
    assert texts(result(found(remedy=""), container="")) == ["some-rule: it is broken."]


def test_what_passed_is_not_said():
    assert texts(result(found(outcome=Outcome.PASS))) == []


def test_denials_come_before_warnings_and_the_certain_before_the_rest():
    said = texts(
        result(
            found(message="c", confidence=60),
            found(message="d", action=Action.AUDIT),
            found(message="b"),
            found(message="a", action=Action.DENY, confidence=85),
        )
    )
    assert [text.split(": ")[1][0] for text in said] == ["a", "b", "c", "d"]


def test_equally_grave_findings_keep_the_order_of_the_containers():
    first, second = result(found(message="x")), result(found(message="y"), container="init")
    assert [text[:6] for text in texts(first, second)] == ["[web] ", "[init]"]


def test_the_same_finding_of_several_containers_is_one_line():
    said = texts(result(WARNING), result(WARNING, container="worker"))
    assert said == ["[web,worker] some-rule: it is broken. Mend it."]


@pytest.mark.parametrize(
    "other", [{"rule": "other"}, {"message": "x"}, {"remedy": "x"}, {"action": Action.DENY}]
)
def test_findings_that_differ_in_what_is_said_are_two_lines(other: dict[str, Any]):
    assert len(texts(result(WARNING), result(found(**other), container="worker"))) == 2


@pytest.mark.parametrize(
    ("platforms", "holding", "where"),
    [
        (["linux/amd64"], ["linux/amd64"], "[web] "),
        (["linux/amd64", "linux/arm64"], ["linux/amd64", "linux/arm64"], "[web] "),
        (["linux/amd64", "linux/arm64"], ["linux/arm64"], "[web] [linux/arm64] "),
        (["a/a", "b/b", "c/c"], ["a/a", "c/c"], "[web] [a/a,c/c] "),
        (["linux/amd64", None], ["linux/amd64"], "[web] "),
        (["linux/amd64", None], [None], "[web] "),
        ([None], [None], "[web] "),
    ],
)
def test_platforms_are_named_only_where_a_finding_is_not_of_them_all(
    platforms: list[str | None], holding: list[str | None], where: str
):
    results = [
        result(*([WARNING] if platform in holding else []), platform=platform)
        for platform in platforms
    ]
    assert texts(*results) == [f"{where}some-rule: it is broken. Mend it."]


def test_platforms_of_another_container_are_no_platforms_of_this_one():
    said = texts(result(WARNING), result(container="worker", platform="linux/arm64"))
    assert said == ["[web] some-rule: it is broken. Mend it."]


def test_a_line_is_cut_to_what_the_api_server_lets_through():
    (text,) = texts(result(found(message="x" * 400)))
    assert len(text) == MAX_LINE
    assert text.endswith("...")


def test_long_lists_of_containers_are_cut():
    results = [result(WARNING, container=f"worker-{n}") for n in range(50)]
    (text,) = texts(*results)
    assert text.index("]") == 64
    assert text.endswith("Mend it.")


HOSTILE = "a\nb\r\tc\x1b[31m\u202e\u2028é\x00 ' \" \\ `"


@given(st.text() | st.just(HOSTILE))
def test_no_strange_character_survives_in_a_line(text: str):
    odd = found(message=text, remedy=text)
    for line in texts(
        result(odd, container=text, platform=text), result(container=text, platform="linux/amd64")
    ):
        assert line.isascii()
        assert line.isprintable()
        assert len(line) <= MAX_LINE


def test_warnings_are_what_warns():
    findings = [found(action=action, message=action.value) for action in Action]
    assert warnings(lines([result(*findings)])) == ("[web] some-rule: warn. Mend it.",)


def test_after_eight_warnings_the_rest_is_counted():
    many = result(*(found(message=f"problem {n}") for n in range(11)))
    said = warnings(lines([many]))
    assert len(said) == 9
    assert said[-1] == "+3 more: slimgate check -f FILE shows all"
    eight = result(*many.findings[:8])
    assert len(warnings(lines([eight]))) == 8


def test_long_warnings_stay_within_the_total():
    many = result(*(found(message=f"{n} {'x' * 240}") for n in range(8)))
    said = warnings(lines([many]))
    assert sum(map(len, said)) <= MAX_TOTAL
    assert said[-1] == f"+{8 - (len(said) - 1)} more: slimgate check -f FILE shows all"


def test_a_denial_has_a_heading_and_then_one_finding_on_each_line():
    deny = found(action=Action.DENY, message="x", policies=("a", "b"))
    audit = found(action=Action.AUDIT, message="y")
    assert denial(lines([result(WARNING, audit, deny)])).split("\n") == [
        "slimgate: 2 problems (policy a, b)",
        "[web] some-rule: x. Mend it.",
        "[web] some-rule: it is broken. Mend it.",
    ]


def test_one_problem_is_one_problem():
    said = denial(lines([result(found(action=Action.DENY))]))
    assert said.startswith("slimgate: 1 problem (policy team)\n")


def test_a_denial_names_every_policy_that_denies_once():
    deny = found(action=Action.DENY)
    other = found(action=Action.DENY, policies=("other", "team"))
    said = denial(lines([result(deny), result(other, container="worker"), result(WARNING)]))
    assert said.startswith("slimgate: 2 problems (policy team, other)\n")


@given(st.lists(st.integers(1, 300), min_size=1, max_size=40), st.integers(1, 300))
def test_a_denial_fits_into_an_event_and_counts_what_does_not(sizes: list[int], policy: int):
    findings = [
        found(action=Action.DENY, message=f"{n} {'x' * size}", policies=("p" * policy,))
        for n, size in enumerate(sizes)
    ]
    said = denial(lines([result(*findings)]))
    assert len(said) <= MAX_DENIAL
    heading, *told = said.split("\n")
    assert str(len(sizes)) in heading
    if told[-1].startswith("+"):
        assert told[-1] == f"+{len(sizes) - len(told) + 1} more: slimgate check -f FILE shows all"
    else:
        assert len(told) == len(sizes)
