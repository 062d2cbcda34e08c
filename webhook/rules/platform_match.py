"""``platform-match``: the image has nothing for the nodes on which the Pod may land."""

from collections.abc import Iterator
from functools import cached_property
from typing import ClassVar

from webhook.errors import UsageError
from webhook.oci import Platform
from webhook.policy.example import Example
from webhook.policy.facts import Facts
from webhook.policy.options import PlatformName
from webhook.policy.placement import runs_on, wanted_platforms
from webhook.policy.rule import Action, Rule, Scope, Skip, Unknown, Verdict, Violation
from webhook.policy.text import quoted, shown
from webhook.profile import Evidence, ImageProfile
from webhook.profile.evidence import Source, observed
from webhook.profile.need import Need

_ON_ARM = {"nodeSelector": {"kubernetes.io/arch": "arm64"}}
_CONFIGURED = 95
"""Confidence in what a config says: whoever copies programs of another architecture belies it."""
_SEEN = 90
"""Confidence in the programs that were seen, where the config says something else."""


class PlatformMatch(Rule):
    """A node that the Pod's selectors allow is of a platform for which the image has no variant.

    Wanted are the platforms that ``nodeSelector`` or a required node affinity name
    (``kubernetes.io/os``, ``kubernetes.io/arch``), else those of ``clusterPlatforms``; where neither
    says anything, the rule has nothing to say. Offered are the platforms of the index, or that of a
    single image; where a look into its layers saw programs of another architecture than the config
    says, the programs count.
    """

    id: ClassVar[str] = "platform-match"
    title: ClassVar[str] = "No variant for the nodes' platform"
    action: ClassVar[Action] = Action.WARN
    needs: ClassVar[Need] = Need.MANIFEST | Need.CONFIG
    scope: ClassVar[Scope] = "all"
    judges_any: ClassVar[bool] = True
    why: ClassVar[str] = (
        "The kubelet cannot pull what an index does not offer, and a single image of another "
        "architecture is pulled and dies with 'exec format error'. Either is found out on the node, "
        "after scheduling."
    )
    remedy: ClassVar[str] = (
        "`docker buildx build --platform linux/amd64,linux/arm64 --push .`, or keep the Pod where "
        "the image runs: `nodeSelector: {kubernetes.io/arch: amd64}`."
    )

    cluster_platforms: tuple[PlatformName, ...] = ()
    """Platforms of the cluster's nodes, for Pods that name none: ``[linux/amd64, linux/arm64]``."""

    def check(self, facts: Facts) -> Verdict:
        """See Rule.check."""
        wanted = wanted_platforms(facts.use.pod, self._cluster)
        if not wanted:
            return Skip("no platform is asked for")
        offer = _offered(facts.image)
        if offer is None:
            return Unknown("the image does not tell its platform")
        offered, confidence, evidence = offer
        missing = [node for node in wanted if not any(runs_on(each, node) for each in offered)]
        if not missing:
            return None
        names = shown(", ".join(map(str, missing)))
        problem = f"no {names} variant in {quoted(facts.reference.written)}"
        fix = "Push that platform or set nodeSelector kubernetes.io/arch"
        return Violation(problem, fix, confidence, evidence)

    @cached_property
    def _cluster(self) -> tuple[Platform, ...]:
        return tuple(map(Platform.parse, self.cluster_platforms))

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            "the index has no variant for the Pod's nodes",
            fires=True,
            pod=_ON_ARM,
            offered=("linux/amd64", "linux/386"),
        ),
        Example(
            "the index has one",
            fires=False,
            pod=_ON_ARM,
            offered=("linux/amd64", "linux/arm64/v8"),
        ),
        Example("a single image is for another platform", fires=True, pod=_ON_ARM),
        Example("a Pod that names no platform is not judged", fires=False),
        Example(
            "unless the policy says what nodes there are",
            fires=True,
            options={"clusterPlatforms": ["linux/amd64", "linux/arm64"]},
        ),
        Example(
            "the Pod may land on any node that its affinity allows",
            fires=True,
            pod={
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {
                                            "key": "kubernetes.io/arch",
                                            "operator": "In",
                                            "values": ["amd64", "arm64"],
                                        }
                                    ]
                                }
                            ]
                        }
                    }
                }
            },
        ),
    )


_Offer = tuple[tuple[Platform, ...], int, tuple[Evidence, ...]]
"""Platforms, how sure it is that these are all, and the evidence where it is not what is written."""


def _offered(image: ImageProfile) -> _Offer | None:
    """What there is to pull; None when a single image does not tell what it is for."""
    if image.offered:
        return tuple(_parsed(image.offered)), 100, ()
    runtime, seen = image.runtime, image.contents.machine
    said = tuple(_parsed((image.platform,))) if runtime.os and runtime.architecture else ()
    if seen is None or any(platform.architecture == seen for platform in said):
        return (said, _CONFIGURED, ()) if said else None
    detail = f"programs for {seen}, while the config says {runtime.architecture or 'nothing'}"
    evidence = observed(Source.LAYER, seen, _SEEN, detail)
    return (Platform(runtime.os or "linux", seen),), _SEEN, (evidence,)


def _parsed(names: tuple[str, ...]) -> Iterator[Platform]:
    """The platforms that are any: an index may say what it likes."""
    for name in names:
        try:
            yield Platform.parse(name)
        except UsageError:
            continue
