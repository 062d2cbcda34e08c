"""Checks for ``platform.json``: platforms, indexes, attestations, artifacts."""

import json
from collections.abc import Mapping
from typing import Any

from tests.attempt import attempt
from tests.vectors.case import Case, Check, LeftOut, same
from webhook.errors import FetchError
from webhook.oci import Descriptor, Digest, Index, MediaType, Platform, parse_document

_FEATURES = "features is a reserved field that the image-spec says not to use"


def _platform(told: Mapping[str, Any]) -> Platform:
    return Platform(
        told.get("os", ""),
        told.get("architecture", ""),
        told.get("variant") or None,
        told.get("os.version") or None,
        frozenset(told.get("os.features") or ()),
    )


def string(case: Case) -> None:
    told = case["platform"]
    if "architecture" not in told or "os.version" in told:
        raise LeftOut("a platform is written as os/architecture[/variant] here")
    same(str(_platform(told)), case["string"])
    same(Platform.parse(case["string"]), _platform(told))


def equals(case: Case) -> None:
    one, two = case["a"], case["b"]
    if sorted(one.get("features", ())) != sorted(two.get("features", ())):
        raise LeftOut(_FEATURES)
    same(_platform(one) == _platform(two), case["equal"])


def _satisfies(have: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    if not set(wanted.get("features") or ()) <= set(have.get("features") or ()):
        raise LeftOut(_FEATURES)
    if not (wanted.get("os") and wanted.get("architecture")):
        raise LeftOut("a wanted platform names its os and architecture here")
    return _platform(have).satisfies(_platform(wanted))


def satisfies(case: Case) -> None:
    same(_satisfies(case["have"], case["spec"]), case["satisfies"])


def child_matches(case: Case) -> None:
    same(_satisfies(case["given"], case["required"]), case["match"])


def in_list(case: Case) -> None:
    told = case["descriptor_platform"]
    if not told:
        raise LeftOut("an entry without a platform is never asked")
    same(any(_satisfies(told, wanted) for wanted in case["platforms"]), case["match"])


def selection(case: Case) -> None:
    """Children are told apart by a digest of their position."""
    entries = tuple(
        Descriptor(
            MediaType.OCI_MANIFEST,
            Digest.of(str(child["child"]).encode()),
            1,
            _platform(child["platform"]) if child.get("platform") else None,
        )
        for child in case["manifests"]
    )
    wanted = case["requested"] or case["default_platform"]
    chosen = Index(MediaType.OCI_INDEX, entries, {}).select(_platform(wanted))
    expected = case["chosen_child"]
    same(
        chosen and chosen.digest,
        None if expected is None else Digest.of(str(expected).encode()),
    )


def attestation(case: Case) -> None:
    if "index" not in case:
        raise LeftOut("a rule in words")
    index = parse_document(json.dumps(case["index"]).encode())
    assert isinstance(index, Index), "no index"
    same([str(entry.digest) for entry in index.images], case["runnable_digests"])
    others = [str(entry.digest) for entry in index.manifests if entry.is_attestation]
    same(others, case["attestation_digests"])


def manifest_reading(case: Case) -> None:
    """Only what a manifest says of itself; the rest is between client and registry."""
    if "manifest_fields" not in case:
        raise LeftOut("what client and registry say to each other is for tests/registry")
    raw = json.dumps({"layers": []} | case["manifest_fields"]).encode()
    is_image = case["manifest_fields"]["config"]["mediaType"] in MediaType.CONFIGS
    found = attempt(parse_document, raw, FetchError)
    same(not isinstance(found, FetchError), is_image)
    if isinstance(found, FetchError):
        assert case["artifact_type"] in found.detail, found.detail
    else:
        same(dict(found.annotations), case["annotations"] or {})


PLATFORMS: dict[str, Check] = {
    "platform_string": string,
    "platform_equals": equals,
    "platform_satisfies": satisfies,
    "index_child_matches": child_matches,
    "descriptor_in_platform_list": in_list,
    "index_selection": selection,
    "attestation": attestation,
    "manifest_reading": manifest_reading,
}
"""Group of cases → the check of each."""
LEFT_OUT = {"index_selection_rules": "a rule in words, which tests/profile/test_wants.py proves"}
"""Group → why none of it applies."""
