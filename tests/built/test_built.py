"""What is said of images that a real builder made and a real client pushed to a real registry."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.built.cost import reader
from tests.built.registry import Built

pytestmark = pytest.mark.timeout(180)


def slimgate(*words: str) -> str:
    """What the command prints, whatever its exit code."""
    ran = subprocess.run(
        [sys.executable, "-m", "webhook", *words], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ran.stderr, ran.stderr
    return ran.stdout


def inspected(built: Built, name: str, repository: str = "built/api") -> dict[str, Any]:
    """The profile of one image."""
    image = f"{built.host}/{repository}:{name}"
    told = slimgate("inspect", image, "--insecure-registry", built.host, "-o", "json")
    profile: dict[str, Any] = json.loads(told)["platforms"][0]["profile"]
    return profile


def found(built: Built, name: str, policy: str = "restricted") -> dict[str, dict[str, Any]]:
    """Rule → finding that an image gets by itself."""
    image = f"{built.host}/built/api:{name}"
    told = slimgate("check", image, "--insecure-registry", built.host, "-p", policy, "-o", "json")
    (result,) = json.loads(told)["results"]
    return {
        finding["rule"]: finding for finding in result["findings"] if finding["outcome"] == "fail"
    }


@pytest.mark.parametrize(
    ("name", "libc", "root"),
    [
        ("multi-stage", "glibc", False),
        ("careless", "glibc", True),
        ("purged", "glibc", True),
        ("musl-python", "musl", True),
        ("musl-package", "glibc", True),
        ("named-user", "glibc", False),
        ("second-root", "glibc", True),
    ],
)
def test_libc_and_user_are_told_by_the_layers(built: Built, name: str, libc: str, root: bool):
    profile = inspected(built, name)
    assert profile["python"]["verdict"] == "yes"
    assert profile["libc"]["verdict"] == libc
    assert any(piece["source"] == "layer" for piece in profile["libc"]["evidence"])
    assert profile["libc"]["confidence"] >= 95
    assert profile["user"]["root"] is root


def test_a_musl_python_is_denied_for_what_its_programs_are_linked_to(built: Built):
    finding = found(built, "musl-python")["musl-python-base"]
    assert finding["action"] == "deny"
    assert "from: layer" in finding["message"]


def test_debians_slim_and_full_image_are_told_apart(built: Built):
    assert inspected(built, "multi-stage")["base"]["variant"] == "slim"
    assert inspected(built, "careless")["base"]["variant"] == "full"
    assert "non-slim-base" in found(built, "careless")


def test_the_journey_of_a_good_image_and_of_a_careless_one(built: Built):
    assert inspected(built, "multi-stage")["journey"]["step"] == 4
    assert inspected(built, "careless")["journey"]["step"] == 1
    assert inspected(built, "caches")["journey"]["step"] == 2


def test_a_compiler_that_purge_left_behind_is_found_although_the_history_looks_clean(built: Built):
    finding = found(built, "purged")["build-tools-in-runtime"]
    assert "from: layer" in finding["message"]


def test_a_compiler_that_a_later_layer_removed_is_not_told_what_purge_left_is(built: Built):
    """apt keeps binutils, as something recommends it."""
    message = found(built, "purged-later")["build-tools-in-runtime"]["message"]
    assert message.startswith("as, ld ship in the runtime image")


def test_a_cache_and_an_installer_are_found(built: Built):
    told = found(built, "caches")
    assert "pip cache (at least 3.1 MB)" in told["pip-cache"]["message"]
    assert "uv" in told["installer-in-runtime"]["message"]


def test_what_a_careless_context_brought_is_found_and_its_secret_never_shown(built: Built):
    told = found(built, "careless")
    for rule in ("build-context-leak", "tests-in-image", "bytecode-leak", "secrets-in-image"):
        assert rule in told, rule
    assert "correct-horse" not in json.dumps(told)


def test_the_seeds_good_image_is_let_through_by_the_strictest_policy(built: Built):
    denying = {
        rule for rule, finding in found(built, "multi-stage").items() if finding["action"] == "deny"
    }
    assert denying == set()


def test_sizes_on_disk_are_right_within_three_percent(built: Built):
    size = inspected(built, "multi-stage")["size"]["unpacked"]
    assert size["method"] == "isize"
    assert size["low"] <= size["value"] <= size["high"] <= size["value"] * 1.031


def test_zstd_layers_are_looked_into_too(built: Built):
    profile = inspected(built, "caches", "built/zstd")
    assert profile["libc"]["confidence"] >= 95
    assert any("zstd" in layer["mediaType"] for layer in profile["size"]["layers"])


async def test_what_images_cost_is_bounded_and_nothing_the_second_time(built: Built):
    async with reader(built.host) as webhook:
        costs = []
        for name in ("purged", "caches", "purged"):
            mark = built.mark()
            await webhook.read(f"{built.host}/built/api:{name}")
            costs.append(built.since(mark))
    first, sister, again = costs
    assert first.requests <= 2 + 8 + 3  # documents, looks, sizes
    assert first.size <= 1_100_000
    assert sister.requests < first.requests  # what they stand on is known
    assert again.requests == 0
