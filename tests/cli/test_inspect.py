import json

import pytest

from tests.cli.conftest import Slimgate
from webhook.sandbox.registry import SandboxRegistry

CONFIG_KEYS = {"user", "env", "entrypoint", "cmd", "workingDir", "labels", "created"}
PROFILE_KEYS = {"python", "libc", "distro", "base", "journey", "user", "contents", "size"}


def test_json_has_every_key_of_the_contract(slimgate: Slimgate, live_registry: SandboxRegistry):
    host = live_registry.host
    image = f"{host}/shop/api:4-optimised"
    ended = slimgate(
        *("inspect", image, "--insecure-registry", host),
        *("--platform", "all", "--no-peek", "-o", "json"),
    )
    told = json.loads(ended.out)
    assert told["reference"] == image
    assert told["digest"] == live_registry.store.repositories["shop/api"].tags["4-optimised"]
    assert [item["platform"] for item in told["platforms"]] == ["linux/amd64", "linux/arm64"]
    for item in told["platforms"]:
        assert set(item) == {"platform", "digest", "config", "profile"}
        assert set(item["config"]) == CONFIG_KEYS
        profile = item["profile"]
        assert set(profile) == PROFILE_KEYS
        assert set(profile["python"]) == {"verdict", "score", "version", "evidence"}
        assert set(profile["libc"]) == {"verdict", "confidence", "evidence"}
        assert set(profile["distro"]) == {"id", "release"}
        assert set(profile["base"]) == {"variant", "reference", "evidence"}
        assert set(profile["journey"]) == {"step", "name", "reasons", "saves"}
        assert profile["user"] == {"raw": "10001", "uid": 10001, "root": False}
        assert set(profile["size"]) == {"pull", "unpacked", "layers"}
        assert set(profile["size"]["unpacked"]) == {"value", "low", "high", "method"}
        for layer in profile["size"]["layers"]:
            assert set(layer) == {"digest", "mediaType", "size", "unpacked", "createdBy"}
        assert profile["size"]["pull"] == sum(x["size"] for x in profile["size"]["layers"])
    assert len(live_registry.seen) == 5  # index, then a manifest and a config for each platform


def test_text_fits_a_screen_and_says_on_what_evidence(
    slimgate: Slimgate, live_registry: SandboxRegistry
):
    host = live_registry.host
    ended = slimgate("inspect", f"{host}/shop/worker:alpine", "--insecure-registry", host)
    lines = ended.out.splitlines()
    assert all(len(line) <= 100 for line in lines[2:])
    assert len(lines) <= 50
    assert "musl" in ended.out
    assert "[99: layer, " in ended.out
    assert "python3.13" in ended.out
    assert "step" in ended.out
    assert "\x1b" not in ended.out


def test_explain_shows_every_piece_of_evidence_with_its_weight(
    slimgate: Slimgate, live_registry: SandboxRegistry
):
    host = live_registry.host
    image = f"{host}/shop/worker:alpine"
    told = slimgate("inspect", image, "--insecure-registry", host, "--explain").out
    _, _, ladder = told.partition("\nlibc  musl, confidence 99")
    rows = [line.split() for line in ladder.splitlines()]
    pieces = [row for row in rows if len(row) > 2 and row[0].isdigit()]
    weights = [int(weight) for weight, *_ in pieces]
    assert weights == sorted(weights, reverse=True)
    assert {"layer", "history"} <= {source for _, source, *_ in pieces}


def test_what_the_layers_show_is_told_with_how_far_they_were_looked_into(
    slimgate: Slimgate, live_registry: SandboxRegistry
):
    host = live_registry.host
    image = f"{host}/shop/api:compiler"
    ended = slimgate("inspect", image, "--insecure-registry", host, "-o", "json")
    contents = json.loads(ended.out)["platforms"][0]["profile"]["contents"]
    assert contents["blind"] is None
    assert {"all", "head", None} >= set(contents["looked"])
    without = slimgate("inspect", image, "--insecure-registry", host, "--no-peek", "-o", "json")
    contents = json.loads(without.out)["platforms"][0]["profile"]["contents"]
    assert contents["blind"] == "layers were not looked into"


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_images_on_disk(slimgate: Slimgate, archives: dict[str, str], form: str):
    told = json.loads(slimgate("inspect", archives[form], "-o", "json").out)
    assert told["reference"] == archives[form]
    assert told["platforms"][0]["profile"]["python"]["verdict"] == "yes"


def test_a_platform_that_is_not_offered_is_told_with_those_that_are(
    slimgate: Slimgate, live_registry: SandboxRegistry
):
    host = live_registry.host
    ended = slimgate(
        "inspect", f"{host}/shop/api:4-optimised", "--insecure-registry", host,
        "--platform", "linux/s390x", code=3,
    )  # fmt: skip
    assert "no linux/s390x image; offered: linux/amd64, linux/arm64" in ended.err


@pytest.mark.parametrize(
    ("image", "code", "said"),
    [
        ("nothing/here:1", 3, "notFound"),
        ("UPPER/case", 2, "not an image reference"),
    ],
)
def test_what_cannot_be_read_is_told(
    slimgate: Slimgate, live_registry: SandboxRegistry, image: str, code: int, said: str
):
    host = live_registry.host
    full = f"{host}/{image}"
    assert said in slimgate("inspect", full, "--insecure-registry", host, code=code).err
