import json

import pytest

from tests.profile.images import buildkit, classic, python_slim
from tests.rules.verdicts import enforced, facts_about, fires, profiled, verdict, violation
from webhook.policy.rule import Skip, Unknown, Verdict, Violation
from webhook.rules.floating_base_tag import FloatingBaseTag

RULE = FloatingBaseTag()
STRICT = FloatingBaseTag(strict=True)
NAME = "org.opencontainers.image.base.name"
DIGEST = f"sha256:{'0' * 64}"
UNKNOWN = Unknown("the base's tag is not recorded", "Build with buildah, or with base annotations")


def annotated(base: str, rule: FloatingBaseTag = RULE) -> Verdict:
    """What the rule says of a Python image with this base in its manifest's annotations."""
    image = profiled(python_slim(), annotations={NAME: base}, Cmd=["python"])
    return rule.check(facts_about(image))


def test_the_base_and_where_it_is_told_are_named():
    found = annotated("docker.io/library/python:3-slim")
    assert isinstance(found, Violation)
    assert found.problem == (
        "base 'docker.io/library/python:3-slim' has no minor version (from: annotation)"
    )
    assert found.fix == "Build FROM python:3.13-slim-trixie and its digest (@sha256:...)"
    assert found.confidence == 85


@pytest.mark.parametrize(
    "tag",
    ["latest", "3", "2", "slim", "alpine", "bookworm", "trixie", "3-slim", "3-alpine", "3-slim-trixie",
     "slim-bookworm", "alpine3.22", "3-alpine3.22", "rc", "rc-slim", "3-windowsservercore"],
)  # fmt: skip
def test_a_python_without_a_minor_version_moves(tag: str):
    assert isinstance(annotated(f"python:{tag}"), Violation)


def test_no_tag_means_latest():
    assert isinstance(annotated("python"), Violation)
    assert isinstance(annotated("docker.io/library/python"), Violation)


@pytest.mark.parametrize(
    "tag", ["3.13", "3.13-slim", "3.13.1", "3.13.1-slim-trixie", "3.15-rc", "3.13-alpine3.22"]
)
def test_a_minor_version_passes(tag: str):
    assert annotated(f"python:{tag}") is None


@pytest.mark.parametrize(
    ("base", "passes"),
    [
        ("python:3.13-slim", False),
        ("python:3.13", False),
        ("python:3.13.1", True),
        ("python:3.13.1-slim-trixie", True),
        ("python:3.15.0a1-slim", True),
        ("python:3.15.0rc1", True),
        ("pypy:3.11-7.3.20", True),
        ("pypy:3.11", False),
        (f"python:3.13@{DIGEST}", True),
        (f"python:3@{DIGEST}", True),
    ],
)
def test_strict_wants_a_full_version_or_a_digest(base: str, passes: bool):
    found = annotated(base, STRICT)
    assert (found is None) is passes
    assert passes or (isinstance(found, Violation) and "patch version" in found.problem)


@pytest.mark.parametrize("base", [f"python@{DIGEST}", f"python:latest@{DIGEST}"])
def test_a_digest_passes_whatever_the_tag(base: str):
    assert annotated(base) is None


def test_a_digest_that_the_builder_resolved_does_not_make_the_tag_stand_still():
    annotations = {NAME: "python:3-slim", "org.opencontainers.image.base.digest": DIGEST}
    image = profiled(python_slim(), annotations=annotations, Cmd=["python"])
    assert isinstance(RULE.check(facts_about(image)), Violation)
    assert isinstance(STRICT.check(facts_about(image)), Violation)


@pytest.mark.parametrize(
    ("base", "moves"),
    [
        ("registry.example.com:5000/python", True),
        ("registry.example.com/mirror/library/python:3-slim", True),
        ("public.ecr.aws/docker/library/python:slim", True),
        ("registry.example.com/team/python:3", True),
        ("registry.example.com/team/python:slim-bookworm", True),
        ("registry.example.com/team/python:2024-11-05", False),
        ("registry.example.com/team/python:abc1234", False),
        ("registry.example.com/team/base:latest", True),
        ("registry.example.com/team/base", True),
        ("registry.example.com/team/base:main", True),
        ("registry.example.com/team/base:7", False),
        ("debian:bookworm-slim", False),
        ("ubuntu:24.04", False),
    ],
)
def test_other_bases_are_told_of_by_the_tags_that_move_everywhere(base: str, moves: bool):
    assert isinstance(annotated(base), Violation) is moves


def test_a_base_of_ones_own_is_not_told_to_be_python():
    found = annotated("registry.example.com/team/base:latest")
    assert isinstance(found, Violation)
    assert found.problem.endswith("has no version (from: annotation)")
    assert found.fix == "Build FROM a tag with a version and a digest"


def test_buildah_tells_the_base_in_its_history():
    (first,) = classic("RUN pip install x")
    steps = [*python_slim(), {**first, "comment": "FROM docker.io/library/python:3-slim"}]
    found = RULE.check(facts_about(profiled(steps, Cmd=["python"])))
    assert isinstance(found, Violation)
    assert found.problem.endswith("(from: history)")
    assert found.confidence == 85


def test_a_label_may_be_the_bases_own_and_only_warns():
    found = violation(RULE, config={"Labels": {NAME: "python:3"}})
    assert found.problem.endswith("(from: label)")
    assert found.confidence == 65
    image = profiled(python_slim(), Cmd=["python"], Labels={NAME: "python:3"})
    assert [f.denies for f in enforced(RULE.id, image)] == [False]


def test_an_annotation_is_believed_before_a_label():
    image = profiled(
        python_slim(), annotations={NAME: "python:3.13"}, Cmd=["python"], Labels={NAME: "python:3"}
    )
    assert RULE.check(facts_about(image)) is None


def test_a_buildpacks_run_image_is_a_base_too():
    metadata = json.dumps({"runImage": {"image": "docker.io/paketobuildpacks/run:latest"}})
    labels = {"io.buildpacks.lifecycle.metadata": metadata}
    assert fires(RULE, config={"Labels": labels})


def test_what_buildkit_builds_does_not_tell_its_base():
    image = profiled([*python_slim(), *buildkit("COPY . .")], Cmd=["python"])
    assert RULE.check(facts_about(image)) == UNKNOWN
    assert verdict(RULE) == UNKNOWN


def test_the_name_of_the_image_is_not_taken_for_its_bases():
    assert verdict(RULE, reference="python:latest") == UNKNOWN


def test_what_is_built_from_scratch_has_no_tag():
    assert annotated("scratch") == Skip("built from scratch")


@pytest.mark.parametrize("base", ["", "not a reference", "UPPER:x", ":3"])
def test_what_is_no_reference_is_not_recorded(base: str):
    assert annotated(base) == UNKNOWN
