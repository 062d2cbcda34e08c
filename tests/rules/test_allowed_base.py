from typing import Any

import pytest
from pydantic import ValidationError

from tests.conftest import policy_text
from tests.profile.images import buildkit, classic, python_slim
from tests.rules.verdicts import enforced, facts_about, profiled, verdict
from tests.tables import TABLES
from webhook.errors import InvalidFile
from webhook.policy.loader import load
from webhook.policy.rule import Action, Skip, Unknown, Verdict, Violation
from webhook.profile import ImageProfile
from webhook.rules import CATALOGUE
from webhook.rules.allowed_base import AllowedBase

NAME = "org.opencontainers.image.base.name"
OF = "org.opencontainers.image.base.digest"
DIGEST = f"sha256:{'0' * 64}"
UNKNOWN = Unknown("the base is not recorded", "Build with buildah, or with base annotations")


def annotated(base: str, **more: str) -> ImageProfile:
    annotations = {NAME: base, **more}
    return profiled(python_slim(), annotations=annotations, Cmd=["python"])


def about(base: str, allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> Verdict:
    rule = AllowedBase(allow=allow, deny=deny)
    return rule.check(facts_about(annotated(base)))


def test_the_base_the_list_and_where_it_is_told_are_named():
    found = about("docker.io/bitnami/python:3.13", allow=("python",))
    assert isinstance(found, Violation)
    assert found.problem == (
        "base 'docker.io/bitnami/python:3.13' is not on the allowed list (from: annotation)"
    )
    assert found.fix == "Rebuild on an approved base"
    assert found.confidence == 85
    denied = about("docker.io/bitnami/python:3.13", deny=("bitnami/**",))
    assert isinstance(denied, Violation)
    assert "is on the denied list" in denied.problem


@pytest.mark.parametrize(
    ("base", "pattern", "allowed"),
    [
        ("python:3.13-slim", "python", True),
        ("docker.io/library/python:3.13-slim", "python", True),
        ("index.docker.io/library/python:3.13", "python", True),
        ("python:3.13-slim", "python:*-slim", True),
        ("python:3.13", "python:*-slim", False),
        ("python", "python:latest", True),
        ("registry.example.com/python:3.13-slim", "python", False),
        ("ghcr.io/acme/base/python:1", "ghcr.io/acme/**", True),
        ("ghcr.io/acme/base/python:1", "ghcr.io/acme/*", False),
        (f"python@{DIGEST}", "python@sha256:*", True),
        ("scratch", "scratch", True),
    ],
)
def test_patterns_are_over_the_canonical_name(base: str, pattern: str, allowed: bool):
    assert (about(base, allow=(pattern,)) is None) is allowed


def test_a_denied_base_is_denied_although_it_is_allowed():
    lists = {"allow": ("ghcr.io/acme/**",), "deny": ("ghcr.io/acme/legacy",)}
    assert isinstance(about("ghcr.io/acme/legacy:2", **lists), Violation)
    assert about("ghcr.io/acme/python:2", **lists) is None


def test_with_denied_ones_alone_everything_else_is_allowed():
    assert about("docker.io/bitnami/python:3.13", deny=("centos",)) is None


def test_a_digest_that_is_recorded_beside_the_name_can_be_asked_for():
    image = annotated("python:3.13-slim", **{OF: DIGEST})
    assert AllowedBase(allow=(f"python@{DIGEST}",)).check(facts_about(image)) is None
    other = AllowedBase(allow=(f"python@sha256:{'1' * 64}",)).check(facts_about(image))
    assert isinstance(other, Violation)


def test_what_buildkit_builds_is_unknown_and_not_denied():
    image = profiled([*python_slim(), *buildkit("COPY . .")], Cmd=["python"])
    assert AllowedBase(allow=("python",)).check(facts_about(image)) == UNKNOWN
    (finding,) = enforced("allowed-base", image, "{allow: [python]}")
    assert finding.action is Action.WARN


def test_buildah_tells_the_base_in_its_history():
    (first,) = classic("RUN pip install x")
    steps = [*python_slim(), {**first, "comment": "FROM docker.io/bitnami/python:3.13"}]
    image = profiled(steps, Cmd=["python"])
    (finding,) = enforced("allowed-base", image, "{allow: [python]}")
    assert finding.denies


def test_a_label_may_be_the_bases_own_and_never_denies():
    image = profiled(python_slim(), Cmd=["python"], Labels={NAME: "debian:trixie-slim"})
    (finding,) = enforced("allowed-base", image, "{allow: [python]}")
    assert (finding.action, finding.confidence) == (Action.WARN, 65)


def test_the_name_of_the_image_is_not_taken_for_its_bases():
    assert verdict(AllowedBase(deny=("python",)), reference="python:latest") == UNKNOWN


def test_a_policy_that_names_no_base_is_refused():
    text = policy_text("rule: allowed-base, action: deny")
    with pytest.raises(InvalidFile) as caught:
        load([("policy.yaml", text)], CATALOGUE, TABLES)
    (problem,) = caught.value.problems
    assert "'allowed-base' says nothing as it stands" in problem.message
    assert "name at least one base in 'allow' or 'deny'" in problem.message
    empty = policy_text("rule: allowed-base, action: deny, with: {allow: [], deny: []}")
    with pytest.raises(InvalidFile):
        load([("policy.yaml", empty)], CATALOGUE, TABLES)


def test_by_itself_it_judges_nothing():
    assert about("python:3.13") == Skip("the policy names no base")


@pytest.mark.parametrize(
    "options", [{"allow": ["a b"]}, {"deny": ["docker.io/UPPER/x"]}, {"allow": "python"}]
)
def test_lists_are_of_image_patterns(options: dict[str, Any]):
    with pytest.raises(ValidationError):
        AllowedBase.model_validate(options)
