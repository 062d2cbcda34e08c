import pytest

from tests.policy.catalogue import policy
from webhook.kube.imageuse import ContainerKind
from webhook.oci import Reference
from webhook.policy.law import Policy
from webhook.policy.plan import skipped

API = Reference.parse("ghcr.io/acme/api:1")


def selecting(match: str = "{}", exclude: str = "{}") -> Policy:
    law = policy("rule: fires, action: deny", more=f"match: {match}\n  exclude: {exclude}")
    return law.policies[0]


def covers(
    policy: Policy,
    reference: Reference | None = API,
    kind: ContainerKind = ContainerKind.CONTAINER,
    namespace: str | None = "shop",
) -> bool:
    return policy.covers(reference, kind, namespace)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ("{}", True),
        ("{namespaces: [shop]}", True),
        ("{namespaces: [other, sh*]}", True),
        ("{namespaces: [other]}", False),
        ("{images: ['ghcr.io/acme/**']}", True),
        ("{images: [nginx, 'ghcr.io/**']}", True),
        ("{images: [nginx]}", False),
        ("{containers: [init, container]}", True),
        ("{containers: [init]}", False),
        ("{namespaces: [shop], images: ['ghcr.io/**'], containers: [container]}", True),
        ("{namespaces: [other], images: ['ghcr.io/**']}", False),
        ("{namespaces: [shop], images: [nginx]}", False),
        ("{namespaces: [shop], containers: [init]}", False),
    ],
)
def test_lists_are_or_and_keys_are_and(match: str, expected: bool):
    assert covers(selecting(match)) is expected
    if match != "{}":  # exclude has the same logic
        assert covers(selecting(exclude=match)) is not expected


def test_exclude_takes_away_from_what_match_gives():
    policy = selecting("{namespaces: ['*']}", "{images: ['**/legacy-*']}")
    assert covers(policy)
    assert not covers(policy, Reference.parse("ghcr.io/acme/legacy-shop"))


@pytest.mark.parametrize(
    ("kind", "default", "as_init", "as_volume"),
    [
        (ContainerKind.CONTAINER, True, False, False),
        (ContainerKind.INIT, True, True, False),
        (ContainerKind.SIDECAR, True, True, False),
        (ContainerKind.EPHEMERAL, True, False, False),
        (ContainerKind.IMAGE_VOLUME, False, False, True),
    ],
)
def test_sidecars_are_init_containers_and_image_volumes_must_be_named(
    kind: ContainerKind, default: bool, as_init: bool, as_volume: bool
):
    assert covers(selecting(), kind=kind) is default
    assert covers(selecting("{containers: [init]}"), kind=kind) is as_init
    assert covers(selecting("{containers: [imageVolume]}"), kind=kind) is as_volume
    if default:
        assert covers(selecting(exclude="{containers: [init]}"), kind=kind) is not as_init


@pytest.mark.parametrize(
    ("match", "exclude", "expected"),
    [
        ("{}", "{}", True),
        ("{namespaces: ['*']}", "{}", False),
        ("{}", "{namespaces: ['*']}", True),
        ("{images: ['ghcr.io/**']}", "{}", True),
    ],
)
def test_an_image_by_itself_has_no_namespace_to_match(match: str, exclude: str, expected: bool):
    assert covers(selecting(match, exclude), namespace=None) is expected


@pytest.mark.parametrize(
    ("match", "exclude", "expected"),
    [
        ("{}", "{}", True),
        ("{images: [nginx]}", "{}", True),
        ("{}", "{images: ['**']}", True),
        ("{namespaces: [other]}", "{}", False),
        ("{containers: [init]}", "{}", False),
        ("{}", "{namespaces: [shop]}", False),
        ("{}", "{namespaces: [shop], images: ['**']}", True),
    ],
)
def test_text_that_is_no_reference_is_ruled_out_by_no_list_of_images(
    match: str, exclude: str, expected: bool
):
    assert covers(selecting(match, exclude), None) is expected


def test_policies_limited_to_namespaces_are_named_for_images_by_themselves():
    limited = policy("rule: fires, action: deny", name="a", more="match: {namespaces: [x]}")
    free = policy("rule: fires, action: deny", name="b", more="exclude: {namespaces: [x]}")
    assert skipped(limited) == ("a",)
    assert skipped(free) == ()
