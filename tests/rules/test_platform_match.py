import msgspec
import pytest
from pydantic import ValidationError

from tests.policy.catalogue import IMAGE, TODAY, uses_of
from tests.rules.verdicts import profiled, verdict, violation
from tests.tables import TABLES
from webhook.kube.imageuse import ContainerKind
from webhook.oci import Reference
from webhook.policy.facts import Facts
from webhook.policy.rule import Skip, Unknown, Violation
from webhook.profile import ImageProfile
from webhook.rules.platform_match import PlatformMatch

RULE = PlatformMatch()
ARM = {"nodeSelector": {"kubernetes.io/arch": "arm64"}}
AMD = {"nodeSelector": {"kubernetes.io/arch": "amd64"}}


def on(image: ImageProfile, **pod: object) -> Facts:
    """The facts of an image in a Pod with these fields."""
    (use,) = uses_of(containers=[{"name": "web", "image": IMAGE}], **pod)
    return Facts.of(use, Reference.parse(IMAGE), TODAY, TABLES, image)


def single(
    architecture: str = "amd64", os: str = "linux", machine: str | None = None
) -> ImageProfile:
    """A single image whose config says ``architecture``, and in which ``machine`` was seen."""
    image = profiled(Cmd=["python", "app.py"])
    contents = msgspec.structs.replace(image.contents, machine=machine)
    runtime = msgspec.structs.replace(image.runtime, os=os, architecture=architecture)
    platform = f"{os or 'linux'}/{architecture or 'amd64'}"
    return msgspec.structs.replace(
        image, contents=contents, runtime=runtime, platform=platform, offered=()
    )


def test_the_platform_and_the_reference_are_named():
    found = violation(RULE, pod=ARM, offered=("linux/amd64",))
    assert found.problem == ("no linux/arm64 variant in 'registry.example.com/team/api:1.4.2'")
    assert found.fix == "Push that platform or set nodeSelector kubernetes.io/arch"
    assert found.confidence == 100


@pytest.mark.parametrize(
    ("offered", "fires"),
    [
        (("linux/amd64", "linux/arm64"), False),
        (("linux/amd64", "linux/arm64/v8"), False),
        (("linux/amd64", "linux/arm/v7"), True),
        (("windows/arm64",), True),
        (("not a platform", "linux/arm64"), False),
        (("not a platform", "\x1b[31m"), True),
    ],
)
def test_an_index_is_searched_by_system_architecture_and_variant(
    offered: tuple[str, ...], fires: bool
):
    assert isinstance(verdict(RULE, pod=ARM, offered=offered), Violation) is fires


@pytest.mark.parametrize(
    ("platform", "offered", "fires"),
    [
        ("linux/arm/v7", ("linux/arm/v6",), False),
        ("linux/arm/v6", ("linux/arm/v7",), True),
        ("linux/arm64/v8", ("linux/arm64",), False),
    ],
)
def test_a_variant_may_fall_to_an_earlier_one(platform: str, offered: tuple[str, ...], fires: bool):
    rule = PlatformMatch(cluster_platforms=(platform,))
    assert isinstance(verdict(rule, offered=offered), Violation) is fires


def test_a_pod_that_names_no_platform_is_skipped():
    assert verdict(RULE, offered=("linux/s390x",)) == Skip("no platform is asked for")
    assert verdict(RULE, pod={"nodeSelector": {"zone": "a"}}) == Skip("no platform is asked for")


@pytest.mark.parametrize("operator", ["NotIn", "Exists", "DoesNotExist"])
def test_what_an_affinity_rules_out_asks_for_nothing(operator: str):
    said = {"key": "kubernetes.io/arch", "operator": operator, "values": ["amd64"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [said]}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": terms}
    found = verdict(RULE, pod={"affinity": {"nodeAffinity": required}})
    assert found == Skip("no platform is asked for")


def test_the_clusters_platforms_count_where_the_pod_names_none():
    rule = PlatformMatch(cluster_platforms=("linux/amd64", "linux/arm64"))
    found = violation(rule, offered=("linux/amd64", "linux/s390x"))
    assert found.problem.startswith("no linux/arm64 variant in ")
    assert verdict(rule, pod=AMD, offered=("linux/amd64",)) is None


def test_every_platform_that_is_missing_is_named():
    rule = PlatformMatch(cluster_platforms=("linux/amd64", "linux/arm64", "linux/s390x"))
    found = violation(rule, offered=("linux/amd64",))
    assert found.problem.startswith("no linux/arm64, linux/s390x variant in ")


def test_what_is_no_platform_is_no_option():
    with pytest.raises(ValidationError, match="not a platform"):
        PlatformMatch(cluster_platforms=("arm64",))
    assert PlatformMatch(cluster_platforms=("linux/aarch64",)).cluster_platforms == ("linux/arm64",)


def test_a_single_image_is_judged_by_its_config():
    found = RULE.check(on(single("amd64"), **ARM))
    assert isinstance(found, Violation)
    assert 85 <= found.confidence < 100
    assert RULE.check(on(single("arm64"), **ARM)) is None


def test_programs_that_were_seen_count_before_a_config_that_lies():
    found = RULE.check(on(single("arm64", machine="amd64"), **ARM))
    assert isinstance(found, Violation)
    assert "programs for amd64, while the config says arm64" in found.evidence[0].detail
    assert found.confidence >= 85
    assert RULE.check(on(single("arm64", machine="amd64"), **AMD)) is None
    assert RULE.check(on(single("arm64", machine="arm64"), **ARM)) is None


def test_an_image_that_does_not_tell_its_platform_is_unknown_unless_its_programs_do():
    assert RULE.check(on(single("", ""), **ARM)) == Unknown("the image does not tell its platform")
    assert RULE.check(on(single("", "", machine="arm64"), **ARM)) is None
    assert isinstance(RULE.check(on(single("", "", machine="amd64"), **ARM)), Violation)


def test_every_kind_of_container_is_judged():
    for kind in (ContainerKind.INIT, ContainerKind.SIDECAR, ContainerKind.EPHEMERAL):
        assert isinstance(verdict(RULE, pod=ARM, kind=kind), Violation)


def test_other_images_than_pythons_are_judged_too():
    assert RULE.scope == "all"
    assert isinstance(verdict(RULE, pod=ARM, history=(), config={"Cmd": ["nginx"]}), Violation)
