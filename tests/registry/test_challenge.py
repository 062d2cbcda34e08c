"""Reading ``WWW-Authenticate``."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhook.registry.challenge import parse_challenges, pick


def parsed(*headers: str) -> list[tuple[str, dict[str, str]]]:
    return [(each.scheme, dict(each.parameters)) for each in parse_challenges(headers)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("BASIC", [("basic", {})]),
        ('Basic realm="", charset="UTF-8"', [("basic", {"realm": "", "charset": "UTF-8"})]),
        (
            'Bearer realm="https://auth.example.com/token",service="a b",scope="repository:a:pull"',
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.example.com/token",
                        "service": "a b",
                        "scope": "repository:a:pull",
                    },
                )
            ],
        ),
        ('bearer  Realm = "a" , SERVICE= "b"', [("bearer", {"realm": "a", "service": "b"})]),
        (
            'Digest realm="a", qop="auth, auth-int", Bearer realm="b"',
            [("digest", {"realm": "a", "qop": "auth, auth-int"}), ("bearer", {"realm": "b"})],
        ),
        (r'Basic realm="say \"hi\", \\o/"', [("basic", {"realm": r'say "hi", \o/'})]),
        ("Negotiate YWJj==, Basic", [("negotiate", {}), ("basic", {})]),
        ("Bearer a=1, a=2", [("bearer", {"a": "1"})]),
    ],
)
def test_a_field_holds_challenges_with_their_parameters(header, expected):
    assert parsed(header) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Bearer realm=https://auth.example.com/token?x=1,service=s",
            [("bearer", {"realm": "https://auth.example.com/token?x=1", "service": "s"})],
        ),
        (
            'Bearer realm="https://auth.example.com/t',
            [("bearer", {"realm": "https://auth.example.com/t"})],
        ),
        ('Bearer realm="a" service="b"', [("bearer", {"realm": "a", "service": "b"})]),
        (", ,, Basic", [("basic", {})]),
        ('scope="without a scheme"', []),
        ("", []),
    ],
)
def test_what_servers_write_beside_the_grammar_is_still_understood(header, expected):
    assert parsed(header) == expected


def test_the_first_challenge_that_can_be_met_is_picked_across_fields():
    chosen = pick(["Negotiate, Digest realm=x", 'Bearer realm="https://a"', "Basic"])
    assert chosen is not None
    assert (chosen.scheme, chosen.realm) == ("bearer", "https://a")


def test_a_bearer_challenge_without_a_realm_cannot_be_met():
    chosen = pick(['Bearer service="x", Basic realm="y"'])
    assert chosen is not None
    assert chosen.scheme == "basic"
    assert pick(["Bearer", "Negotiate"]) is None


def test_scopes_are_separated_by_spaces():
    (challenge,) = parse_challenges(
        ['Bearer realm="r",scope="repository:a:pull  repository:b:pull"']
    )
    assert challenge.scopes == ("repository:a:pull", "repository:b:pull")
    assert challenge.service == ""


@given(st.text(max_size=200))
def test_no_text_is_too_strange(text):
    for challenge in parse_challenges([text]):
        assert challenge.scheme == challenge.scheme.lower() != ""


@pytest.mark.parametrize("text", ["a" * 8000 + "@", '"' * 8000, "\\" * 8000, 'a="' + "\\" * 8000])
@pytest.mark.timeout(10)
def test_a_hostile_field_is_read_in_linear_time(text):
    list(parse_challenges([text * 100]))
