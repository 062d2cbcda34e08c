"""``floating-tag`` and ``require-digest``: the rules that look at nothing but the reference."""

import pytest
from pydantic import ValidationError

from tests.rules.verdicts import fires, violation
from webhook.rules.floating_tag import FloatingTag
from webhook.rules.require_digest import RequireDigest

DIGEST = f"@sha256:{'ab12' * 16}"


@pytest.mark.parametrize(
    ("reference", "floating"),
    [
        ("nginx", True),
        ("nginx:latest", True),
        ("ghcr.io/acme/api:stable", True),
        ("ghcr.io/acme/api:main", True),
        ("ghcr.io/acme/api:master", True),
        ("ghcr.io/acme/api:dev", True),
        ("ghcr.io/acme/api:edge", True),
        ("ghcr.io/acme/api:nightly", True),
        ("ghcr.io/acme/api:lts", True),
        ("registry.example.com:5000/api", True),
        ("python:3", True),
        ("ghcr.io/mirror/python:3", True),
        ("python:3.13", False),
        ("python:3-slim", False),
        ("ghcr.io/acme/cpython:3", False),
        ("ghcr.io/acme/api:3", False),
        ("registry.example.com:5000/api:1", False),
        ("ghcr.io/acme/api:latest-2024", False),
        ("ghcr.io/acme/api:Latest", False),
        (f"nginx{DIGEST}", False),
        (f"nginx:latest{DIGEST}", False),
        (f"registry.example.com:5000/api{DIGEST}", False),
    ],
)
def test_a_tag_that_moves_is_told_from_one_that_does_not(reference: str, floating: bool):
    assert fires(FloatingTag(), reference=reference) is floating


def test_the_tags_that_move_and_a_missing_one_are_up_to_the_policy():
    rule = FloatingTag(tags=("weekly",), missing_tag=False)
    assert fires(rule, reference="nginx:weekly")
    assert not fires(rule, reference="nginx:latest")
    assert not fires(rule, reference="nginx")


def test_images_whose_tags_move_may_be_named():
    rule = FloatingTag(floating_patterns=("ghcr.io/acme/**:*-snapshot",))
    assert fires(rule, reference="ghcr.io/acme/team/api:1.4-snapshot")
    assert not fires(rule, reference="ghcr.io/other/api:1.4-snapshot")
    assert not fires(rule, reference="python:3")
    with pytest.raises(ValidationError, match="not an image pattern"):
        FloatingTag(floating_patterns=("",))


def test_a_port_is_not_taken_for_a_tag_nor_a_tag_for_a_port():
    assert fires(FloatingTag(), reference="registry.example.com:5000/python:3")
    assert not fires(FloatingTag(missing_tag=False), reference="registry.example.com:3/python")


@pytest.mark.parametrize("policy", ["Always", "IfNotPresent", "Never"])
def test_how_an_image_is_pulled_makes_no_difference(policy: str):
    container = {"imagePullPolicy": policy}
    assert fires(FloatingTag(), reference="nginx:latest", container=container)
    assert not fires(FloatingTag(), reference="nginx:1.27", container=container)


@pytest.mark.parametrize(
    ("reference", "has_digest"),
    [
        ("nginx", False),
        ("nginx:1.27", False),
        ("registry.example.com:5000/api:1", False),
        (f"nginx{DIGEST}", True),
        (f"nginx:1.27{DIGEST}", True),
    ],
)
def test_only_a_digest_pins_an_image(reference: str, has_digest: bool):
    assert fires(RequireDigest(), reference=reference) is not has_digest


def test_the_reference_is_named_as_it_was_written():
    reference = "registry.example.com/team/api:latest"
    assert violation(FloatingTag(), reference=reference).problem == (
        f"'{reference}' can change under you"
    )
    assert violation(RequireDigest(), reference=reference).problem == f"'{reference}' has no digest"
    long = violation(RequireDigest(), reference=f"registry.example.com/{'a' * 100}:1").problem
    assert long == f"'registry.example.com/{'a' * 16}...' has no digest"
